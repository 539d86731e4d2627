package http

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"supportledger/store/storetest"
)

// Every page of the book is there, links to pages that are there, and carries no script.
func TestHelp(t *testing.T) {
	server, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, string) {
		w := httptest.NewRecorder()
		server.http.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		text, _ := io.ReadAll(w.Result().Body)
		return w.Code, string(text)
	}
	link := regexp.MustCompile(`href="(/help/[^"#]+)`)
	seen, todo := map[string]bool{}, []string{"/help/INSTALL"}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		status, text := get(path)
		if status != http.StatusOK || strings.Contains(text, "<script") || !strings.Contains(text, "<h1") {
			t.Errorf("%s: %d\n%.300s", path, status, text)
		}
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			todo = append(todo, found[1])
		}
	}
	for _, page := range []string{"BACKUP", "UPGRADE", "MONITORING", "INCIDENTS", "VAULT"} {
		if !seen["/help/"+page] {
			t.Errorf("nothing leads to %s", page)
		}
	}
	if status, _ := get("/help/../go.mod"); status == http.StatusOK {
		t.Error("a file that is no page")
	}
	if status, _ := get("/help/NOWHERE"); status != http.StatusNotFound {
		t.Error("a page that is not there")
	}
}
