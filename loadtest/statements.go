package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

// statementsName is what -only knows this part by.
const statementsName = "statements"

// benchmarked is a line of go test -bench with the metrics of ours.
var benchmarked = regexp.MustCompile(`(?m)^Benchmark(\w+?)(?:-\d+)?\s+\d+\s.*$`)

// metric is one figure on such a line.
var metric = regexp.MustCompile(`([\d.]+) (statements/s|MB-[\w-]+)`)

// measureStatements has the benchmarks of package statements tell how fast a statement of three pages is made on
// every core, beside maroto alone on the same rows, and what thousands of them hold in memory.
func measureStatements(ctx context.Context, o options, r *results) error {
	found := map[string]map[string]float64{}
	many := 10_000
	if o.large == 0 { // a short run
		many = 1000
	}
	tell("statements: how many a second, then %d of them in memory", many)
	for _, args := range [][]string{
		{"-bench", "^Benchmark(Statement|MarotoAlone)$", "-benchtime", o.each.String(), "-count", strconv.Itoa(o.rounds)},
		{"-bench", "^BenchmarkMemoryOfMany$", "-benchtime", strconv.Itoa(many) + "x"},
	} {
		out, err := exec.CommandContext(ctx, "go",
			append([]string{"test", "./statements/page", "-run", "^$"}, args...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		for _, line := range benchmarked.FindAllStringSubmatch(string(out), -1) {
			for _, m := range metric.FindAllStringSubmatch(line[0], -1) {
				value, _ := strconv.ParseFloat(m[1], 64) // the pattern is a number
				if found[line[1]] == nil {
					found[line[1]] = map[string]float64{}
				}
				found[line[1]][m[2]] = max(found[line[1]][m[2]], value) // the best round: whatever else ran made the others slower
			}
		}
	}
	ours, alone := found["Statement"]["statements/s"], found["MarotoAlone"]["statements/s"]
	memory := found["MemoryOfMany"]
	if ours == 0 || alone == 0 || memory["MB-at-the-end"] == 0 {
		return fmt.Errorf("the benchmarks of statements told nothing: %v", found)
	}
	tell("statements of three pages: %.0f/s, maroto alone %.0f/s, ratio %.2f (target 0.80)", ours, alone, ours/alone)
	tell("%d statements: %.0f MB held after a tenth and %.0f MB at the end, %.0f MB of the process", many,
		memory["MB-after-a-tenth"], memory["MB-at-the-end"], memory["MB-of-the-process"])
	r.statements = []figure{
		{"statements of three pages", ours, "statements/s"}, {"maroto alone on the same rows", alone, "statements/s"},
		{"statements by maroto alone", ours / alone, "ratio"},
		{"memory held after a tenth of the statements", memory["MB-after-a-tenth"], "MB"},
		{"memory held after all statements", memory["MB-at-the-end"], "MB"},
	}
	return nil
}
