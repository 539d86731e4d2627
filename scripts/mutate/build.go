package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// build writes the package anew with all mutants in it and compiles its test binary.
func (t *target) build(work, judge string, mutants []*mutant) (string, error) {
	replaced := map[string]string{}
	for i, s := range t.sources {
		edits := editsOf(s, mutants)
		if len(edits) == 0 {
			continue
		}
		name := filepath.Join(work, fmt.Sprintf("%d_%s", i, filepath.Base(s.name)))
		text, rest := render(s.text, 0, len(s.text), edits)
		if len(rest) > 0 {
			return "", fmt.Errorf("%s: %d mutants overlap and were lost", s.name, len(rest))
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return "", err
		}
		replaced[absolute(s.name)] = name
	}
	dir := filepath.Dir(t.sources[0].name)
	supportFile := filepath.Join(work, "support.go")
	if err := os.WriteFile(supportFile, fmt.Appendf(nil, support, t.name, len(mutants)+1), 0o600); err != nil {
		return "", err
	}
	replaced[absolute(filepath.Join(dir, "mutate_support.go"))] = supportFile
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(work, "overlay.json"), overlay, 0o600); err != nil {
		return "", err
	}
	binary := filepath.Join(work, "package.test")
	out, err := exec.CommandContext(context.Background(), "go", "test", "-c", "-vet=off",
		"-overlay", filepath.Join(work, "overlay.json"), "-o", binary, "./"+judge).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("the package with its mutants does not compile: %w\n%s", err, out)
	}
	return binary, nil
}

func absolute(name string) string {
	path, err := filepath.Abs(name)
	if err != nil {
		panic(err) // the current folder is gone
	}
	return path
}

// numbered is an edit with the number of its mutant.
type numbered struct {
	edit
	id int
}

// editsOf are the edits of a file, outer ones before inner ones.
func editsOf(s *source, mutants []*mutant) []numbered {
	var edits []numbered
	for _, m := range mutants {
		if m.file == s {
			edits = append(edits, numbered{m.edit, m.id})
		}
	}
	slices.SortStableFunc(edits, func(a, b numbered) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.to - a.to
	})
	return edits
}

// render writes text[from:to] with the edits that lie in it, and returns the edits that lie behind.
func render(text string, from, to int, edits []numbered) (string, []numbered) {
	var out strings.Builder
	for len(edits) > 0 && edits[0].from >= from && edits[0].to <= to {
		e := edits[0]
		out.WriteString(text[from:e.from])
		inner, rest := render(text, e.from, e.to, edits[1:])
		out.WriteString(e.build(e.id, inner))
		from, edits = e.to, rest
	}
	out.WriteString(text[from:to])
	return out.String(), edits
}

// support is the file that is added to the package: which mutant is on, and a list of those that were reached.
const support = `package %s

import (
	"os"
	"strconv"
	"sync/atomic"
)

var (
	mutantActive, _ = strconv.Atoi(os.Getenv("MUTANT"))
	mutantReached   = mutantList(os.Getenv("MUTANT_REACHED"))
	mutantSeen      [%d]atomic.Bool
)

func mutantList(name string) *os.File {
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		panic(err)
	}
	return f
}

func mutantOn(id int) bool {
	if mutantReached != nil && !mutantSeen[id].Swap(true) {
		_, _ = mutantReached.WriteString(strconv.Itoa(id) + "\n")
	}
	return id == mutantActive
}
`
