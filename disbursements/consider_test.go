package disbursements_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"supportledger/disbursements"
	"supportledger/disbursements/payees"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestManyAreConsideredAsEachIs holds that what somebody looks at who decides is the same for a request in a list as
// for one by itself, and that a list of many takes no more statements than one of some.
func TestManyAreConsideredAsEachIs(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		demanding(h)
		for i := range 4 {
			h.registered(fmt.Sprintf("C-%d", i))
		}
		receipt := h.shownBy(t)
		r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same each time
		all := []disbursements.Disbursement{h.asked("UNR", "C-0", "2400.00"), h.asked("UNR", "C-0", "2400.00")}
		all = append(all, h.aPayment("UNR", "NOB-01", "10.00",
			func(d *disbursements.Disbursement) { d.PaidBy = payees.ByTransfer })) // a draft, and stays one
		for i := range 40 {
			d := wished(r)
			if d.Settlement == disbursements.ByPayment || d.Settlement == disbursements.ByInvoice {
				if d.Payee = fmt.Sprintf("C-%d", i%6); i%6 > 3 { // two of them are on no record
					d.PaidBy = payees.ByCard
				}
			}
			if i%3 == 0 {
				d.Evidence = append(d.Evidence, receipt)
			}
			if number, err := h.asks(d); err == nil {
				all = append(all, h.found(number))
			}
		}
		if len(all) < 15 {
			t.Fatalf("only %d requests were taken", len(all))
		}
		consider := func(of []disbursements.Disbursement) (seen []disbursements.Consideration, stats store.TxStats) {
			stats = storetest.CountSQL(h.db, func() {
				h.do("lead", func(ctx context.Context, tx *store.Tx) (err error) {
					seen, err = h.requests.Consider(ctx, tx, of)
					return err
				})
			})
			return seen, stats
		}
		together, many := consider(all)
		_, some := consider(all[:12]) // among them all that is asked about: documents, grants abroad, payees on record
		if many.Statements != some.Statements {
			t.Errorf("%d requests take %d statements, 12 take %d", len(all), many.Statements, some.Statements)
		}
		words := map[string]bool{}
		for i, d := range all {
			alone, _ := consider([]disbursements.Disbursement{d})
			if !reflect.DeepEqual(alone[0], together[i]) {
				t.Errorf("%s in a list: %v, %v by itself", d.Number, together[i], alone[0])
			}
			for _, c := range together[i].Checks {
				words[c.Name+" "+c.Hint] = true
			}
		}
		for _, want := range []string{"duplicate_evidence document_used", "evidence evidence_missing",
			"payee_details payee_unregistered", "payee_details paid_unverified", "payee payee_new", "splitting split_below_band", "budget "} {
			if !words[want] {
				t.Errorf("no request was told %q: %v", want, words)
			}
		}
		t.Logf("%d requests in %d statements on %s", len(all), many.Statements, h.db.Engine())
	})
}
