package http

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// BenchmarkCollected is what one post costs alone and when 64 share a commit, from the parcel to the answer: no socket, no decoding.
// make bench measures the whole way; this is for a profile.
func BenchmarkCollected(b *testing.B) {
	for _, at := range []struct {
		engine string
		open   func(testing.TB) *store.DB
		size   int
	}{{"sqlite", storetest.SQLite, 1}, {"sqlite", storetest.SQLite, 64}, {"postgres", storetest.Postgres, 1}, {"postgres", storetest.Postgres, 64}} {
		b.Run(fmt.Sprintf("%s/%d", at.engine, at.size), func(b *testing.B) {
			size, db := at.size, at.open(b)
			server, err := New(db, Options{})
			if err != nil {
				b.Fatal(err)
			}
			secret := openedForBench(b, db)
			c := &server.api.collector
			var e *endpoint
			for _, known := range server.api.endpoints {
				if known.op.ID == "postJournalEntry" {
					e = known
				}
			}
			before := processor()
			for n := 0; b.Loop(); n++ {
				batch := make([]*parcel, size)
				for i := range batch {
					fund := ledger.FundCode(fmt.Sprintf("B%03d", (n*size+i*7)%200))
					in := &postEntryRequest{Date: "2026-11-01", Text: "Measured", Lines: []lineRequest{
						{Account: "1010", Fund: fund, Direction: debit, Amount: "12.50"}, {Account: "4200", Fund: fund, Direction: credit, Amount: "12.50"}}}
					batch[i] = &parcel{e: e, by: access.Credential{Bearer: secret}, id: "req", done: make(chan struct{}),
						req: request{in: in, key: fmt.Sprintf("%d-%d", n, i), fingerprint: make([]byte, 32)}}
				}
				r, err := c.attempt(batch)
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

func openedForBench(b *testing.B, db *store.DB) (secret string) {
	err := db.Update(b.Context(), func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(b.Context(), tx, book); err != nil {
			return err
		}
		for i := range 200 {
			if err := book.OpenFund(b.Context(), tx, ledger.Fund{Code: ledger.FundCode(fmt.Sprintf("B%03d", i)), Name: "Fund", Restriction: ledger.PurposeBound, OpenedOn: "2026-01-01"}); err != nil {
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
