package http

import (
	"bytes"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"supportledger/docs"
	"supportledger/http/rest"
)

// book is the order of the pages; those that are not named come after, by name.
var book = []string{"INSTALL", "BACKUP", "UPGRADE", "MONITORING", "INCIDENTS", "VAULT", "PROOF", "GLOSSARY", "RULES",
	"ACCOUNTS"}

// helpPage is the address of a page of the book.
const helpPage = "/help/:page"

// help adds the book.
func help(a *rest.API) {
	a.Engine.GET(helpPage, func(c *gin.Context) {
		text, err := docs.Pages.ReadFile(c.Param("page") + ".md")
		if err != nil {
			a.Fail(c, rest.Refuse("no_such_path"))
			return
		}
		page, err := rendered(c.Param("page"), text)
		if err != nil {
			a.Fail(c, err)
			return
		}
		c.Header("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "+
			"form-action 'none'; frame-ancestors 'none'")
		c.Data(http.StatusOK, "text/html; charset=utf-8", page)
	})
}

// toPages turns a link to a file of the book into one to its page.
var toPages = regexp.MustCompile(`\]\((?:docs/)?([A-Z]+)\.md(#[a-z0-9-]*)?\)`)

var markdown = goldmark.New(goldmark.WithExtensions(extension.Table),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()))

// rendered is a page as HTML. goldmark leaves raw HTML out.
func rendered(name string, text []byte) ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"+
		"<title>%s · supportledger</title>\n"+
		"<meta name=\"viewport\" content=\"width=device-width\"><link rel=\"stylesheet\" href=\"%s/docs/docs.css\"></head>"+
		"<body><nav>", html.EscapeString(name), rest.Base)
	for _, page := range pageNames() {
		fmt.Fprintf(&out, "<a href=\"/help/%s\">%s</a> ", page, strings.ToLower(page))
	}
	out.WriteString("</nav><main>\n")
	if err := markdown.Convert(toPages.ReplaceAll(text, []byte("](/help/$1$2)")), &out); err != nil {
		return nil, err
	}
	out.WriteString("</main></body></html>\n")
	return out.Bytes(), nil
}

// pageNames are the pages in their order.
func pageNames() []string {
	names := slices.Clone(book)
	entries, _ := docs.Pages.ReadDir(".") // compiled in
	for _, e := range entries {
		if name := strings.TrimSuffix(e.Name(), ".md"); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
