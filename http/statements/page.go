package statements

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page, its style and its script
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/statements"
	"supportledger/store"
)

// verifyPages adds the page that a code on a statement leads to. It needs no token and tells status and hash: no money,
// no names. What somebody drops on it is hashed in the browser and stays there.
func verifyPages(api *resource.API) {
	api.Engine.GET("/verify/:code", func(c *gin.Context) { verifyPage(api, c) })
}

func verifyPage(api *resource.API, c *gin.Context) {
	var v verificationView
	err := api.DB.View(c.Request.Context(), func(tx *store.Tx) error {
		d, err := api.Open(c.Request.Context(), tx)
		if err != nil {
			return err
		}
		v, err = verifyStatement(c.Request.Context(), tx, d, verifyRequest{Code: c.Param("code")})
		return err
	})
	status := http.StatusOK
	if errors.Is(err, statements.ErrUnknownStatement) {
		status, v.Status = http.StatusNotFound, "unknown"
	} else if err != nil {
		api.Fail(c, err)
		return
	}
	var page bytes.Buffer
	if err := verifyTemplate.Execute(&page, verifyWords(v)); err != nil {
		api.Fail(c, err)
		return
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src '"+hashSource(verifyStyle)+"'; script-src '"+hashSource(verifyScript)+
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", page.Bytes())
}

func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("sha256-%s", base64.StdEncoding.EncodeToString(sum[:]))
}

// verifyTexts is the page in words, each in Danish and English.
type verifyTexts struct {
	verificationView
	Known          bool
	Answer, Detail rest.Text
}

func verifyWords(v verificationView) verifyTexts {
	t := verifyTexts{verificationView: v, Known: v.Status != "unknown"}
	switch v.Status {
	case "current":
		t.Answer = rest.Text{EN: "This statement was issued and stands.", DA: "Denne opgørelse er udstedt og gælder."}
	case "replaced":
		t.Answer = rest.Text{EN: "This statement was issued, and replaced by a later version.",
			DA: "Denne opgørelse er udstedt, men erstattet af en senere version."}
		t.Detail = rest.Text{EN: fmt.Sprintf("Version %d stands instead; ask us for it.", v.ReplacedBy),
			DA: fmt.Sprintf("Version %d gælder i stedet; bed os om den.", v.ReplacedBy)}
	case "withdrawn":
		t.Answer = rest.Text{EN: "This statement was issued, and withdrawn.",
			DA: "Denne opgørelse er udstedt, men trukket tilbage."}
	default:
		t.Answer = rest.Text{EN: "We know no statement with this code.", DA: "Vi kender ingen opgørelse med denne kode."}
		t.Detail = rest.Text{EN: "Check that every letter is as printed.", DA: "Kontrollér, at hvert tegn er som trykt."}
	}
	return t
}

// The page, its style and its script, which hashes a chosen file in the browser and compares; nothing is sent anywhere.
var (
	//go:embed assets/verify.html
	verifyPageText string
	//go:embed assets/verify.css
	verifyStyle string
	//go:embed assets/verify.js
	verifyScript string

	verifyTemplate = template.Must(template.New("verify").Parse(
		strings.NewReplacer("STYLE", verifyStyle, "SCRIPT", verifyScript).Replace(verifyPageText)))
)
