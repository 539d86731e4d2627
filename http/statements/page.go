package statements

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/statements"
	"supportledger/store"
)

// verifyPages adds the page that a code on a statement leads to. It needs no token and tells status and hash: no money, no
// names. What somebody drops on it is hashed in the browser and stays there.
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
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+hashSource(verifyStyle)+"'; script-src '"+hashSource(verifyScript)+
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
		t.Answer = rest.Text{EN: "This statement was issued, and replaced by a later version.", DA: "Denne opgørelse er udstedt, men erstattet af en senere version."}
		t.Detail = rest.Text{EN: fmt.Sprintf("Version %d stands instead; ask us for it.", v.ReplacedBy), DA: fmt.Sprintf("Version %d gælder i stedet; bed os om den.", v.ReplacedBy)}
	case "withdrawn":
		t.Answer = rest.Text{EN: "This statement was issued, and withdrawn.", DA: "Denne opgørelse er udstedt, men trukket tilbage."}
	default:
		t.Answer = rest.Text{EN: "We know no statement with this code.", DA: "Vi kender ingen opgørelse med denne kode."}
		t.Detail = rest.Text{EN: "Check that every letter is as printed.", DA: "Kontrollér, at hvert tegn er som trykt."}
	}
	return t
}

const verifyStyle = `:root{color-scheme:light dark}body{font:1.05rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}
.answer{border:2px solid;padding:1rem;font-size:1.25rem}code{overflow-wrap:anywhere}dt{font-weight:700}dd{margin:0 0 .5rem}input{font:inherit;min-height:2.75rem;max-width:100%}`

// verifyScript hashes a chosen file in the browser and compares; nothing is sent anywhere.
const verifyScript = `"use strict";const f=document.getElementById("file"),o=document.getElementById("outcome");if(f){f.addEventListener("change",async()=>{
if(!f.files[0])return;const d=await crypto.subtle.digest("SHA-256",await f.files[0].arrayBuffer());
const h=[...new Uint8Array(d)].map(b=>b.toString(16).padStart(2,"0")).join("");o.textContent=h===o.dataset.hash?o.dataset.same:o.dataset.other})}`

var verifyTemplate = template.Must(template.New("verify").Parse(`<!doctype html>
<html lang="da"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>Kontrol af opgørelse</title><style>` + verifyStyle + `</style></head><body><main>
<h1>Kontrol af opgørelse · <span lang="en">Check a statement</span></h1>
<div class="answer" role="status"><p>{{.Answer.DA}} {{.Detail.DA}}</p><p lang="en">{{.Answer.EN}} {{.Detail.EN}}</p></div>
{{if .Known}}<dl><dt>Nummer · <span lang="en">Number</span></dt><dd>{{.Number}}, version {{.Version}}</dd>
<dt>Udstedt · <span lang="en">Issued</span></dt><dd>{{.IssuedOn}}</dd>
{{if .Document}}<dt>Dokumentets SHA-256 · <span lang="en">SHA-256 of the document</span></dt><dd><code>{{.Document}}</code></dd>{{end}}</dl>
{{if .Document}}<p><label for="file">Er din fil den samme? Vælg den; den forlader ikke din maskine. · <span lang="en">Is your file the same? Choose it; it does not leave your machine.</span></label><br>
<input type="file" id="file" accept="application/pdf"></p>
<p id="outcome" role="status" data-hash="{{.Document}}" data-same="Filen er uændret. · The file is unaltered." data-other="Filen er IKKE den, vi udstedte. · The file is NOT the one that we issued."></p>{{end}}{{end}}
</main><script>` + verifyScript + `</script></body></html>
`))
