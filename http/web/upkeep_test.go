package web_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/backup"
	apphttp "supportledger/http"
	"supportledger/http/upkeep"
	"supportledger/statements"
	"supportledger/store"
	"supportledger/store/jobs"
	"supportledger/store/storetest"
)

// shed is a machine with a backup, on which the disk is nearly full.
func shed(t *testing.T) *upkeep.Machine {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, backup.NameAt(time.Date(2027, 2, 1, 8, 0, 0, 0, time.UTC), false))
	if err := os.WriteFile(name, make([]byte, 4_250_000), 0o600); err != nil {
		t.Fatal(err)
	}
	return &upkeep.Machine{BackupDir: dir,
		Verified: func() (time.Time, float64) { return time.Date(2027, 2, 3, 8, 0, 0, 0, time.UTC), 1 },
		Findings: func(context.Context) []upkeep.Finding {
			return []upkeep.Finding{{Name: "disk", State: "wrong", Text: "12 MB of 900 MB are free", Fix: "make room"},
				{Name: "mail", State: "look", Text: "no mail server", Fix: "mail-server and mail-from"}}
		}}
}

// TestAdminLooksAfterTheServer reads how the server is, asks for a backup and has a job tried again, without a script.
func TestAdminLooksAfterTheServer(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := stagedWith(t, db, apphttp.Options{Machine: shed(t)})
		admin := w.as(t, access.Admin)
		admin.get("/settings").want(http.StatusOK).says("Tilstand", "Sikkerhedskopier", "Opgaver")
		admin.get("/health").want(http.StatusOK).says("Noget skal rettes", "12 MB of 900 MB are free",
			"Gør plads, eller giv den en større disk.", "værd at se på", "3. februar 2027", "intet fundet")
		page := admin.get("/backups").want(http.StatusOK).says("Den nyeste er fra", "for 3 dage siden", "4,2 MB",
			"supportledger-20270201T080000Z.slbackup")
		admin.sends(page, `action="/backups"`, "/backups", nil).want(http.StatusOK).says("Bestilt.")

		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			return jobs.EnqueueAt(t.Context(), tx, time.Now().AddDate(1, 0, 0), statements.DeliveryJob{Delivery: "none"})
		}); err != nil {
			t.Fatal(err)
		}
		planned := admin.get("/jobs?status=scheduled").want(http.StatusOK).says("Levering af et regnskab", "planlagt",
			"Forsøg 0 af")
		at := "/jobs/" + strings.SplitN(strings.SplitN(planned.body, `action="/jobs/`, 2)[1], "/", 2)[0] + "/retries"
		admin.sends(planned, `action="`+at, at, nil).want(http.StatusOK).says("Den prøves igen nu.", "i kø")
		stale := admin.sends(planned, `action="`+at, at, url.Values{"form_key": {"web_" + strings.Repeat("b", 26)}})
		stale.want(http.StatusPreconditionFailed)
		for _, path := range []string{"/health", "/backups", "/jobs"} {
			w.as(t, access.FinanceOfficer).get(path).want(http.StatusForbidden)
		}
	})
}
