package page

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"supportledger/store/storetest"
	"syscall"
	"testing"
)

// The page says its language, has headers for its tables and every figure of the text, and no script or foreign
// address.
func TestHTMLHasEveryFigure(t *testing.T) {
	for name, s := range samples() {
		for _, lang := range figures.Langs {
			page, err := HTML(s, lang)
			if err != nil {
				t.Fatal(err)
			}
			text := string(page)
			for _, want := range []string{`<html lang="` + string(lang) + `">`, "<caption", `<th scope="col"`,
				`<th scope="row">`, s.DataHash()} {
				if !strings.Contains(text, want) && (name != "bare" || !strings.HasPrefix(want, "<th scope")) {
					t.Errorf("%s %s: no %s", name, lang, want)
				}
			}
			issued, err := IssuedHTML(s, lang, "BCDF-GHJK-LMNP-QRST")
			if err != nil || !strings.Contains(string(issued), "BCDF-GHJK-LMNP-QRST") || strings.Contains(text, "GHJK") ||
				!strings.Contains(text, "@media print") {
				t.Errorf("%s %s: no code, or nothing for paper (%v)", name, lang, err)
			}
			if strings.Contains(text, "<script") || strings.Contains(text, "http") {
				t.Errorf("%s %s: it has a script or an address", name, lang)
			}
			for _, f := range paperOf(s, lang).figures() {
				if !strings.Contains(text, ">"+f.text+"<") {
					t.Errorf("%s %s: %s (%s) is missing", name, lang, f.text, f.key)
				}
			}
		}
	}
}

// Two thousand lines go over pages, each with its head, its foot and the sums so far, in memory that a small machine
// has.
func TestManyLines(t *testing.T) {
	s := figurestest.Ref(figurestest.Long(2000))
	path := written(t, s, figures.English)
	text := run(t, "pdftotext", "-layout", path, "-")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	carried, brought := strings.Count(text, "Carried forward"), strings.Count(text, "Brought forward")
	if len(pages) < 40 || carried != brought || carried < 40 {
		t.Errorf("%d pages, %d times carried, %d times brought", len(pages), carried, brought)
	}
	total := paperOf(s, figures.English).lang.Number(s.Spent, 2)
	if !strings.Contains(text, total) {
		t.Errorf("the total %s is missing", total)
	}
	run(t, "qpdf", "--check", path)
	var v figures.View
	if err := json.Unmarshal(s.JSON(figures.English), &v); err != nil || len(v.BudgetLines) != 2000 {
		t.Errorf("%d lines in the JSON (%v)", len(v.BudgetLines), err)
	}
}

// childLines is how many lines the child process of the tests below renders; not set in the parent.
const childLines = "STATEMENT_LINES"

// TestChild renders for the parent and leaves its pages where it is told to.
func TestChild(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv(childLines))
	if err != nil {
		t.Skip("it is for a process of its own")
	}
	pdf, err := PDF(figurestest.Ref(figurestest.Long(n)), figures.Danish)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(os.Getenv("STATEMENT_FILE"), pdf, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Another process gives the same bytes, and hundreds of pages take less than 300 MB.
func TestInAProcessOfItsOwn(t *testing.T) {
	for _, n := range []int{40, storetest.Rounds(2000, 10000)} {
		path := filepath.Join(t.TempDir(), "child.pdf")
		child := exec.Command(os.Args[0], "-test.run=^TestChild$")
		child.Env = append(os.Environ(), childLines+"="+strconv.Itoa(n), "STATEMENT_FILE="+path)
		if out, err := child.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage)
		if !ok || usage.Maxrss > 300<<10 {
			t.Errorf("%d lines took %d MB", n, usage.Maxrss>>10)
		}
		if n > 40 {
			continue
		}
		want, err := PDF(figurestest.Ref(figurestest.Long(n)), figures.Danish)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("another process gives other bytes (%v)", err)
		}
	}
}
