package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What becomes of a mutant.
const (
	killed    = "killed"
	survived  = "SURVIVED"
	unreached = "UNREACHED"
)

// runner runs the test binary in the folder of its package.
type runner struct {
	binary, dir, work string
	tests             *regexp.Regexp
	flags             []string // of the tests themselves
}

// fewExamples lets property tests try few examples: a fault that a rule guards shows in the first ones, and every
// mutant pays for all.
const fewExamples = "-rapid.checks=20"

// knowing is the runner with the flags that its tests know.
func (r runner) knowing() runner {
	cmd := exec.CommandContext(context.Background(), r.binary, "-test.run", "^$", fewExamples)
	cmd.Dir = r.dir
	if cmd.Run() == nil {
		r.flags = []string{fewExamples}
	}
	return r
}

// test is a test function with what was learnt of it.
type test struct {
	name    string
	took    time.Duration
	reached map[int]bool
}

// run runs tests by name with one mutant on, or with none for 0, and returns what they wrote.
func (r runner) run(names []string, on int, limit time.Duration, env ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit+10*time.Second)
	defer cancel()
	args := append(slices.Clone(r.flags), "-test.run", "^("+strings.Join(names, "|")+")$", "-test.skip", "/postgres$",
		"-test.failfast", "-test.timeout", limit.String())
	cmd := exec.CommandContext(ctx, r.binary, args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), append(env, "MUTANT="+strconv.Itoa(on))...)
	if memory, err := os.Stat("/dev/shm"); err == nil && memory.IsDir() {
		cmd.Env = append(cmd.Env, "TMPDIR=/dev/shm") // databases of tests need no disk
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// learn runs every test alone without a mutant.
func (r runner) learn() ([]*test, error) {
	cmd := exec.CommandContext(context.Background(), r.binary, "-test.list", "^Test")
	cmd.Dir = r.dir
	list, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("the tests cannot be listed: %w", err)
	}
	var tests []*test
	for _, name := range strings.Fields(string(list)) {
		if !r.tests.MatchString(name) {
			continue
		}
		file := filepath.Join(r.work, "reached")
		if err := os.RemoveAll(file); err != nil {
			return nil, err
		}
		began := time.Now()
		if out, err := r.run([]string{name}, 0, 5*time.Minute, "MUTANT_REACHED="+file); err != nil {
			fmt.Fprintf(os.Stderr, "%s fails without a mutant, so it judges none: %v\n%s\n", name, err, out)
			continue
		}
		t := &test{name, time.Since(began), map[int]bool{}}
		ids, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, id := range strings.Fields(string(ids)) {
			n, err := strconv.Atoi(id)
			if err != nil {
				return nil, err
			}
			t.reached[n] = true
		}
		tests = append(tests, t)
	}
	slices.SortStableFunc(tests, func(a, b *test) int { return int(a.took - b.took) })
	return tests, nil
}

var failed = regexp.MustCompile(`(?m)^--- FAIL: (\S+)`)

// try runs the tests that reach a mutant, in groups of growing length, and returns the verdict and the test that
// failed.
func (r runner) try(m *mutant, tests []*test) (verdict, by string) {
	var group []string
	var took, limit time.Duration
	limit = 2 * time.Second
	verdict = unreached
	flush := func() bool {
		if len(group) == 0 {
			return false
		}
		out, err := r.run(group, m.id, 4*took+20*time.Second)
		if err != nil {
			by = "a panic or the time limit"
			if match := failed.FindStringSubmatch(out); match != nil {
				by = match[1]
			}
			return true
		}
		group, took, limit = nil, 0, limit*3
		return false
	}
	for _, t := range tests {
		if !t.reached[m.id] {
			continue
		}
		verdict = survived
		if len(group) > 0 && took+t.took > limit && flush() {
			return killed, by
		}
		group, took = append(group, t.name), took+t.took
	}
	if flush() {
		return killed, by
	}
	return verdict, ""
}

// judge tries every mutant and prints the table, and how many were killed.
func judge(r runner, mutants []*mutant) error {
	r = r.knowing()
	tests, err := r.learn()
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, m := range mutants {
		verdict, by := r.try(m, tests)
		count[verdict]++
		fmt.Printf("%s\t%s\t%s\t%s\t%s\t%s\n", verdict, m.place, m.fn, m.change, m.key, by)
	}
	fmt.Printf("%d mutants: %d killed, %d survived, %d that no test reaches\n", len(mutants), count[killed],
		count[survived], count[unreached])
	return nil
}
