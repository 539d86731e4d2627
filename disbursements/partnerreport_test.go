package disbursements_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/partnerreport"
	"supportledger/disbursements/receipts"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
	"supportledger/store/storetest"
)

// shownBy stores a document that proves.
func (h *house) shownBy(t *testing.T) (id evidence.ID) {
	t.Helper()
	key, err := evidence.NewKey()
	must(h, err)
	blobs, err := evidence.OpenFolder(filepath.Join(t.TempDir(), "evidence"))
	must(h, err)
	t.Cleanup(func() { _ = blobs.Close() })
	archive, err := evidence.OpenArchive(blobs, key)
	must(h, err)
	document, err := evidence.Clean([]byte("%PDF-1.7\nStipends of spring, paid\n%%EOF\n"))
	must(h, err)
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		e, _, err := archive.Store(ctx, tx, document, "receipt", "2026-03-31")
		id = e.ID
		return err
	})
	return id
}

func (h *house) reports(items ...partnerreport.Item) (asked []disbursements.Disbursement, err error) {
	err = h.try("maker", func(ctx context.Context, tx *store.Tx) error {
		partner, err := h.advances.Partner(ctx, tx, "NG-01")
		if err != nil {
			return err
		}
		plan, err := h.requests.People.Plan(ctx, tx, "P-101")
		if err != nil {
			return err
		}
		for i := range items {
			items[i].Plan, items[i].Text = plan, "Stipend"
			if items[i].Line == "" {
				items[i].Line = "stipend"
			}
		}
		asked, err = partnerreport.Submit(ctx, tx, h.settlements,
			partnerreport.Report{Partner: partner, Date: "2026-03-31", Items: items})
		return err
	})
	return asked, err
}

// A partner's report of many items in one file is asked for and booked whole or not at all; lots go first in, first
// out over the whole of it (RULES 22-24, 28); one document proves all its entries.
func TestPartnerReportOfManyItems(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := newHouse(t, db)
		worked(h)
		must(h, h.send("P-101", "NG-01", transfer("T-002", "", "1000.00 + 0.00 at 230 NGN/DKK less 0.00")))
		document := h.shownBy(t)
		items := func() []partnerreport.Item {
			return []partnerreport.Item{{Units: 10, Amount: of("1500000.00", "NGN")},
				{Units: 1, Amount: of("150000.00", "NGN")}}
		}
		var at *disbursements.AtItem
		if _, err := h.reports(append(items(),
			partnerreport.Item{Line: "no such line", Units: 1, Amount: of("1.00", "NGN")})...); !errors.As(err, &at) ||
			at.Item != 2 {
			t.Errorf("a report with a line that there is not: %v", err)
		}
		asked, err := h.reports(items()...)
		must(h, err)
		if asked[0].Number != "D-2026-0001" {
			t.Errorf("what was refused left %s behind", asked[0].Number)
		}
		numbers := []string{asked[0].Number, asked[1].Number}
		liquidate := func() error {
			return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
				_, err := partnerreport.Liquidate(ctx, tx, h.settlements, numbers, document)
				return err
			})
		}
		for i, number := range numbers {
			must(h, h.step("lead", disbursements.Decisions.Approve, number))
			if err := liquidate(); !errors.As(err, &at) || at.Item != i || !errors.Is(err, advances.ErrState) {
				t.Errorf("booked with %s not authorised: %v", number, err)
			}
			must(h, h.step("finance", disbursements.Decisions.Authorise, number))
		}
		h.holds("5110 G1 0.00", "5110 G2 0.00")
		must(h, liquidate())
		h.holds("1300 G1 66000.00 NGN=286.96", "1300 G2 44000.00 NGN=191.30") // of T-002 alone: T-001 went first
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			e, err := evidence.Find(ctx, tx, document)
			if err == nil && len(e.Entries) != 2 {
				t.Errorf("the document proves %d entries", len(e.Entries))
			}
			return err
		})
		if err := liquidate(); !errors.Is(err, advances.ErrState) {
			t.Errorf("booked twice: %v", err)
		}
	})
}

// What a partner reports to have paid twice is owed to us until a later unit is settled by it (RULES 29).
func TestReportedTwiceIsOwedUntilNetted(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		asked, err := h.reports(partnerreport.Item{Units: 1, Amount: of("150000.00", "NGN"),
			Overpaid: of("150000.00", "NGN"), Date: "2026-02-28"})
		must(h, err)
		must(h, h.step("lead", disbursements.Decisions.Approve, asked[0].Number))
		must(h, h.step("finance", disbursements.Decisions.Authorise, asked[0].Number))
		must(h, h.liquidate(asked[0].Number, "2026-02-28"))
		h.holds("1330 G1 90000.00 NGN=398.23", "1330 G2 60000.00 NGN=265.49")
		must(h, h.given(partners(disbursements.ByNetting, "150000.00", "", "2026-05-30")))
		h.holds("1330 G1 0.00", "1330 G2 0.00")
	})
}

// Receipt is asked of a sample that nobody chooses, by another than who asked for the support; what did not come, or
// not as it should, stays evidenced, with a reason.
func TestReceiptsAreVerifiedBySample(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for range 6 {
			must(h, h.given(partners(disbursements.ByPartner, "150000.00", "", "2026-02-28")))
		}
		sample := func(percent int) (numbers []string) {
			h.do("lead", func(ctx context.Context, tx *store.Tx) error {
				found, err := receipts.Sample(ctx, tx, h.settlements, percent, store.Keyset{})
				for _, d := range found {
					numbers = append(numbers, d.Number)
				}
				return err
			})
			return numbers
		}
		if none, all := sample(0), sample(100); len(none) != 0 || len(all) != 6 {
			h.Errorf("0 %% are %v, 100 %% are %v", none, all)
		}
		some, more := sample(30), sample(70)
		for _, number := range some {
			found := false
			for _, other := range more {
				found = found || other == number
			}
			if !found {
				h.Errorf("%s is of 30 %% and not of 70 %%", number)
			}
		}
		says := func(who, number string, r disbursements.Receipt, reason string) error {
			return h.try(who, func(ctx context.Context, tx *store.Tx) error {
				_, err := h.settlements.VerifyReceipt(ctx, tx, number, r, reason)
				return err
			})
		}
		refused(h, "verified by who asked", says("maker", "D-2026-0001", disbursements.Received, ""),
			access.ErrMakerCannotApprove)
		refused(h, "not received without a word", says("chief", "D-2026-0001", disbursements.NotReceived, ""),
			ledger.ErrReasonRequired)
		must(h, says("chief", "D-2026-0001", disbursements.NotReceived, "nothing came until today"))
		must(h, says("chief", "D-2026-0001", disbursements.WithIssue, "it came a week too late"))
		must(h, says("chief", "D-2026-0001", disbursements.Received, ""))
		refused(h, "said twice", says("chief", "D-2026-0001", disbursements.Received, ""), advances.ErrState)
		if left := sample(100); len(left) != 5 {
			h.Errorf("left to ask are %v", left)
		}
	})
}
