package page

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"supportledger/store/storetest"
	"testing"
)

// A test that starts its own program again, to render in another process.
const renderIn = "SUPPORTLEDGER_TEST_RENDER"

// TestMain renders what another process asks for, and says how much memory that took.
func TestMain(m *testing.M) {
	name := os.Getenv(renderIn)
	if name == "" {
		os.Exit(m.Run())
	}
	s := samples()[name]
	if n, found := strings.CutPrefix(name, "lines-"); found {
		lines, err := strconv.Atoi(n)
		if err != nil {
			panic(err)
		}
		s = figurestest.Ref(figurestest.Long(lines))
	}
	body, err := PDF(s, figures.Danish)
	if err != nil {
		panic(err)
	}
	if _, err := os.Stdout.Write(body); err != nil {
		panic(err)
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	fmt.Fprint(os.Stderr, regexp.MustCompile(`VmHWM:.*`).FindString(string(status)))
	os.Exit(0)
}

// elsewhere renders a sample in a process of its own: the file, and the most memory that the process had, in kB.
func elsewhere(t *testing.T, name string) (body []byte, kilobytes int) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), renderIn+"="+name)
	var said bytes.Buffer
	c.Stderr = &said
	body, err := c.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	if _, err := fmt.Sscanf(said.String(), "VmHWM: %d kB", &kilobytes); err != nil {
		t.Fatalf("%v in %q", err, said.String())
	}
	return body, kilobytes
}

// Another process gives the same bytes: nothing of a document comes from a clock, an address, the order of a map or a
// seed.
func TestPDFIsTheSameInTwoProcesses(t *testing.T) {
	for name, s := range samples() {
		here, err := PDF(s, figures.Danish)
		if err != nil {
			t.Fatal(err)
		}
		if there, _ := elsewhere(t, name); !bytes.Equal(here, there) {
			t.Errorf("%s: another process renders it otherwise", name)
		}
	}
}

// A statement of five hundred pages takes less than 300 MB of the process that makes it.
func TestPDFOfFiveHundredPages(t *testing.T) {
	body, kilobytes := elsewhere(t, "lines-6700")
	path := t.TempDir() + "/large.pdf"
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	var pages int
	if _, err := fmt.Sscanf(regexp.MustCompile(`Pages:.*`).FindString(run(t, "pdfinfo", path)), "Pages: %d",
		&pages); err != nil || pages < 500 {
		t.Errorf("%d pages (%v)", pages, err)
	}
	t.Logf("%d pages, %d kB of file, %d MB of the process", pages, len(body)>>10, kilobytes>>10)
	if kilobytes>>10 >= 300 {
		t.Errorf("%d pages took %d MB", pages, kilobytes>>10)
	}
}

// Two thousand budget lines make a sound file, and are read back line by line.
func TestPDFOfManyPages(t *testing.T) {
	lines := storetest.Rounds(2000, 6700)
	body, _ := elsewhere(t, "lines-"+strconv.Itoa(lines))
	path := t.TempDir() + "/large.pdf"
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "qpdf", "--check", path)
	pages := strings.Split(strings.TrimSuffix(run(t, "pdftotext", "-layout", path, "-"), "\f"), "\f")
	found := map[string]bool{}
	line := regexp.MustCompile(
		`(?m)^ *[0-9]+\.[0-9] +Line ([0-9]+)\b.*? 2\.500,00 +([0-9.]+,[0-9]{2}) +([0-9.]+,[0-9]{2}) `)
	for i, p := range pages {
		if !strings.Contains(p, fmt.Sprintf("Side %d af %d", i+1, len(pages))) {
			t.Errorf("page %d does not say so", i+1)
		}
		for _, m := range line.FindAllStringSubmatch(p, -1) {
			n, _ := strconv.ParseInt(m[1], 10, 64)
			if want := figures.Danish.Number(figurestest.Dec(strconv.FormatInt(100*n, 10)).Add(figurestest.Dec("0.37")),
				2); m[2] != want || m[3] != want {
				t.Errorf("line %d has %s and %s, want %s", n, m[2], m[3], want)
			}
			found[m[1]] = true
		}
	}
	if len(found) != lines {
		t.Errorf("%d of %d lines are read back", len(found), lines)
	}
}
