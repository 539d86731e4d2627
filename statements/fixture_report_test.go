package statements

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
)

// whole is grant G1 in its second half-year, at the end of its period, with all that an institution may read.
func whole() GrantStatement {
	s := g1()
	s.Organisation.Contact, s.ReportNo = "post@nordlys.example", 2
	s.Period, s.GrantPeriod = Period{"2026-07-01", "2026-12-31"}, Period{"2026-01-01", "2026-12-31"}
	s.Opening, s.Receipts = dec("20000.00"), nil
	s.OpeningParts = []Part{{Kind: AtBank, Holder: "DKK", Amount: dec("19000.00")}, {Kind: AtPartner, Holder: "NG-01", Amount: dec("1000.00"), Quantity: of("226000.00", "NGN")}}
	s.Budget[0].Reason, s.Budget[0].Explanation = ReasonTiming, "The second semester begins in January."
	s.Budget[1].Budget, s.BudgetVersion = dec("2000.00"), 2
	s.Budget[1].Reason = ReasonPrices
	s.Budget[3].Budget = dec("31925.00")
	s.Changes = []BudgetChange{{Version: 2, On: "2026-08-01", Approved: true, Letter: "letter of 20 July 2026", Reason: "Rents were lower than planned.",
		Moves: []BudgetMove{{From: "2", To: "4", Amount: dec("28000.00")}}}}
	s.Forecast = &Forecast{Lines: []ForecastLine{{BudgetLine: "1", Committed: dec("3000.00"), Base: dec("3000.00")}, {BudgetLine: "2", Committed: dec("1000.00"), Base: dec("1000.00")},
		{BudgetLine: "3"}, {BudgetLine: "4"}}, Instalments: []Expected{{2, "2026-12-01", dec("20000.00"), true}, {3, "2027-06-01", dec("20000.00"), false}}}
	s.InKind = []InKind{{Key: "tuition", Name: Name{"Tuition", "Undervisningsafgift"}, Worth: dec("1800.00"), Memos: []string{"V-12", "V-13"}},
		{Key: "stipend", Name: Name{"Stipend", "Stipendium"}, Worth: dec("250.50")}}
	for i := range 60 {
		s.Vouchers = append(s.Vouchers, Voucher{"1", fmt.Sprintf("2026-Q3/%02d", i+1), fmt.Sprintf("2026-%06d", 100+i)})
	}
	s.Vouchers = append(s.Vouchers, Voucher{"4", "2026-Q4/01", ""}, Voucher{"", "2026-Q4/01", "2026-000180"})
	s.Results = &Results{People: "5–10", Milestones: "0–4"}
	s.Indirect.Cap = decimal.NewNullDecimal(dec("4000.00"))
	s.Signatures = withAuditor
	s.Notes = append(s.Notes, Note{Code: NoteCorrections, Amount: of("12.50", "DKK"), Text: "S-2026-0001"}, Note{Code: NoteAfterPeriod, Amount: of("500.00", "DKK")},
		Note{Code: NoteEstimates}, Note{Code: NoteUnspentAtEnd, Amount: of("15681.11", "DKK")}, Note{Code: NoteInKind}, Note{Code: NoteVouchers},
		Note{Code: NoteThreePeople}, Note{Code: NoteAuditRegistered})
	s.Total()
	return s
}

func TestWholeReport(t *testing.T) {
	s := whole()
	if err := s.Foots(); err != nil {
		t.Error(err)
	}
	golden(t, "whole.json", s.JSON(English))
	for _, lang := range Langs {
		golden(t, "whole."+string(lang)+".txt", []byte(s.Text(lang)))
	}
	spoiled := whole()
	spoiled.Forecast.Lines[0].Base = dec("3000.01")
	if err := spoiled.Foots(); err == nil || !strings.Contains(err.Error(), "commitments and those of the budget lines") {
		t.Errorf("commitments that are not those of the lines: %v", err)
	}
}

// The control takes away what nobody outside may read, whatever it knows of people: words, commitments, gifts in kind, and the
// places of vouchers in the books; and it says so.
func TestWithholdingAReport(t *testing.T) {
	s := whole()
	w := withholder{lines: map[string]bool{"1": true}}
	cleared := w.grant(s)
	if err := cleared.Foots(); err != nil {
		t.Error(err)
	}
	text := cleared.Text(English) + string(cleared.JSON(English))
	for _, secret := range []string{"The second semester", "Rents were lower", "V-12", "2026-000100", "3,000.00", "1,800.00", "NG-01", "226"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q left the house", secret)
		}
	}
	for _, public := range []string{"2026-Q3/60", "Earlier or later", "letter of 20 July 2026", "28,000.00", "5–10", "1 Jun 2027"} {
		if !strings.Contains(text, public) {
			t.Errorf("%q was withheld", public)
		}
	}
	if len(cleared.Vouchers) != 60 || !slices.ContainsFunc(cleared.Notes, func(n Note) bool { return n.Code == NoteSmallGroups }) {
		t.Errorf("%d vouchers, notes %v", len(cleared.Vouchers), cleared.Notes)
	}
	if len(s.Vouchers) != 62 || s.Vouchers[0].Entry == "" || s.Budget[0].Explanation == "" || s.Changes[0].Reason == "" {
		t.Error("what was collected was changed by clearing it")
	}
	unknown := withholder{}
	if c := unknown.grant(s); len(c.Vouchers) != 0 || strings.Contains(c.Text(English), "VOUCHERS") {
		t.Errorf("a control that knows nobody lists %d vouchers", len(c.Vouchers))
	}
}
