package story_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/store"
	"supportledger/store/storetest"
)

// sinks collects whatever must not hold a personal text: name → bytes.
func (s *service) sinks(t *testing.T, readers []*apitest.Client) map[string][]byte {
	t.Helper()
	sinks := s.answers(t, readers)
	sinks["service log"] = s.written()
	s.pages(t, sinks)
	s.left(t, sinks)
	if s.db.Engine() == store.SQLite {
		s.file(t, sinks)
	} else {
		s.server(t, sinks)
	}
	return sinks
}

func (s *service) written() []byte {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return bytes.Clone(s.log.w.Bytes())
}

// file reads a SQLite database, its write-ahead log and a copy made by SQLite itself. Other processes read it: a file
// that is opened and closed in this one would lose the locks that SQLite has on it.
func (s *service) file(t *testing.T, sinks map[string][]byte) {
	t.Helper()
	file := strings.TrimPrefix(s.dsn, "sqlite:")
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if b, err := exec.CommandContext(t.Context(), "cat", file+suffix).Output(); err == nil {
			sinks["database files"] = append(sinks["database files"], b...)
		}
	}
	sinks["dump"] = contentOf(t, backupOf(t, s.db, s.dsn))
}

// server reads what a PostgreSQL server keeps of this database: its log, its files, the write-ahead log; and a dump.
func (s *service) server(t *testing.T, sinks map[string][]byte) {
	t.Helper()
	var number string
	if err := s.db.Update(t.Context(), func(tx *store.Tx) error {
		if _, err := tx.NewRaw("CHECKPOINT").Exec(t.Context()); err != nil {
			return err
		}
		return tx.NewRaw("SELECT oid::text FROM pg_database WHERE datname = current_database()").Scan(t.Context(), &number)
	}); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(s.dsn)
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(u.Query().Get("host"), "data")
	sinks["PostgreSQL log"] = []byte(storetest.PostgresLog(t))
	sinks["database files"] = filesIn(t, filepath.Join(data, "base", number), time.Time{})
	sinks["write-ahead log"] = filesIn(t, filepath.Join(data, "pg_wal"), s.began)
	sinks["dump"] = contentOf(t, backupOf(t, s.db, s.dsn))
}

// backupOf copies a database that is in use into a file: of SQLite a database, of PostgreSQL a dump.
func backupOf(t *testing.T, db *store.DB, dsn string) string {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy")
	if db.Engine() == store.Postgres {
		if out, err := exec.CommandContext(t.Context(), program(t, "pg_dump"), "--file="+copied, dsn).
			CombinedOutput(); err != nil {
			t.Fatalf("pg_dump: %v %s", err, out)
		}
		return copied
	}
	raw, err := sql.Open("sqlite", strings.TrimPrefix(dsn, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = raw.ExecContext(t.Context(), "VACUUM INTO ?", copied)
	if err := errors.Join(err, raw.Close()); err != nil {
		t.Fatal(err)
	}
	return copied
}

func contentOf(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// filesIn reads what was written in a folder since an instant.
func filesIn(t *testing.T, dir string, since time.Time) []byte {
	t.Helper()
	var all bytes.Buffer
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // files come and go under a server that runs
		}
		if info, err := d.Info(); err != nil || info.ModTime().Before(since) {
			return nil //nolint:nilerr // the same
		}
		if b, err := os.ReadFile(path); err == nil {
			all.Write(b)
		}
		return nil
	})
	if all.Len() == 0 {
		t.Errorf("nothing could be read in %s", dir)
	}
	return all.Bytes()
}

// program finds one of PostgreSQL's programs.
func program(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(debian) == 0 {
		t.Fatalf("there is no %s", name)
	}
	return slices.Max(debian)
}

// answers is all that people who are on no case read and export: every list and report, as JSON, CSV and workbook, and
// what is told to everybody.
func (s *service) answers(t *testing.T, readers []*apitest.Client) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for who, c := range readers {
		for what, op := range c.Operations() {
			path, lists := strings.CutPrefix(op, "GET ")
			if !lists || strings.Contains(strings.ReplaceAll(path, "{id}", ""), "{") {
				continue
			}
			path = strings.ReplaceAll(path, "{id}", s.codes[6])
			c := c.With("Accept-Language",
				[]string{"en", "da"}[(who+what)%2]) // each operation is told in both, over all who ask
			answer := s.raw(t, c, rest.Base+path)
			all["answers to others as json"] = append(all["answers to others as json"], answer...)
			if !bytes.Contains(answer, []byte(`"data":[{`)) && !bytes.Contains(answer, []byte(`"rows":[{`)) {
				continue // refused, or nothing of which there could be a table
			}
			for _, format := range []string{"csv", "xlsx"} {
				all["answers to others as "+format] = append(all["answers to others as "+format],
					s.raw(t, c, rest.Base+path+"?format="+format)...)
			}
		}
	}
	for _, path := range []string{"/metrics", "/livez", "/readyz", rest.Base + "/openapi.json", rest.Base + "/docs"} {
		all["answers to all"] = append(all["answers to all"], s.raw(t, s.others[0], path)...)
	}
	return all
}

// pages are the statements as documents in both languages and all formats, and of PDFs what a reader of PDFs reads.
func (s *service) pages(t *testing.T, sinks map[string][]byte) {
	t.Helper()
	for _, id := range s.statements {
		for _, lang := range []string{"en", "da"} {
			at := rest.Base + "/statements/" + id + "/document?lang=" + lang
			for _, format := range []string{"text", "html", "xlsx"} {
				sinks["statements as "+format] = append(sinks["statements as "+format],
					s.raw(t, s.others[4], at+"&format="+format)...)
			}
			page := s.raw(t, s.others[4], at)
			cmd := exec.CommandContext(t.Context(), "pdftotext", "-", "-")
			cmd.Stdin = strings.NewReader(string(page))
			text, err := cmd.Output()
			if err != nil || len(text) == 0 {
				t.Errorf("the statement is no PDF that pdftotext reads: %v, %.100q", err, page)
			}
			sinks["PDFs"], sinks["PDFs as read"] = append(sinks["PDFs"], page...), append(sinks["PDFs as read"], text...)
		}
	}
}

// raw asks without holding the answer against the document, since most of what is asked for is refused.
func (s *service) raw(t *testing.T, c *apitest.Client, path string) []byte {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.client.Base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Raw(req)
}
