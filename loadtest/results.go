package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// place is what was measured where.
type place struct{ engine, state, name string }

// results are the samples of all rounds.
type results struct {
	options options
	order   []place
	samples map[place][]sample
	verify  map[string][2]float64 // seconds and megabytes by engine

	statements []figure
}

// figure is one line of latest.json.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

func newResults(o options) *results {
	return &results{options: o, samples: map[place][]sample{}, verify: map[string][2]float64{}}
}

func (r *results) add(engine, state, name string, s sample) {
	at := place{engine, state, name}
	if _, known := r.samples[at]; !known {
		r.order = append(r.order, at)
	}
	r.samples[at] = append(r.samples[at], s)
	tell("  %-6s %-42s %8.0f/s   p50 %7.2f ms   p99 %7.2f ms", state, name, s.perSecond, s.at(.5), s.at(.99))
}

func (r *results) verified(engine string, aMillion time.Duration, megabytes float64) {
	r.verify[engine] = [2]float64{aMillion.Seconds(), megabytes}
}

// median is the middle one of a figure over all rounds.
func median(of []float64) float64 {
	if len(of) == 0 {
		return math.NaN()
	}
	slices.Sort(of)
	if n := len(of); n%2 == 0 {
		return (of[n/2-1] + of[n/2]) / 2
	}
	return of[len(of)/2]
}

func each(of []sample, figure func(sample) float64) []float64 {
	var all []float64
	for _, s := range of {
		all = append(all, figure(s))
	}
	return all
}

func rate(s sample) float64   { return s.perSecond }
func p50(s sample) float64    { return s.at(.5) }
func p99(s sample) float64    { return s.at(.99) }
func (p place) named() string { return p.engine + ", " + p.state + ": " + p.name }

// ratio is the median over the rounds of one figure by another of the same round.
func (r *results) ratio(a, b place, of func(sample) float64) float64 {
	var all []float64
	for i := range min(len(r.samples[a]), len(r.samples[b])) {
		all = append(all, of(r.samples[a][i])/of(r.samples[b][i]))
	}
	return median(all)
}

// promise is a ratio or figure that has to hold.
type promise struct {
	engine, what string
	value, bound float64
	least        bool // the bound is a least one
	unit         string
}

func (p promise) kept() string {
	if p.least && p.value >= p.bound || !p.least && p.value <= p.bound {
		return "yes"
	}
	return "NO"
}

// promises are what has to hold, as far as it was measured.
func (r *results) promises(engine string) []promise {
	at := func(state, name string) place { return place{engine, state, name} }
	const single, hotOnes, bulks = "post, 64 clients", "post hot, 64 clients", "bulk of 100, 4 clients"
	aim := map[string]float64{"sqlite": 4000, "postgres": 3000}[engine]
	all := []promise{
		{what: "over HTTP by the raw limit, 64 clients", value: r.ratio(at(small, single), at(small, rawPosting), rate),
			bound: .5, least: true},
		{what: "posting at large by small, 64 clients", value: r.ratio(at(million, single), at(small, single), rate),
			bound: .9, least: true},
	}
	for _, state := range []string{small, million} {
		all = append(all,
			promise{what: state + ": hot by spread", value: r.ratio(at(state, hotOnes), at(state, single), rate), bound: .9,
				least: true},
			promise{what: state + ": p99 of hot by spread", value: r.ratio(at(state, hotOnes), at(state, single), p99),
				bound: 3},
			promise{what: state + ": bulk of 100 by single", value: r.ratio(at(state, bulks), at(state, single), rate), bound: 2,
				least: true},
			promise{what: state + ": posts over HTTP, 64 clients", value: median(each(r.samples[at(state, single)], rate)),
				bound: aim, least: true, unit: "/s"})
	}
	all = append(all,
		promise{what: "back-dated by current, p50",
			value: r.ratio(at(million, large[7].name), at(million, large[6].name), p50), bound: 2},
		promise{what: "trial balance of any day, p50", value: median(each(r.samples[at(million, large[8].name)], p50)),
			bound: 50, unit: "ms"})
	if v, ok := r.verify[engine]; ok {
		all = append(all, promise{what: "verify, a million entries", value: v[0], bound: 30, unit: "s"},
			promise{what: "memory of verify", value: v[1], bound: 200, unit: "MB"})
	}
	for i := range all {
		all[i].engine = engine
	}
	return slices.DeleteFunc(all, func(p promise) bool { return math.IsNaN(p.value) })
}

// print shows everything as two tables.
func (r *results) print(to io.Writer) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "engine\tbooks\twhat\ta second\tp50 ms\tp99 ms\trounds")
	for _, at := range r.order {
		s := r.samples[at]
		fmt.Fprintf(w, "%s\t%s\t%s\t%.0f\t%.2f\t%.2f\t%s\n", at.engine, at.state, at.name, median(each(s, rate)),
			median(each(s, p50)), median(each(s, p99)), spreadOf(s))
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "engine\tpromise\tfound\tbound\tkept")
	for engine := range strings.SplitSeq(r.options.engines, ",") {
		for _, p := range r.promises(engine) {
			sign := "≤"
			if p.least {
				sign = "≥"
			}
			fmt.Fprintf(w, "%s\t%s\t%.2f%s\t%s %g%s\t%s\n", p.engine, p.what, p.value, p.unit, sign, p.bound, p.unit, p.kept())
		}
	}
	_ = w.Flush() // what is printed to is the terminal
}

// spreadOf lists the rates of the rounds, to see how quiet the machine was.
func spreadOf(of []sample) string {
	var all []string
	for _, s := range of {
		all = append(all, fmt.Sprintf("%.0f", s.perSecond))
	}
	return strings.Join(all, " ")
}

// save writes the figures as JSON.
func (r *results) save(name string) error {
	if name == "" {
		return nil
	}
	var all []figure
	round := func(v float64) float64 { return math.Round(v*100) / 100 }
	for _, at := range r.order {
		s := r.samples[at]
		all = append(all, figure{at.named(), round(median(each(s, rate))), "per second"},
			figure{at.named() + ", p50", round(median(each(s, p50))), "ms"},
			figure{at.named() + ", p99", round(median(each(s, p99))), "ms"})
	}
	for engine := range strings.SplitSeq(r.options.engines, ",") {
		for _, p := range r.promises(engine) {
			unit := p.unit
			if unit == "" {
				unit = "ratio"
			}
			all = append(all, figure{p.engine + ": " + p.what, round(p.value), unit})
		}
	}
	all = append(all, r.statements...)
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, append(text, '\n'), 0o644)
}
