// Package figurestest has the statements of the worked scenarios, as collecting them from the books must give them, for
// the tests of packages that read or draw statements, and the golden files those tests compare with: [Golden] rewrites
// a file of testdata when the test binary is run with -update.
package figurestest

import (
	"fmt"
	"supportledger/ledger"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// The statements of the worked scenarios, as collecting them from the books must give them.

// Dec is a decimal that must parse.
func Dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// Rate is a rate like "226 NGN/DKK" that must parse.
func Rate(s string) ledger.Rate {
	r, err := ledger.ParseRate(s)
	if err != nil {
		panic(err)
	}
	return r
}

// Of is an amount that must parse.
func Of(amount string, c ledger.Currency) ledger.Money {
	return ledger.Money{Amount: Dec(amount), Currency: c}
}

// Nordlys is the organisation of the scenarios.
var Nordlys = figures.Organisation{Name: "Foreningen Nordlys", Registration: "CVR 12 34 56 78",
	Address: "Havnegade 14, 5000 Odense C"}

// G1 is grant G1 at 30 June 2026 (scenarios S00-S06).
func G1() figures.GrantStatement {
	s := figures.GrantStatement{
		Organisation: Nordlys, Grant: "G1", Grantor: figures.Grantor{Code: "D-001", Name: "Foundation A"},
		Agreement: "2025-1184",
		Project:   "Education and support abroad", Granted: Dec("60000.00"),
		GrantPeriod: figures.Period{From: "2026-01-01", To: "2028-12-31"},
		Period:      figures.Period{From: "2026-01-01", To: "2026-06-30"},
		Currency:    "DKK", Base: "DKK", RateMethod: figures.OwnRates, PreparedOn: "2026-07-08", CutOff: "2026-000031",
		ToDate: figures.ToDate{Received: Dec("20000.00")},
		Receipts: []figures.Receipt{{Date: "2026-01-05", Kind: figures.Instalment, No: 1, Amount: Dec("20000.00"),
			Base: Dec("20000.00")}},
		Lines: []figures.Line{
			{Kind: figures.Programme, Key: "tuition", BudgetLine: "1", InPeriod: Dec("1592.92"), ToDate: Dec("1592.92")},
			{Kind: figures.Programme, Key: "stipend", BudgetLine: "2", InPeriod: Dec("2389.38"), ToDate: Dec("2389.38")},
			{Kind: figures.TransferFees, Key: "transfer-fees", BudgetLine: "3", InPeriod: Dec("54.05"), ToDate: Dec("54.05")},
			{Kind: figures.IndirectCosts, Key: "indirect-costs", BudgetLine: "4", InPeriod: Dec("282.54"),
				ToDate: Dec("282.54")},
		},
		BudgetVersion: 1,
		Budget: []figures.BudgetLine{
			{No: "1", Text: "University fees", BudgetFigures: figures.BudgetFigures{Budget: Dec("24000.00")}},
			{No: "2", Text: "Living costs while studying", BudgetFigures: figures.BudgetFigures{Budget: Dec("30000.00")}},
			{No: "3", Text: "Bank and transfer fees", BudgetFigures: figures.BudgetFigures{Budget: Dec("2075.00")}},
			{No: "4", Text: "Administration, 7 %", BudgetFigures: figures.BudgetFigures{Budget: Dec("3925.00")}},
		},
		Indirect: &figures.Indirect{Through: "2026-06-30",
			Steps:    []figures.IndirectStep{{Base: Dec("4036.35"), Rate: Dec("7")}},
			Excluded: []string{"fx-losses"}, ToDate: Dec("282.54")},
		Parts: []figures.Part{
			{Kind: figures.AtBank, Amount: Dec("15601.46")},
			{Kind: figures.AtPartner, Holder: "NG-01", Amount: Dec("79.65"), Quantity: Of("18000.00", "NGN")},
		},
		Deferred:    &figures.Deferred{Amount: Dec("15681.11"), Base: Dec("15681.11")},
		Commitments: decimal.NewNullDecimal(Dec("4000.00")),
		Rates: []figures.RateUsed{{Use: figures.ForTransfer, Ref: "T-001", Date: "2026-01-12",
			Rate: Rate("226 NGN/DKK")}},
		Notes: []figures.Note{{Code: figures.NoteDeferred}, {Code: figures.NoteCostBasis}, {Code: figures.NoteOwnRates},
			{Code: figures.NoteAdvances},
			{Code: figures.NoteFeesGrant}, {Code: figures.NoteCurrencyGrant},
			{Code: figures.NoteIndirectOfSome, Percent: decimal.NewNullDecimal(Dec("7"))}, {Code: figures.NoteSharedCosts},
			{Code: figures.NoteCommitments}},
	}
	s.Total()
	return s
}

// G2 is grant G2 at 31 December 2026: a grant in EUR, reported at the rate of its receipt, without a budget.
func G2() figures.GrantStatement {
	s := figures.GrantStatement{
		Number: "S-2027-0002", Version: 1,
		Organisation: Nordlys, Grant: "G2", Grantor: figures.Grantor{Code: "D-002", Name: "Fund B"},
		Project: "Education abroad", Granted: Dec("6000.00"),
		Period: figures.Period{From: "2026-01-01", To: "2026-12-31"}, Currency: "EUR", Base: "DKK",
		RateMethod: figures.ReceiptRates,
		PreparedOn: "2027-01-14", CutOff: "2026-000118", ToDate: figures.ToDate{Received: Dec("3000.00")},
		Receipts: []figures.Receipt{{Date: "2026-01-07", Kind: figures.Instalment, No: 1, Amount: Dec("3000.00"),
			Rate: Rate("7.4600 DKK/EUR"), Base: Dec("22380.00")}},
		Lines: []figures.Line{
			{Kind: figures.Programme, Key: "tuition", InPeriod: Dec("281.02"), ToDate: Dec("281.02")},
			{Kind: figures.Programme, Key: "stipend", InPeriod: Dec("352.39"), ToDate: Dec("352.39")},
			{Kind: figures.TransferFees, Key: "transfer-fees", InPeriod: Dec("4.83"), ToDate: Dec("4.83")},
		},
		Parts: []figures.Part{
			{Kind: figures.AtBank, Holder: "EUR", Amount: Dec("7460.00"), Quantity: Of("1000.00", "EUR")},
			{Kind: figures.AtBank, Holder: "DKK", Amount: Dec("10055.31")},
			{Kind: figures.AtPartner, Holder: "NG-01", Amount: Dec("103.45"), Quantity: Of("24000.00", "NGN")},
		},
		ClosingAtRate: Dec("17618.73"), Conversions: 9,
		Deferred:    &figures.Deferred{Amount: Dec("2361.76"), Base: Dec("17618.76")},
		Commitments: decimal.NewNullDecimal(Dec("0.00")),
		Rates: []figures.RateUsed{
			{Use: figures.ForReceipt, Ref: "", Date: "2026-01-07", Rate: Rate("7.4600 DKK/EUR")},
			{Use: figures.ForConversion, Ref: "", Date: "2026-01-09", Rate: Rate("7.4420 DKK/EUR")},
			{Use: figures.ForTransfer, Ref: "T-001", Date: "2026-01-12", Rate: Rate("226 NGN/DKK")},
			{Use: figures.ForTransfer, Ref: "T-002", Date: "2026-07-13", Rate: Rate("232 NGN/DKK")},
			{Use: figures.ForReturn, Ref: "", Date: "2026-11-20", Rate: Rate("240 NGN/DKK")},
		},
		Notes: []figures.Note{{Code: figures.NoteDeferred}, {Code: figures.NoteCostBasis}, {Code: figures.NoteReceiptRates},
			{Code: figures.NoteAdvances},
			{Code: figures.NoteFeesGrant}, {Code: figures.NoteFeesGeneral, Since: "2026-07-01"},
			{Code: figures.NoteCurrencyGeneral},
			{Code: figures.NoteSharedCosts}, {Code: figures.NoteRounding, Amount: Of("0.03", "DKK")}},
	}
	s.Total()
	return s
}

// ECB is grant G2 as it would report at the average of the ECB's daily rates: the books stay, the costs are converted
// anew.
func ECB() figures.GrantStatement {
	s := G2()
	s.RateMethod, s.Number, s.Version = figures.ECBRates, "", 1
	s.Lines[0].InPeriod, s.Lines[0].ToDate = Dec("280.73"), Dec("280.73")
	s.Lines[1].InPeriod, s.Lines[1].ToDate = Dec("352.01"), Dec("352.01")
	s.Applied = []figures.AppliedRate{{Source: "ecb", From: "2026-01-01", To: "2026-12-31", Value: Dec("7.467612"),
		Num: "DKK", Den: "EUR", Days: 255, IDs: []string{"rate_1", "rate_2"}}}
	s.Notes[2] = figures.Note{Code: figures.NoteECBRates}
	s.Total()
	return s
}

// G3 is grant G3 after its final account: interest, a refund, nothing left (scenarios S10-S19).
func G3() figures.GrantStatement {
	costs := func(key, amount string) figures.Line {
		return figures.Line{Kind: figures.Programme, Key: key, InPeriod: Dec(amount), ToDate: Dec(amount)}
	}
	s := figures.GrantStatement{
		Number: "S-2027-0003", Version: 2, Organisation: Nordlys, Grant: "G3",
		Grantor: figures.Grantor{Code: "D-003", Name: "State pool"},
		Project: "Support at home", Granted: Dec("90000.00"),
		GrantPeriod: figures.Period{From: "2026-02-01", To: "2026-11-30"},
		Period:      figures.Period{From: "2026-01-01", To: "2026-12-31"}, Currency: "DKK", Base: "DKK",
		RateMethod: figures.OwnRates,
		PreparedOn: "2027-01-14", CutOff: "2026-000118",
		Interest: Dec("85.40"), Refunded: Dec("24335.40"),
		ToDate: figures.ToDate{Received: Dec("90000.00"), Interest: Dec("85.40"), Refunded: Dec("24335.40")},
		Receipts: []figures.Receipt{
			{Date: "2026-02-01", Kind: figures.Instalment, No: 1, Amount: Dec("60000.00"), Base: Dec("60000.00")},
			{Date: "2026-10-15", Kind: figures.Instalment, No: 2, Amount: Dec("30000.00"), Base: Dec("30000.00")},
		},
		Lines: []figures.Line{costs("therapy", "17400.00"), costs("legal-aid", "8750.00"), costs("staff", "38400.00"),
			costs("emergency-aid", "1200.00")},
		Parts:    []figures.Part{{Kind: figures.AtBank, Amount: Dec("0.00")}},
		Deferred: &figures.Deferred{},
		Notes: []figures.Note{{Code: figures.NoteDeferred}, {Code: figures.NoteFeesGeneral},
			{Code: figures.NoteInterestGrantor}},
	}
	s.Total()
	return s
}

// Long is a grant with a budget of n lines, some overspent, some worded at length, with letters of Yoruba, Igbo and
// Hausa.
func Long(n int) figures.GrantStatement {
	s := G1()
	s.Number, s.Version = "S-2026-0040", 3
	s.Project = "Ìrànlọ́wọ́ fún ẹ̀kọ́ – Ọzụzụ na nkwado – Ƙungiyar taimako: a five-year programme of education, housing " +
		"and health with three partners"
	s.Lines, s.Budget, s.Indirect = nil, nil, nil
	for i := 1; i <= n; i++ {
		no := fmt.Sprintf("%d.%d", (i-1)/8+1, (i-1)%8+1)
		text := fmt.Sprintf("Line %d", i)
		if i%5 == 0 {
			text = fmt.Sprintf(
				"Line %d: rent, heating and deposits of the first twelve months after returning, Ẹgbẹ́ Ìrànlọ́wọ́ Ṣẹ́gun", i)
		}
		spent := decimal.NewFromInt(int64(100 * i)).Add(Dec("0.37"))
		s.Budget = append(s.Budget, figures.BudgetLine{No: no, Text: text,
			BudgetFigures: figures.BudgetFigures{Budget: decimal.NewFromInt(2500)}})
		if i == 30 {
			s.Budget[i-1].Explanation = "Rents in Lagos rose by a third from May; the grantor agreed by letter of 2 June 2026."
		}
		s.Lines = append(s.Lines, figures.Line{Kind: figures.Programme, Key: "housing",
			Name: figures.Name{EN: "Housing", DA: "Bolig"}, BudgetLine: no, InPeriod: spent, ToDate: spent})
	}
	s.Total()
	bank := s.Received.Sub(s.Spent)
	s.Parts = []figures.Part{{Kind: figures.AtBank, Amount: Dec("1250.00")},
		{Kind: figures.AtPartner, Holder: "NG-01 Ẹgbẹ́ Ìrànlọ́wọ́", Amount: Dec("79.65"), Quantity: Of("18000.00", "NGN")},
		{Kind: figures.Loan, Amount: bank.Sub(Dec("1329.65"))}}
	s.Deferred = &figures.Deferred{Amount: bank, Base: bank}
	s.Total()
	return s
}

// Donor is D-77 at the end of the year: a gift, one given back, most of it used (scenario S16), issued.
func Donor() figures.FundStatement {
	s := figures.FundStatement{Kind: figures.DonorAnnual, Number: "S-2027-0007", Version: 1, Organisation: Nordlys,
		Subject: "D-77", Period: figures.Period{From: "2026-01-01", To: "2026-12-31"},
		Base: "DKK", PreparedOn: "2027-01-14", CutOff: "2026-000118",
		Receipts: []figures.Receipt{
			{Date: "2026-03-03", Kind: figures.GiftReceived, Name: figures.Name{EN: "Education", DA: "Uddannelse"},
				Text: "GIFT-1", Amount: Dec("5000.00"), Base: Dec("5000.00")},
			{Date: "2026-03-05", Kind: figures.GiftReceived, Name: figures.Name{EN: "Education", DA: "Uddannelse"},
				Text: "GIFT-2", Amount: Dec("500.00"), Base: Dec("500.00")},
			{Date: "2026-03-20", Kind: figures.GiftReturned, Name: figures.Name{EN: "Education", DA: "Uddannelse"},
				Text: "GIFT-2", Amount: Dec("-500.00"), Base: Dec("-500.00")}},
		Lines: []figures.Line{{Kind: figures.Programme, Key: "education", InPeriod: Dec("4200.00"),
			ToDate: Dec("4200.00")}},
		Purposes: []figures.Purpose{{Fund: "D1", Name: figures.Name{EN: "Education", DA: "Uddannelse"},
			Received: Dec("5000.00"), Spent: Dec("4200.00"), Closing: Dec("800.00")}},
		ToDate: figures.FundToDate{Received: Dec("5000.00")},
		Notes: []figures.Note{{Code: figures.NoteOwnFunds}, {Code: figures.NoteNotOnePerson},
			{Code: figures.NoteNoTaxReport}, {Code: figures.NoteComplaints}}}
	s.Total()
	return s
}

// Fund is the unrestricted fund at the end of the year (all scenarios).
func Fund() figures.FundStatement {
	cost := func(kind figures.LineKind, key, en, da, amount string) figures.Line {
		return figures.Line{Kind: kind, Key: key, Name: figures.Name{EN: en, DA: da}, InPeriod: Dec(amount),
			ToDate: Dec(amount)}
	}
	income := func(en, da, amount string) figures.Receipt {
		return figures.Receipt{Kind: figures.FundIncome, Name: figures.Name{EN: en, DA: da}, Amount: Dec(amount),
			Base: Dec(amount)}
	}
	s := figures.FundStatement{Kind: figures.FundReport, Number: "S-2027-0008", Version: 2, Replaces: "S-2027-0008/1",
		Organisation: Nordlys, Subject: "UNR",
		Name: figures.Name{EN: "Free funds", DA: "Frie midler"}, Restriction: ledger.Unrestricted,
		Period: figures.Period{From: "2026-01-01", To: "2026-12-31"}, Base: "DKK",
		PreparedOn: "2027-01-14", CutOff: "2026-000118", Opening: Dec("250000.00"),
		ToDate: figures.FundToDate{Received: Dec("268512.67")},
		Receipts: []figures.Receipt{income("Indirect costs recovered", "Dækkede fællesomkostninger", "502.67"),
			income("In-kind contributions", "Naturalydelser", "18000.00"),
			income("Currency gains", "Valutakursgevinst", "10.00")},
		Lines: []figures.Line{cost(figures.Programme, "therapy", "Therapy", "Terapi", "2700.00"),
			cost(figures.Programme, "legal-aid", "Legal aid", "Retshjælp", "18000.00"),
			cost(figures.Programme, "emergency-aid", "Emergency aid", "Nødhjælp", "440.50"),
			cost(figures.Programme, "staff", "Programme staff", "Projektløn", "57600.00"),
			cost(figures.TransferFees, "transfer-fees", "", "", "326.77"),
			cost(figures.CurrencyDifferences, "currency-differences", "", "", "111.71"),
			cost(figures.Programme, "ineligible-costs", "Ineligible costs", "Ikke-støtteberettigede udgifter", "2850.00")},
		Parts: []figures.Part{{Kind: figures.AtBank, Holder: "DKK", Amount: Dec("189173.69")},
			{Kind: figures.Accrual, Amount: Dec("-2700.00")}, {Kind: figures.Revalued, Amount: Dec("10.00")}},
		Commitments: decimal.NewNullDecimal(Dec("0.00")),
		Notes:       []figures.Note{{Code: figures.NoteYearEnd}, {Code: figures.NoteNotOnePerson}}}
	s.Total()
	return s
}

// Whole is grant G1 in its second half-year, at the end of its period, with all that an institution may read.
func Whole() figures.GrantStatement {
	s := G1()
	s.Organisation.Contact, s.ReportNo = "post@nordlys.example", 2
	s.Period, s.GrantPeriod = figures.Period{From: "2026-07-01", To: "2026-12-31"},
		figures.Period{From: "2026-01-01", To: "2026-12-31"}
	s.Opening, s.Receipts = Dec("20000.00"), nil
	s.OpeningParts = []figures.Part{{Kind: figures.AtBank, Holder: "DKK", Amount: Dec("19000.00")},
		{Kind: figures.AtPartner, Holder: "NG-01", Amount: Dec("1000.00"), Quantity: Of("226000.00", "NGN")}}
	s.Budget[0].Reason, s.Budget[0].Explanation = figures.ReasonTiming, "The second semester begins in January."
	s.Budget[1].Budget, s.BudgetVersion = Dec("2000.00"), 2
	s.Budget[1].Reason = figures.ReasonPrices
	s.Budget[3].Budget = Dec("31925.00")
	s.Changes = []figures.BudgetChange{{Version: 2, On: "2026-08-01", Approved: true, Letter: "letter of 20 July 2026",
		Reason: "Rents were lower than planned.",
		Moves:  []figures.BudgetMove{{From: "2", To: "4", Amount: Dec("28000.00")}}}}
	s.Forecast = &figures.Forecast{
		Lines: []figures.ForecastLine{{BudgetLine: "1", Committed: Dec("3000.00"), Base: Dec("3000.00")},
			{BudgetLine: "2", Committed: Dec("1000.00"), Base: Dec("1000.00")},
			{BudgetLine: "3"}, {BudgetLine: "4"}},
		Instalments: []figures.Expected{{No: 2, DueOn: "2026-12-01", Amount: Dec("20000.00"), Late: true},
			{No: 3, DueOn: "2027-06-01", Amount: Dec("20000.00"), Late: false}}}
	s.InKind = []figures.InKind{{Key: "tuition", Name: figures.Name{EN: "Tuition", DA: "Studieafgift"},
		Worth: Dec("1800.00"), Memos: []string{"V-12", "V-13"}},
		{Key: "stipend", Name: figures.Name{EN: "Stipend", DA: "Stipendium"}, Worth: Dec("250.50")}}
	for i := range 60 {
		s.Vouchers = append(s.Vouchers,
			figures.Voucher{BudgetLine: "1", Ref: fmt.Sprintf("2026-Q3/%02d", i+1), Entry: fmt.Sprintf("2026-%06d", 100+i)})
	}
	s.Vouchers = append(s.Vouchers, figures.Voucher{BudgetLine: "4", Ref: "2026-Q4/01", Entry: ""},
		figures.Voucher{BudgetLine: "", Ref: "2026-Q4/01", Entry: "2026-000180"})
	s.Results = &figures.Results{People: "5–10", Milestones: "0–4"}
	s.Indirect.Cap = decimal.NewNullDecimal(Dec("4000.00"))
	s.Signatures = []figures.Signature{{Role: figures.Management}, {Role: figures.Treasurer}, {Role: figures.Auditor}}
	s.Notes = append(s.Notes, figures.Note{Code: figures.NoteCorrections, Amount: Of("12.50", "DKK"), Text: "S-2026-0001"},
		figures.Note{Code: figures.NoteAfterPeriod, Amount: Of("500.00", "DKK")},
		figures.Note{Code: figures.NoteEstimates},
		figures.Note{Code: figures.NoteUnspentAtEnd, Amount: Of("15681.11", "DKK")}, figures.Note{Code: figures.NoteInKind},
		figures.Note{Code: figures.NoteVouchers},
		figures.Note{Code: figures.NoteThreePeople}, figures.Note{Code: figures.NoteAuditRegistered})
	s.Total()
	return s
}

// Funder is Whole as a funder wants it: with references, units, main lines, transactions and who signs.
func Funder(l figures.Layout) figures.GrantStatement {
	s := Whole()
	s.Layout, s.Agreement, s.Reference = l, "2025-1184", "N-0117"
	s.Organisation.Account, s.Organisation.Binds = "Reg. 1234, konto 12345678", "Forperson og bestyrelsesmedlem i forening"
	s.Organisation.Auditor = "Revision & Ro, CVR 87 65 43 21"
	s.Signatures[0].Name, s.Signatures[2].Name = s.Organisation.Binds, s.Organisation.Auditor
	s.Limit = decimal.NewNullDecimal(Dec("10"))
	for i, no := range []string{"1.1", "1.2", "2", "3"} {
		old := s.Budget[i].No
		s.Budget[i].No = no
		for j := range s.Lines {
			if s.Lines[j].BudgetLine == old {
				s.Lines[j].BudgetLine = no
			}
		}
		for j := range s.Forecast.Lines {
			if s.Forecast.Lines[j].BudgetLine == old {
				s.Forecast.Lines[j].BudgetLine = no
			}
		}
		for j := range s.Vouchers {
			if s.Vouchers[j].BudgetLine == old {
				s.Vouchers[j].BudgetLine = no
			}
		}
	}
	s.Changes[0].Moves[0].From, s.Changes[0].Moves[0].To = "1.2", "3"
	s.Budget[0].Unit, s.Budget[0].Quantity, s.Budget[0].UnitPrice = "semester", Dec("6"), Dec("4000.00")
	s.Budget[3].Salary = true
	for i := range s.Vouchers[58:] {
		v := &s.Vouchers[58+i]
		v.Amount, v.Account = decimal.NewNullDecimal(Dec("25.50")), "6100"
		v.Name = figures.Name{EN: "Transfer fees", DA: "Overførselsgebyrer"}
	}
	s.Shared = []figures.Shared{{Key: "staff", Name: figures.Name{EN: "Staff", DA: "Løn"}, Whole: Dec("3000.00"),
		Grant: Dec("1000.00")}}
	s.Total()
	return s
}

// Ref is a statement as a value of any kind.
func Ref[T any](s T) *T { return &s }
