package http

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"github.com/swaggest/swgui/v5/static"

	"supportledger/http/rest"
)

//go:embed assets
var assets embed.FS

// docsPolicy lets the docs page run our own scripts and nothing else: no inline script, no other host. Swagger UI
// sets styles of elements from its script, for which style-src needs 'unsafe-inline'.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pages adds the document, the docs page that works without any other host, and a page per kind of problem.
func pages(a *rest.API, token string) {
	itself := description(a)
	a.Engine.GET(rest.Base+"/openapi.json", itself)
	a.Engine.HEAD(rest.Base+"/openapi.json", itself)
	a.Engine.GET(rest.Base+"/docs", func(c *gin.Context) { c.Redirect(http.StatusFound, rest.Base+"/docs/index.html") })
	a.Engine.GET(rest.Base+"/docs/:file", func(c *gin.Context) {
		if c.Param("file") == "token.json" {
			c.Header("Cache-Control", "no-store")
			c.JSON(http.StatusOK, map[string]string{"token": token})
			return
		}
		docsFile(a, c)
	})
	a.Engine.GET("/problems", func(c *gin.Context) { problemPage(a, c) })
	a.Engine.GET("/problems/:code", func(c *gin.Context) { problemPage(a, c) })
}

// description serves the document: compressed once, and not again to a reader that has it.
func description(a *rest.API) gin.HandlerFunc {
	type ready struct {
		plain, packed []byte
		tag           string
	}
	made := sync.OnceValues(func() (ready, error) {
		document, err := a.Document()
		if err != nil {
			return ready{}, err
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err = z.Write(document)
		sum := sha256.Sum256(document)
		err = errors.Join(err, z.Close()) // before its bytes are taken
		return ready{document, packed.Bytes(), fmt.Sprintf(`"%x"`, sum[:12])}, err
	})
	return func(c *gin.Context) {
		d, err := made()
		if err != nil {
			a.Fail(c, err)
			return
		}
		h := c.Writer.Header()
		h.Set("Cache-Control", "no-cache")
		h.Set("Vary", "Accept-Encoding")
		body := d.plain
		if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body, d.tag = d.packed, strings.TrimSuffix(d.tag, `"`)+`-gzip"`
		}
		h.Set("ETag", d.tag)
		if c.GetHeader("If-None-Match") == d.tag {
			c.Status(http.StatusNotModified)
			c.Writer.WriteHeaderNow()
			return
		}
		c.Data(http.StatusOK, "application/json", body)
	}
}

// docsFiles is all that the docs page consists of; nothing else can be asked for.
var docsFiles = map[string]struct {
	kind string
	open func() (io.ReadCloser, error)
}{
	"index.html":           {"text/html; charset=utf-8", ours("assets/docs.html")},
	"docs.js":              {"text/javascript; charset=utf-8", ours("assets/docs.js")},
	"docs.css":             {"text/css; charset=utf-8", ours("assets/docs.css")},
	"swagger-ui.css":       {"text/css; charset=utf-8", swagger("swagger-ui.css.gz")},
	"swagger-ui-bundle.js": {"text/javascript; charset=utf-8", swagger("swagger-ui-bundle.js.gz")},
}

func ours(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return assets.Open(name) }
}

func swagger(name string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return static.FS.Open(name) }
}

// docsFile serves one file of the docs page; what is kept compressed is sent so.
func docsFile(a *rest.API, c *gin.Context) {
	f, ok := docsFiles[c.Param("file")]
	if !ok {
		a.Fail(c, rest.Refuse("no_such_path"))
		return
	}
	r, err := f.open()
	if err != nil {
		a.Fail(c, err)
		return
	}
	defer func() { _ = r.Close() }() // read-only and in memory
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", docsPolicy)
	h.Set("Cache-Control", "no-cache")
	body, err := io.ReadAll(r)
	if err != nil {
		a.Fail(c, err)
		return
	}
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
		} else if body, err = inflate(body); err != nil {
			a.Fail(c, err)
			return
		}
	}
	c.Data(http.StatusOK, f.kind, body)
}

func inflate(b []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// problemRow is a row of the table for the page.
type problemRow struct {
	Code, Path string
	Status     int
	Title, Do  rest.Text
}

// problemPage explains one kind of problem, or lists all of them. It is the page that a problem's type leads to.
func problemPage(a *rest.API, c *gin.Context) {
	code := strings.ReplaceAll(c.Param("code"), "-", "_")
	var rows []problemRow
	for r := range a.Problems.Kinds() {
		listed := slices.ContainsFunc(rows, func(p problemRow) bool { return p.Code == r.Code })
		if !listed && (code == "" || code == r.Code) {
			rows = append(rows, problemRow{Code: r.Code, Path: "/problems/" + strings.ReplaceAll(r.Code, "_", "-"),
				Status: r.Status, Title: r.Title, Do: r.Hint})
		}
	}
	if len(rows) == 0 {
		a.Fail(c, rest.Refuse("no_such_path"))
		return
	}
	var page bytes.Buffer
	if err := problemTemplate.Execute(&page, rows); err != nil {
		a.Fail(c, err)
		return
	}
	h := c.Writer.Header()
	h.Set("Content-Security-Policy",
		"default-src 'none'; style-src '"+styleHash+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	c.Data(http.StatusOK, "text/html; charset=utf-8", page.Bytes())
}

const problemStyle = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;
margin:2rem auto;padding:0 1rem}
code{font-size:1.05em}section{border-top:1px solid;padding:.5rem 0}h2{margin:.5rem 0}`

var styleHash = func() string {
	sum := sha256.Sum256([]byte(problemStyle))
	return fmt.Sprintf("sha256-%s", base64.StdEncoding.EncodeToString(sum[:]))
}()

var problemTemplate = template.Must(template.New("problem").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{if eq (len .) 1}}{{(index . 0).Title.EN}}{{else}}Problems{{end}} – supportledger</title><style>` +
	problemStyle + `</style></head>
<body><main><h1>{{if eq (len .) 1}}<code>{{(index . 0).Code}}</code>{{else}}Problems{{end}}</h1>
{{range .}}<section id="{{.Code}}">
{{if gt (len $) 1}}<h2><a href="{{.Path}}"><code>{{.Code}}</code></a></h2>{{end}}
<p><strong>{{.Title.EN}}</strong> (HTTP {{.Status}}). {{.Do.EN}}</p>
<p lang="da"><strong>{{.Title.DA}}</strong> (HTTP {{.Status}}). {{.Do.DA}}</p>
</section>{{end}}
<p><a href="/problems">All problems · <span lang="da">Alle problemer</span></a> · <a href="` + rest.Base +
	`/docs">API</a></p>
</main></body></html>
`))
