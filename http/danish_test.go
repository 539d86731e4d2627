package http

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// forbidden are Danish words that a Danish accountant or donor reads otherwise than they were meant, with what to
// write. Those of the statements themselves are in statements/page.
var forbidden = map[string]string{
	`(?i)\bfond(s|en|ens|e|es|ene|enes)?\b`: "a foundation; write formål, bevilling or midler",
	`(?i)\bopgørelse`:                       "regnskab: one word for the paper",
	`(?i)bidragyder`:                        "donor",
	`(?i)undervisningsafgift`:               "studieafgift",
	`(?i)i naturalier`:                      "naturalydelser",
	`(?i)personnummer`:                      "CPR-nr.",
	`(?i)klientkonto`:                       "forudbetalt honorar",
}

// No page, problem or description of an operation has a forbidden word, in its sources.
func TestForbiddenDanish(t *testing.T) {
	read := 0
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".templ") ||
			strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		for n, line := range strings.Split(string(source), "\n") {
			for form, write := range forbidden {
				if found := regexp.MustCompile(form).FindString(line); found != "" {
					t.Errorf("%s:%d: %q: %s", path, n+1, found, write)
				}
			}
		}
		return nil
	})
	if err != nil || read < 100 {
		t.Errorf("%d files were read (%v)", read, err)
	}
}
