// Command mutate plants small faults in a package and asks the package's own tests to find each of them. A fault that
// no test finds shows a rule that nobody guards.
//
//	go run ./scripts/mutate [-n 60] [-seed 1] [-files regexp] ledger
//	go run ./scripts/mutate -again result.txt ledger      only what survived in an earlier result
//	go run ./scripts/mutate -only places.txt ledger       only what a list names: "calendar.go admits" a line, and after
//	                                                      it the beginning of the change where not all are meant
//	go run ./scripts/mutate -only docs/MUTANTS.md ledger  only what its tables name
//	go run ./scripts/mutate -again result.txt -judge http ledger      what survived, by the tests of the API
//
// All faults are compiled into one test binary, each behind a number that an environment variable switches on, so a
// package is built once (go build -overlay; the tree is not touched). Every test is run once alone to learn which
// faults it reaches and how long it takes. Then each fault is run with the tests that reach it, the quickest first,
// until one fails. Tests run on SQLite only. The sample is the same for the same seed, as long as the code is.
//
// The result is a table on standard output: verdict, place, function, change, and the test that failed first.
package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// plumbing are files that move values about: a fault in them is found by any test that reads back what it wrote.
const plumbing = `(^|/)(doc|store|rows|errors|words|export|import|workbook|evidence_clean)[^/]*\.go$`

type options struct {
	pkg   string
	n     int
	seed  string
	files *regexp.Regexp
	skip  *regexp.Regexp
	tests *regexp.Regexp
	again map[string]bool // keys of mutants, nil for a fresh sample
	only  []string        // what keys of mutants begin with, nil for a fresh sample
	keep  bool
	judge string // the folder of the package whose tests judge
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

func run() error {
	var o options
	files, skip, again := flag.String("files", "", "only files that match"),
		flag.String("skip", plumbing, "no files that match"),
		flag.String("again", "", "a result: run only what survived there")
	tests := flag.String("tests", "", "only tests that match")
	only := flag.String("only", "", "a list of places, or a file with tables of them: run only what they name")
	flag.IntVar(&o.n, "n", 60, "how many mutants")
	flag.StringVar(&o.seed, "seed", "1", "another sample")
	flag.StringVar(&o.judge, "judge", "", "judge by the tests of another package, such as http")
	flag.BoolVar(&o.keep, "keep", false, "keep the folder with the rewritten files and the test binary")
	flag.Parse()
	if flag.NArg() != 1 {
		return errors.New("name one package folder, such as ledger")
	}
	o.pkg = filepath.Clean(flag.Arg(0))
	o.judge = filepath.Clean(cmp.Or(o.judge, o.pkg))
	var err error
	if o.files, err = regexp.Compile(*files); err != nil {
		return err
	}
	if o.skip, err = regexp.Compile(cmp.Or(*skip, "^$")); err != nil {
		return err
	}
	if o.tests, err = regexp.Compile(*tests); err != nil {
		return err
	}
	if *again != "" {
		if o.again, err = survivors(*again); err != nil {
			return err
		}
	}
	if *only != "" {
		if o.only, err = places(*only); err != nil {
			return err
		}
	}
	p, err := load(o)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "mutate-")
	if err != nil {
		return err
	}
	if o.keep {
		fmt.Fprintln(os.Stderr, "kept in", work)
	} else {
		defer func() { _ = os.RemoveAll(work) }()
	}
	mutants := p.sample(o)
	binary, err := p.build(work, o.judge, mutants)
	if err != nil {
		return err
	}
	return judge(runner{binary: binary, dir: o.judge, work: work, tests: o.tests}, mutants)
}

// survivors reads the keys of the mutants that survived in a result.
func survivors(name string) (map[string]bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	keys := map[string]bool{}
	scan := bufio.NewScanner(f)
	for scan.Scan() {
		if fields := strings.Split(scan.Text(), "\t"); len(fields) > 4 && (fields[0] == survived || fields[0] == unreached) {
			keys[fields[4]] = true
		}
	}
	return keys, scan.Err()
}

// row is a line of a table of docs/MUTANTS.md.
var row = regexp.MustCompile("^\\| `[^`]*?([^/`]+\\.go)` (\\w+) \\| (.*?) \\| ")

// places reads what the keys of the mutants begin with that a list names.
func places(name string) ([]string, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var found []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if cells := row.FindStringSubmatch(line); cells != nil {
			found = append(found, strings.Join(cells[1:], " ")+" #")
		} else if fields := strings.Fields(line); len(fields) > 0 && strings.HasSuffix(fields[0], ".go") {
			found = append(found, line)
		}
	}
	return found, nil
}
