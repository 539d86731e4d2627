package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A demo prints what one needs to look around, and all of it works; at its end it takes everything with it.
func TestDemoServes(t *testing.T) {
	temp := t.TempDir()
	p := begin(t, []string{"TMPDIR=" + temp}, "demo")
	p.await(`Ctrl-C ends the demo and removes its books and files\.\n`)
	said := p.said()

	if got := lines(said, "slt_"); len(got) != 0 {
		t.Errorf("tokens outside of the list: %v", got)
	}
	for _, role := range firstRoles {
		if len(lines(said, string(role)+" ")) != 1 {
			t.Errorf("not one token for %s", role)
		}
	}
	for _, name := range statementsIn(t, said) {
		if pdf, err := os.ReadFile(name); err != nil || !strings.HasPrefix(string(pdf), "%PDF") {
			t.Errorf("%s: %v", name, err)
		}
	}
	docs := p.await(`API docs +(http://\S+)`)[0]
	if page := shell(t, "curl -sfL "+docs); !strings.Contains(page, "<html") {
		t.Errorf("the docs page is %.100s", page)
	}
	curls := lines(said, "curl ")
	if len(curls) != 3 {
		t.Fatalf("%d curl lines, want 3:\n%s", len(curls), said)
	}
	folder := t.TempDir()
	for _, line := range curls {
		out := shell(t, "cd "+folder+" && "+line+" -w '%{http_code}'")
		if !strings.HasSuffix(out, "200") {
			t.Errorf("%s\n%s", line, out)
		}
	}
	if pdf, err := filepath.Glob(filepath.Join(folder, "S-*.pdf")); err != nil || len(pdf) != 1 {
		t.Errorf("the third line leaves %v, %v", pdf, err)
	}

	p.signal(syscall.SIGINT)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.said())
	}
	nothingIn(t, temp)
}

// statementsIn are the files that a demo names.
func statementsIn(t *testing.T, said string) []string {
	t.Helper()
	var names []string
	for word := range strings.FieldsSeq(said) {
		if strings.HasSuffix(word, ".pdf") && filepath.IsAbs(word) {
			names = append(names, word)
		}
	}
	if len(names) < 4 {
		t.Fatalf("%d statements are named:\n%s", len(names), said)
	}
	return names
}

func shell(t *testing.T, line string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", line).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
	return string(out)
}

func nothingIn(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// For scripts the same is one JSON object, whose calls work as well. With --keep the files stay.
func TestDemoTellsScripts(t *testing.T) {
	keep := filepath.Join(t.TempDir(), "demo books")
	p := begin(t, nil, "demo", "--json", "--keep", keep)
	p.await(`\n\}\n`)
	said := p.said()
	var s summary
	_, object, _ := strings.Cut(said, "{")
	if err := json.Unmarshal([]byte("{"+object), &s); err != nil {
		t.Fatalf("%v:\n%s", err, said)
	}
	if s.Acts < 17 || s.URL == "" || s.Docs != s.URL+"/api/v1/docs" || len(s.Tokens) != len(firstRoles) ||
		len(s.Try) != 3 {
		t.Errorf("%+v", s)
	}
	grant := call{token: s.Tokens["caseworker"], path: "/grants/G1"}.must(t, s.URL, 200)
	if !strings.Contains(grant.body, `"code":"G1"`) {
		t.Error(grant.body)
	}
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, name := range append(s.Statements, strings.TrimPrefix(s.Books, "sqlite:")) {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

// A demo without grants has calls to try as well.
func TestDemoOfOwnStory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "story.jsonl")
	write(t, file, `{"act":"open_fund","date":"2026-01-01","fund":"UNR","restriction":"none"}`)
	p := begin(t, nil, "demo", "--story", file)
	p.await(`Ctrl-C ends`)
	curls := lines(p.said(), "curl ")
	if len(curls) != 3 {
		t.Fatalf("%d curl lines, want 3", len(curls))
	}
	for _, line := range curls {
		if out := shell(t, line+" -w '%{http_code}'"); !strings.HasSuffix(out, "200") {
			t.Errorf("%s\n%s", line, out)
		}
	}
}

// Long work says how far it is - a line for every tenth where nothing may move - and leaves nothing when it is stopped.
func TestDemoIsStoppedHalfway(t *testing.T) {
	file, temp := filepath.Join(t.TempDir(), "story.jsonl"), t.TempDir()
	var long strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&long, `{"act":"open_fund","date":"2026-01-01","fund":"F%d","restriction":"none"}`+"\n", i)
	}
	write(t, file, long.String())
	p := begin(t, []string{"TMPDIR=" + temp}, "demo", "--story", file)
	p.await(`(?m)^\d+ of 5000 acts \(\d+ %\)$`)
	p.signal(syscall.SIGTERM)
	if code := p.exit(); code != exitFailed || !strings.HasSuffix(p.said(), "supportledger: stopped\n") {
		t.Errorf("exit code %d:\n%s", code, p.said())
	}
	nothingIn(t, temp)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
