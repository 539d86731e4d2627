package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"supportledger/docs"
	"supportledger/store"
	"supportledger/store/storetest"
)

// block is a block of commands in a page.
var block = regexp.MustCompile("(?ms)^```sh\n(.*?\n)```$")

// stubs stand for what needs root or another machine; each writes down that it was called.
var stubs = map[string]string{
	"sudo":             `exec "$@"`,
	"apt":              `echo "apt $*" >> "$CALLED"`,
	"systemctl":        `echo "systemctl $*" >> "$CALLED"`,
	"supportledgerctl": `SUPPORTLEDGER_CONFIG="$PAGE/ctl.conf" exec supportledger "$@"`,
}

// TestBookIsRun runs every block of commands in the pages for operators, in order, in a folder with books.
func TestBookIsRun(t *testing.T) {
	if _, err := exec.LookPath("age-keygen"); err != nil {
		t.Skip("age-keygen is not installed, and docs/BACKUP.md uses it: apt-get install age")
	}
	kept := restored(t, store.SQLite)
	content, err := os.ReadFile(strings.TrimPrefix(kept, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"INSTALL", "BACKUP", "UPGRADE", "MONITORING", "INCIDENTS"} {
		t.Run(page, func(t *testing.T) {
			text, err := docs.Pages.ReadFile(page + ".md")
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			write := func(name, text string, mode os.FileMode) {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), mode); err != nil {
					t.Fatal(err)
				}
			}
			for name, script := range stubs {
				write("bin/"+name, "#!/bin/sh\n"+script+"\n", 0o700)
			}
			write("books.db", string(content), 0o600)
			write("ctl.conf", "db = sqlite:"+dir+"/ctl.db\nvault-key = "+dir+"/keys.json\nevidence-key = "+dir+"/ev.key\n",
				0o600)
			write("supportledger.conf", "db = sqlite:books.db\n", 0o600)
			script := "set -eu\n"
			for _, found := range block.FindAllStringSubmatch(string(text), -1) {
				script += found[1]
			}
			cmd := exec.Command("bash", "-c", script)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PATH="+dir+"/bin:"+os.Getenv("PATH"), "PAGE="+dir, "CALLED="+dir+"/called",
				"EMPTY_POSTGRES="+storetest.EmptyPostgres(t))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
			if len(block.FindAll(text, -1)) == 0 {
				t.Error("there is no block of commands in it")
			}
		})
	}
}
