package disbursements_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"supportledger/disbursements/banking"
	"supportledger/disbursements/payees"
	"supportledger/store"
)

// What the bank rejects before it books is noted as failed and can be made again; what it accepts stays as it is, and a
// payment that a statement names is left alone.
func TestTheBankReportsOnPayments(t *testing.T) {
	onBoth(t, func(h *house) {
		worked(h)
		for i := range 4 {
			h.sent(fmt.Sprintf("PMT-%d", i+1), "100.00", "2026-03-02")
		}
		h.onRecord(statement("2026-03-02 -100.00 R1 PMT-3"))
		var tx strings.Builder
		for i, status := range []string{"RJCT", "ACCP", "RJCT", "PDNG", "RJCT"} {
			fmt.Fprintf(&tx, "<TxInfAndSts><OrgnlEndToEndId>pmt-%d</OrgnlEndToEndId><TxSts>%s</TxSts><StsRsnInf><Rsn><Cd>AC01</Cd>"+
				"</Rsn></StsRsnInf></TxInfAndSts>", i+1, status)
		}
		file := `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>` +
			`<OrgnlGrpInfAndSts><OrgnlMsgId>B-2026-0009</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>` +
			tx.String() + `</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>`
		reported := func() (out banking.Reported) {
			h.do("finance", func(ctx context.Context, tx *store.Tx) (err error) {
				out, err = h.payments.Report(ctx, tx, []byte(file))
				return err
			})
			return out
		}
		first, again := reported(), reported()
		if got := fmt.Sprintf("%d %d %s %s %s %d", first.Accepted, first.Pending, first.Failed[0].Payment.Number,
			first.Failed[0].Reason, first.Unchanged[0].Payment.Number, first.Unknown); got != "1 1 PMT-1 AC01 PMT-3 1" {
			t.Errorf("the report: %s", got)
		}
		if len(again.Failed) != 0 {
			t.Errorf("read again it fails %v", again.Failed)
		}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			_, err := h.payments.Reissue(ctx, tx, "PMT-1", banking.Payment{Date: "2026-03-05"})
			return err
		})
	})
}

// What banks do not take is refused with what to send instead.
func TestLettersThatBanksTake(t *testing.T) {
	for given, want := range map[string]string{"Åse & Søn": "Aase + Soen", "Łódź 7": "Lodz 7", "Café Ærø–Øst": "Cafe Aeroe-Oest"} {
		err := payees.CheckNeutral(given)
		if l, ok := err.(*payees.Letters); !ok || l.Instead != want { //nolint:errorlint // it is what the function makes
			t.Errorf("%s: %v, want %s", given, err, want)
		}
	}
	if err := payees.CheckNeutral("ABC 12"); err != nil {
		t.Errorf("what they take: %v", err)
	}
	if err := payees.CheckNeutral("مريم"); err == nil || err.Error() != payees.ErrTells.Error() {
		t.Errorf("what has no spelling in them: %v", err)
	}
}
