package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"supportledger/docs"
	"supportledger/store/storetest"
)

// program is a block of Go in a page.
var program = regexp.MustCompile("(?ms)^```go\n(.*?\n)```$")

// TestCookbookIsRun runs the receiver of the cookbook and every block of its commands, in order, against a server; the
// receiver hears of what they did.
func TestCookbookIsRun(t *testing.T) {
	for _, tool := range []string{"jq", "curl", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed, and docs/COOKBOOK.md uses it", tool)
		}
	}
	text, err := docs.Pages.ReadFile("COOKBOOK.md")
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.SQLite(t)
	tokens, keys, dir := opened(t, db), newKeys(t), t.TempDir()
	at := freeAddress(t)
	receiver := receives(t, string(text), dir, at)
	p := begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0", "--vault-key", keys.vault,
		"--webhook-to", "http://"+at, "--webhook-network", "127.0.0.0/8")
	script := "set -eu\n"
	for _, found := range block.FindAllStringSubmatch(string(text), -1) {
		script += found[1]
	}
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "BOOKS="+p.await(`Listening on (http://\S+)/api/v1/docs`)[0], "RECEIVER=http://"+at,
		"ADMIN="+tokens["admin"], "TREASURER="+tokens["treasurer"], "FINANCE="+tokens["finance_officer"])
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	heard := func() string {
		text, err := os.ReadFile(receiver)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for waited := 0; waited < 3000 && !strings.Contains(heard(), "SCHOOL"); waited++ {
		time.Sleep(10 * time.Millisecond)
	}
	if n := strings.Count(heard(), `"subject":"SCHOOL"`); n != 1 {
		t.Errorf("the receiver heard %d times of it: %s\n%s", n, heard(), p.said())
	}
}

// receives builds the receiver in a page and runs it, and gives the file of what it writes.
func receives(t *testing.T, page, dir, at string) string {
	t.Helper()
	found := program.FindStringSubmatch(page)
	if found == nil {
		t.Fatal("there is no receiver in it")
	}
	source, binary := filepath.Join(dir, "receiver.go"), filepath.Join(dir, "receiver")
	if err := os.WriteFile(source, []byte(found[1]), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", binary, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	heard, err := os.Create(filepath.Join(dir, "heard.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary)
	cmd.Stdout = heard
	cmd.Env = append(os.Environ(), "SECRET_FILE="+filepath.Join(dir, "secret.txt"), "LISTEN="+at)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = heard.Close()
	})
	return heard.Name()
}
