package main

import (
	"log/slog"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/backup"
	"supportledger/cmd/alarms"
	"supportledger/http/upkeep"
	"supportledger/store"
	"supportledger/store/storetest"
)

// A server that has a backup of today makes another when an admin asks for it, and only then.
func TestBackupIsMadeWhenAskedFor(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		opened(t, db)
		k := &care{careFlags: careFlags{BackupDir: t.TempDir(), BackupEvery: 24 * time.Hour, BackupDays: 14}, db: db,
			log: slog.New(slog.DiscardHandler), alarms: &alarms.Alarms{Log: slog.New(slog.DiscardHandler)}}
		newest := func() string {
			if err := k.keep(t.Context()); err != nil {
				t.Fatal(err)
			}
			all, err := backup.List(k.BackupDir) // of a day, the newest is kept
			if err != nil || len(all) != 1 {
				t.Fatalf("%d backups: %v", len(all), err)
			}
			return all[0].Path
		}
		first := newest()
		if again := newest(); again != first {
			t.Errorf("%s was made beside %s, and nobody asked", again, first)
		}
		time.Sleep(1100 * time.Millisecond) // the name of a backup has seconds
		storetest.ClockOf(db).Set(time.Now())
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return access.Record(t.Context(), tx, access.Event{Action: upkeep.BackupRequested, Subject: "backups"})
		}); err != nil {
			t.Fatal(err)
		}
		if asked := newest(); asked == first {
			t.Error("no backup was made although one was asked for")
		}
	})
}
