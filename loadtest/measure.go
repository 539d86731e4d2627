package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
)

// machine measures one engine.
type machine struct {
	options
	engine  string
	server  string // address of the PostgreSQL server
	results *results
}

// load is one thing to measure on books that are served.
type measurement struct {
	name    string
	clients int
	per     int // entries a request
	ask     ask
}

var (
	posts = []measurement{{"post, 1 client", 1, 1, spread}, {"post, 16 clients", 16, 1, spread},
		{"post, 64 clients", 64, 1, spread}}

	whole = append(posts[:len(posts):len(posts)],
		measurement{"post hot, 64 clients", 64, 1, hot},
		measurement{"bulk of 100, 4 clients", 4, bulkSize, bulk},
		measurement{"balance, 16 clients", 16, 1, balance})

	large = append(whole[:len(whole):len(whole)],
		measurement{"pay out of a large account, 16 clients", 16, 1, paid},
		measurement{"back-dated, the same account, 16 clients", 16, 1, backdated},
		measurement{"trial balance of any day, 1 client", 1, 1, trial})
)

const (
	empty      = "empty"
	small      = "small"
	million    = "large"
	rawPosting = "raw, 64 at once"
	verifying  = "verify"
)

// measure goes round and round: what is compared stands beside each other in time.
func (m machine) measure(ctx context.Context) error {
	var big books
	if m.options.large > 0 {
		var err error
		if big, err = m.books(ctx, "large", true); err != nil {
			return err
		}
		tell("%s: filling the large books up to %d entries", m.engine, m.options.large)
		if err := big.fill(ctx, m.options.large); err != nil {
			return err
		}
	}
	for round := range m.rounds {
		tell("%s: round %d of %d", m.engine, round+1, m.rounds)
		if err := m.round(ctx, round, big); err != nil {
			return err
		}
	}
	if m.options.large == 0 || !m.wanted(verifying) {
		return nil
	}
	tell("%s: verifying the large books", m.engine)
	aMillion, megabytes, err := big.verified(ctx)
	if err == nil {
		m.results.verified(m.engine, aMillion, megabytes)
	}
	return err
}

func (m machine) wanted(name string) bool { return strings.Contains(name, m.only) }

// round measures new books while they are empty, then with their first entries, then the large ones.
func (m machine) round(ctx context.Context, round int, big books) error {
	b, err := m.books(ctx, "small", false)
	if err != nil {
		return err
	}
	if err := b.fill(ctx, 0); err != nil {
		return err
	}
	if err := m.served(ctx, b, empty, m.each/2, posts); err != nil {
		return err
	}
	if err := b.fill(ctx, m.options.small); err != nil {
		return err
	}
	if m.wanted(rawPosting) {
		s, err := m.rawLoad(ctx, 64)
		if err != nil {
			return err
		}
		m.results.add(m.engine, small, rawPosting, s)
	}
	if err := m.served(ctx, b, small, m.each, inTurn(whole, round)); err != nil || m.options.large == 0 {
		return err
	}
	return m.served(ctx, big, million, m.each, inTurn(large, round))
}

// inTurn is the order of a round: every other one goes backwards, so that what grows on the way favours neither end.
func inTurn(all []measurement, round int) []measurement {
	all = slices.Clone(all)
	if round%2 == 1 {
		slices.Reverse(all)
	}
	return all
}

// served measures books while the program serves them.
func (m machine) served(ctx context.Context, b books, state string, lasts time.Duration, all []measurement) (
	err error,
) {
	s, err := b.serve(ctx, m.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	for _, at := range all {
		if !m.wanted(at.name) {
			continue
		}
		got, err := s.load(ctx, lasts, at.clients, at.per, at.ask)
		if err != nil {
			return err
		}
		m.results.add(m.engine, state, at.name, got)
	}
	return nil
}
