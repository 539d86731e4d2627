package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestDueBecomesDrafts shows the drafts of what is due this month before they are written, and what becomes none, to
// those who may ask and to nobody else.
func TestDueBecomesDrafts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		worker := w.as(t, access.Caseworker)
		page := worker.get("/due").says("Se kladderne")
		worker.sends(page, `action="/due"`, "/due", url.Values{"only": {"preview"}}).want(http.StatusOK).
			says("Kladder til det, der forfalder", "planen siger ikke, hvem der skal have pengene")
		worker.sends(page, `action="/due"`, "/due", url.Values{}).want(http.StatusOK)
	})
}
