package groupcommit

import (
	"context"
	"fmt"
	"syscall"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// BenchmarkCollected is what one post costs alone and when 64 share a commit, from the queue to the answer: no socket,
// no decoding. make bench measures the whole way; this is for a profile.
func BenchmarkCollected(b *testing.B) {
	for _, at := range []struct {
		engine string
		open   func(testing.TB) *store.DB
		size   int
	}{{"sqlite", storetest.SQLite, 1}, {"sqlite", storetest.SQLite, 64}, {"postgres", storetest.Postgres, 1},
		{"postgres", storetest.Postgres, 64}} {
		b.Run(fmt.Sprintf("%s/%d", at.engine, at.size), func(b *testing.B) {
			size, db := at.size, at.open(b)
			secret := openedForBench(b, db)
			api := rest.New(db, nil, 0, rest.NewProblemTable())
			rest.Route(api, rest.Op{Method: rest.Post, Path: "/entries", ID: "postEntry", Summary: "Post", Danish: "Bogfør",
				Tag: "entries", Roles: []access.Role{access.FinanceOfficer}},
				func(context.Context, *store.Tx, benchRequest) (benchView, error) { return benchView{}, nil })
			to := Collect(api, "postEntry", benchEntry, func(p ledger.Posted) benchView { return benchView{p.ID} }, nil)
			c := to.collector
			before := processor()
			for n := 0; b.Loop(); n++ {
				batch := make([]*submission, size)
				for i := range batch {
					fund := ledger.FundCode(fmt.Sprintf("B%03d", (n*size+i*7)%200))
					batch[i] = &submission{to: to, by: access.Credential{Bearer: secret}, id: "req", done: make(chan struct{}),
						req: rest.Request{In: &benchRequest{Fund: fund}, Key: fmt.Sprintf("%d-%d", n, i), Fingerprint: make([]byte, 32)}}
				}
				r, err := c.try(batch)
				if err != nil {
					b.Fatal(err)
				}
				for _, err := range r.errs {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64((processor()-before).Microseconds())/float64(b.N*size), "cpu-µs/post")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*size), "µs/post")
		})
	}
}

// benchRequest posts an entry of two lines.
type benchRequest struct {
	Fund ledger.FundCode `json:"fund"`
}

func benchEntry(book ledger.Book, in benchRequest) (ledger.Entry, error) {
	amount := ledger.OfMinor(1250, book.Base)
	return ledger.Entry{Date: "2026-11-01", Text: "Measured",
		Lines: []ledger.Line{ledger.Base("1010", in.Fund, amount), ledger.Base("4200", in.Fund, amount.Neg())}}, nil
}

type benchView struct {
	ID ledger.EntryID `json:"id"`
}

func openedForBench(b *testing.B, db *store.DB) (secret string) {
	err := db.Update(b.Context(), func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(b.Context(), tx, book); err != nil {
			return err
		}
		for i := range 200 {
			if err := book.OpenFund(b.Context(), tx,
				ledger.Fund{Code: ledger.FundCode(fmt.Sprintf("B%03d", i)), Name: "Fund", Restriction: ledger.PurposeBound,
					OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
		}
		user, err := access.CreateUser(b.Context(), tx, "finance", access.FinanceOfficer)
		if err != nil {
			return err
		}
		secret, err = access.IssueToken(b.Context(), tx, user.ID, time.Hour)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return secret
}

// processor is the time that this process has had of the processors, which neighbours do not lengthen.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
