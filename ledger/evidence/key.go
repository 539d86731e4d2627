package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// sealer encrypts content and binds it to what it belongs to.
type sealer interface {
	Encrypt(content, bound []byte) ([]byte, error)
	Decrypt(sealed, bound []byte) ([]byte, error)
}

// NewKey makes a key for an [Archive], as the text of a key file: a Tink keyset in JSON with one AES-256-GCM key. It
// opens every document, so it belongs where neither the database's keeper nor the documents' can read it, and in a
// safe: without it nothing opens again. A keyset may hold several keys; the primary one closes, all of them open.
func NewKey() ([]byte, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&text)); err != nil {
		return nil, err
	}
	return append(text.Bytes(), '\n'), nil
}

// readKey reads the text of a key file. What is in it is in no error.
func readKey(text []byte) (sealer, error) {
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("%w: it is no keyset", ErrKey)
	}
	seal, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("%w: it is for something else", ErrKey)
	}
	return seal, nil
}

// fingerprints names the keys of a keyset, the primary one first. A key is 256 random bits, so its hash tells nothing.
func fingerprints(text []byte) ([]string, error) {
	var set struct {
		Primary uint32 `json:"primaryKeyId"`
		Keys    []struct {
			ID   uint32 `json:"keyId"`
			Data struct {
				Value []byte `json:"value"`
			} `json:"keyData"`
		} `json:"key"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("%w: it is no keyset", ErrKey)
	}
	var prints []string
	for _, primary := range []bool{true, false} {
		for _, k := range set.Keys {
			if (k.ID == set.Primary) == primary {
				sum := sha256.Sum256(append([]byte("supportledger|evidence|"), k.Data.Value...))
				prints = append(prints, hex.EncodeToString(sum[:16]))
			}
		}
	}
	return prints, nil
}
