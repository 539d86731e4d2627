package http

import (
	"fmt"
	"strings"
	"testing"

	"supportledger/beneficiaries"
	"supportledger/disbursements"
	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/http/rest"
	"supportledger/ledger"
)

// TestSentences words every detail type in both languages: the figures are there, and nothing of how Go prints.
func TestSentences(t *testing.T) {
	ten := ledger.OfMinor(1000, "DKK")
	for _, tc := range []struct {
		err    error
		en, da string
	}{
		{&ledger.Unbalanced{Fund: "G1", Off: ten}, "The lines of fund G1 are off by 10.00 DKK.",
			"Linjerne for formål G1 afviger med 10.00 DKK."},
		{&ledger.Unknown{Name: "G9", Kind: ledger.ErrUnknownFund}, `"G9" is not known.`, `"G9" kendes ikke.`},
		{&ledger.PeriodClosed{Month: "2026-01"}, "2026-01 is closed.", "2026-01 er lukket."},
		{&ledger.Overdrawn{Fund: "G1", Account: "1010", On: "2026-01-31", Balance: ten.Neg()},
			"Account 1010 of fund G1 would stand at -10.00 DKK on 2026-01-31.",
			"Konto 1010 for formål G1 ville stå på -10.00 DKK den 2026-01-31."},
		{&ledger.Exhausted{Pool: ledger.Pool{Account: "1300", Fund: "G1"}, Left: ten, Asked: ten},
			"Fund G1 has 10.00 DKK left on account 1300; 10.00 DKK was asked for.",
			"Formål G1 har 10.00 DKK tilbage på konto 1300; der blev bedt om 10.00 DKK."},
		{&ledger.NotDone{Month: "2026-01", Open: []ledger.Check{{Key: ledger.NoDrafts}}},
			"Of 2026-01 this is not in order: No drafts dated in the month or before.",
			"For 2026-01 er dette ikke i orden: Ingen kladder dateret i måneden eller før."},
		{&ledger.LoanExceeded{Owed: ten, Asked: ten}, "10.00 DKK is owed; 10.00 DKK was to be repaid.",
			"Der skyldes 10.00 DKK; der skulle betales 10.00 DKK tilbage."},
		{&grants.BudgetTotal{Budget: ten, Grant: ten}, "The budget lines sum to 10.00 DKK; the grant is 10.00 DKK.",
			"Budgetlinjerne summer til 10.00 DKK; bevillingen er på 10.00 DKK."},
		{&rates.Missing{From: "EUR", To: "DKK"}, "There is no rate between EUR and DKK.",
			"Der er ingen kurs mellem EUR og DKK."},
		{&grants.BudgetExceeded{Grant: "G1", Available: ten, Asked: ten}, "G1 has 10.00 DKK left; 10.00 DKK was asked for.",
			"G1 har 10.00 DKK tilbage; der blev bedt om 10.00 DKK."},
		{&beneficiaries.StateConflict{State: "draft", Want: []beneficiaries.PlanState{"approved", "active"}},
			"It is draft; this needs approved / active.", "Tilstanden er draft; dette kræver approved / active."},
		{
			&disbursements.Gated{Gates: []beneficiaries.Gate{{Line: "stipend",
				Milestone: beneficiaries.Milestone{Code: "term_1"}}}},
			"These milestones are not met: term_1.", "Disse milepæle er ikke nået: term_1."},
		{&beneficiaries.Unfunded{Missing: ten}, "The caps of the funds leave 10.00 DKK without a fund.",
			"Formålenes lofter efterlader 10.00 DKK uden et formål."},
		{&beneficiaries.UnknownWord{Kind: beneficiaries.GoalWord, Code: "x"}, `"x" is no word of the plans.`,
			`"x" er ikke et ord i støtteplanerne.`},
		{&beneficiaries.UnfitPayee{Payee: "C-10", Kind: "clinic", Category: "stipend", Why: beneficiaries.ErrPayeeKind},
			"C-10 is a clinic, and the line is for stipend.",
			"C-10 er af slagsen clinic, og linjen er til stipend."},
		{&beneficiaries.UnfitPayee{Payee: "House", Of: 2, Why: beneficiaries.ErrUnknownPayee},
			`More than one payee has the alias "House"; send the code.`,
			`Flere betalingsmodtagere har aliasset "House"; send koden.`},
		{&disbursements.StateConflict{State: "draft", Want: []string{"submitted"}}, "It is draft; this needs submitted.",
			"Tilstanden er draft; dette kræver submitted."},
	} {
		for l, want := range map[rest.Lang]string{rest.English: tc.en, rest.Danish: tc.da} {
			p, _ := problems().ProblemOf(fmt.Errorf("posting: %w", rest.At("/x", tc.err)), l)
			if p.Detail != want || strings.ContainsAny(p.Detail, "%{[") {
				t.Errorf("%T: got %q, want %q", tc.err, p.Detail, want)
			}
		}
	}
}
