package page

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"regexp"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
)

// atHome keeps the library from writing a folder of settings into the home of whoever runs us.
var atHome = sync.OnceFunc(api.DisableConfigDir)

var attachedForm = regexp.MustCompile(`/AF \[(\d+ 0 R ?)+\]`)

// Lock is a document that opens with a passphrase: AES with 256 bits, revision 6 (ISO 32000-2, 7.6.4), for which the
// copy says that it is PDF 2.0; revision 5 of PDF 1.7 was withdrawn. It is another file than the sealed one, so its
// hash is another; what it shows is the same. Nobody holds the owner's passphrase, and none is needed to print.
func Lock(pdf []byte, passphrase string) ([]byte, error) {
	var owner [32]byte
	_, _ = rand.Read(owner[:]) // never fails
	atHome()
	conf := model.NewAESConfiguration(passphrase, base64.RawURLEncoding.EncodeToString(owner[:]), 256)
	conf.Permissions = model.PermissionsAll
	// All of one length, so no offset moves. A file that needs a passphrase is none for archives, so what makes it one
	// goes; the library does not know the list of attachments either.
	pdf = bytes.ReplaceAll(pdf, []byte("/Version /1.7\n"), []byte("/Version /2.0\n"))
	pdf = bytes.ReplaceAll(pdf, []byte(claim), bytes.Repeat([]byte(" "), len(claim)))
	pdf = attachedForm.ReplaceAllFunc(pdf, func(b []byte) []byte { return bytes.Repeat([]byte(" "), len(b)) })
	var out bytes.Buffer
	if err := api.Encrypt(bytes.NewReader(pdf), &out, conf); err != nil {
		return nil, fmt.Errorf("statements: lock: %w", err)
	}
	return out.Bytes(), nil
}
