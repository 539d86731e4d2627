package store_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"supportledger/store"
	"supportledger/store/storetest"
)

// TestAnOldPrimaryIsNotWrittenTo has a primary die, its standby promoted, and the old one come back as if nothing had
// happened, first in the address. What is written goes to the new one; where that is away nothing is written at all,
// and the error says why.
func TestAnOldPrimaryIsNotWrittenTo(t *testing.T) {
	old := storetest.NewCluster(t, "wal_level = replica\nmax_wal_senders = 4\n")
	old.BaseBackup(t)
	standby := old.Standby(t)
	address, err := url.Parse(old.DSN)
	if err != nil {
		t.Fatal(err)
	}
	address.RawQuery = url.Values{"host": {old.Dir + "," + standby.Dir}}.Encode()
	db, err := store.Open(t.Context(), address.String(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	run := func(text string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		return db.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.NewRaw(text).Exec(ctx)
			return err
		})
	}
	if err := errors.Join(run("CREATE TABLE kept (n BIGINT)"), run("INSERT INTO kept VALUES (1)")); err != nil {
		t.Fatal(err)
	}
	storetest.Await(t, standby.DSN, "SELECT COUNT(*) = 1 FROM kept")
	old.Stop()
	standby.Promote(t)
	for began := time.Now(); run("INSERT INTO kept VALUES (2)") != nil; time.Sleep(100 * time.Millisecond) {
		if time.Since(began) > storetest.Within(20*time.Second) {
			t.Fatalf("the new primary is not written to: %v", run("INSERT INTO kept VALUES (2)"))
		}
	}
	old.Start(t)
	db.Pool().SetMaxIdleConns(0) // so that each write looks for a server anew
	for range 10 {
		if err := run("INSERT INTO kept VALUES (3)"); err != nil {
			t.Errorf("beside the old primary: %v", err)
		}
	}
	storetest.Await(t, standby.DSN, "SELECT COUNT(*) = 10 FROM kept WHERE n = 3")
	standby.Stop()
	if err := run("INSERT INTO kept VALUES (4)"); !errors.Is(err, store.ErrUnavailable) ||
		!strings.Contains(err.Error(), "old primary") {
		t.Errorf("with the old primary alone a write is answered %v", err)
	}
	storetest.Await(t, old.DSN, "SELECT COUNT(*) = 1 FROM kept")
}
