package web_test

import (
	"net/url"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store/storetest"
)

// TestComplaintOnPaper holds that a caseworker enters a complaint that came on paper and does not see it afterwards,
// that the privacy officer does, and that a form without words comes back.
func TestComplaintOnPaper(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	caring, officer := w.as(t, access.Caseworker), w.as(t, access.PrivacyOfficer)
	filled := url.Values{"kind": {"conduct"}, "channel": {"paper"}, "text": {"She was told to sign first"}}
	empty := url.Values{"kind": {"conduct"}, "channel": {"paper"}}
	if got := caring.post("/complaints", empty); !strings.Contains(got.body, "Udfyld feltet") {
		t.Errorf("a form without words: %d %s", got.status, got.body)
	}
	if got := caring.post("/complaints", filled); !strings.Contains(got.body, "Klagen er registreret") ||
		strings.Contains(got.body, "C-2026-") {
		t.Errorf("the caseworker sees %d %s", got.status, got.body)
	}
	if got := officer.get("/complaints"); !strings.Contains(got.body, "-0001") || strings.Contains(got.body, "sign first") {
		t.Errorf("the privacy officer sees %s", got.body)
	}
}
