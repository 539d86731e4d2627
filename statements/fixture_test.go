package statements

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// The statements of the worked scenarios, as collecting them from the books must give them.

func dec(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func rate(s string) ledger.Rate {
	r, err := ledger.ParseRate(s)
	if err != nil {
		panic(err)
	}
	return r
}

func of(amount string, c ledger.Currency) ledger.Money {
	return ledger.Money{Amount: dec(amount), Currency: c}
}

var nordlys = Organisation{Name: "Foreningen Nordlys", Registration: "CVR 12 34 56 78", Address: "Havnegade 14, 5000 Odense C"}

// g1 is grant G1 at 30 June 2026 (scenarios S00-S06).
func g1() GrantStatement {
	s := GrantStatement{
		Organisation: nordlys, Grant: "G1", Grantor: Grantor{"D-001", "Foundation A"}, Agreement: "2025-1184",
		Project: "Education and support abroad", Granted: dec("60000.00"),
		GrantPeriod: Period{"2026-01-01", "2028-12-31"}, Period: Period{"2026-01-01", "2026-06-30"},
		Currency: "DKK", Base: "DKK", RateMethod: OwnRates, PreparedOn: "2026-07-08", CutOff: "2026-000031",
		ToDate:   ToDate{Received: dec("20000.00")},
		Receipts: []Receipt{{Date: "2026-01-05", Kind: Instalment, No: 1, Amount: dec("20000.00"), Base: dec("20000.00")}},
		Lines: []Line{
			{Kind: Programme, Key: "tuition", BudgetLine: "1", InPeriod: dec("1592.92"), ToDate: dec("1592.92")},
			{Kind: Programme, Key: "stipend", BudgetLine: "2", InPeriod: dec("2389.38"), ToDate: dec("2389.38")},
			{Kind: TransferFees, Key: "transfer-fees", BudgetLine: "3", InPeriod: dec("54.05"), ToDate: dec("54.05")},
			{Kind: IndirectCosts, Key: "indirect-costs", BudgetLine: "4", InPeriod: dec("282.54"), ToDate: dec("282.54")},
		},
		BudgetVersion: 1,
		Budget: []BudgetLine{
			{No: "1", Text: "University fees", BudgetFigures: BudgetFigures{Budget: dec("24000.00")}},
			{No: "2", Text: "Living costs while studying", BudgetFigures: BudgetFigures{Budget: dec("30000.00")}},
			{No: "3", Text: "Bank and transfer fees", BudgetFigures: BudgetFigures{Budget: dec("2075.00")}},
			{No: "4", Text: "Administration, 7 %", BudgetFigures: BudgetFigures{Budget: dec("3925.00")}},
		},
		Indirect: &Indirect{Through: "2026-06-30", Steps: []IndirectStep{{dec("4036.35"), dec("7")}},
			Excluded: []string{"fx-losses"}, ToDate: dec("282.54")},
		Parts: []Part{
			{Kind: AtBank, Amount: dec("15601.46")},
			{Kind: AtPartner, Holder: "NG-01", Amount: dec("79.65"), Quantity: of("18000.00", "NGN")},
		},
		Deferred:    &Deferred{dec("15681.11"), dec("15681.11")},
		Commitments: decimal.NewNullDecimal(dec("4000.00")),
		Rates:       []RateUsed{{ForTransfer, "T-001", "2026-01-12", rate("226 NGN/DKK")}},
		Notes: []Note{{Code: NoteDeferred}, {Code: NoteCostBasis}, {Code: NoteOwnRates}, {Code: NoteAdvances},
			{Code: NoteFeesGrant}, {Code: NoteCurrencyGrant},
			{Code: NoteIndirect, Percent: decimal.NewNullDecimal(dec("7"))}, {Code: NoteSharedCosts}, {Code: NoteCommitments}},
	}
	s.Total()
	return s
}

// g2 is grant G2 at 31 December 2026: a grant in EUR, reported at the rate of its receipt, without a budget.
func g2() GrantStatement {
	s := GrantStatement{
		Number: "S-2027-0002", Version: 1,
		Organisation: nordlys, Grant: "G2", Grantor: Grantor{"D-002", "Fund B"}, Project: "Education abroad", Granted: dec("6000.00"),
		Period: Period{"2026-01-01", "2026-12-31"}, Currency: "EUR", Base: "DKK", RateMethod: ReceiptRates,
		PreparedOn: "2027-01-14", CutOff: "2026-000118", ToDate: ToDate{Received: dec("3000.00")},
		Receipts: []Receipt{{Date: "2026-01-07", Kind: Instalment, No: 1, Amount: dec("3000.00"),
			Rate: rate("7.4600 DKK/EUR"), Base: dec("22380.00")}},
		Lines: []Line{
			{Kind: Programme, Key: "tuition", InPeriod: dec("281.02"), ToDate: dec("281.02")},
			{Kind: Programme, Key: "stipend", InPeriod: dec("352.39"), ToDate: dec("352.39")},
			{Kind: TransferFees, Key: "transfer-fees", InPeriod: dec("4.83"), ToDate: dec("4.83")},
		},
		Parts: []Part{
			{Kind: AtBank, Holder: "EUR", Amount: dec("7460.00"), Quantity: of("1000.00", "EUR")},
			{Kind: AtBank, Holder: "DKK", Amount: dec("10055.31")},
			{Kind: AtPartner, Holder: "NG-01", Amount: dec("103.45"), Quantity: of("24000.00", "NGN")},
		},
		ClosingAtRate: dec("17618.73"), Conversions: 9,
		Deferred:    &Deferred{dec("2361.76"), dec("17618.76")},
		Commitments: decimal.NewNullDecimal(dec("0.00")),
		Rates: []RateUsed{
			{ForReceipt, "", "2026-01-07", rate("7.4600 DKK/EUR")},
			{ForConversion, "", "2026-01-09", rate("7.4420 DKK/EUR")},
			{ForTransfer, "T-001", "2026-01-12", rate("226 NGN/DKK")},
			{ForTransfer, "T-002", "2026-07-13", rate("232 NGN/DKK")},
			{ForReturn, "", "2026-11-20", rate("240 NGN/DKK")},
		},
		Notes: []Note{{Code: NoteDeferred}, {Code: NoteCostBasis}, {Code: NoteReceiptRates}, {Code: NoteAdvances},
			{Code: NoteFeesGrant}, {Code: NoteFeesGeneral, Since: "2026-07-01"}, {Code: NoteCurrencyGeneral},
			{Code: NoteSharedCosts}, {Code: NoteRounding, Amount: of("0.03", "DKK")}},
	}
	s.Total()
	return s
}

// ecb is grant G2 as it would report at the average of the ECB's daily rates: the books stay, the costs are converted anew.
func ecb() GrantStatement {
	s := g2()
	s.RateMethod, s.Number, s.Version = ECBRates, "", 1
	s.Lines[0].InPeriod, s.Lines[0].ToDate = dec("280.73"), dec("280.73")
	s.Lines[1].InPeriod, s.Lines[1].ToDate = dec("352.01"), dec("352.01")
	s.Applied = []AppliedRate{{Source: "ecb", From: "2026-01-01", To: "2026-12-31", Value: dec("7.467612"), Num: "DKK", Den: "EUR", Days: 255, IDs: []string{"rate_1", "rate_2"}}}
	s.Notes[2] = Note{Code: NoteECBRates}
	s.Total()
	return s
}

// g3 is grant G3 after its final account: interest, a refund, nothing left (scenarios S10-S19).
func g3() GrantStatement {
	costs := func(key, amount string) Line {
		return Line{Kind: Programme, Key: key, InPeriod: dec(amount), ToDate: dec(amount)}
	}
	s := GrantStatement{
		Number: "S-2027-0003", Version: 2, Organisation: nordlys, Grant: "G3", Grantor: Grantor{"D-003", "State pool"},
		Project: "Support at home", Granted: dec("90000.00"), GrantPeriod: Period{"2026-02-01", "2026-11-30"},
		Period: Period{"2026-01-01", "2026-12-31"}, Currency: "DKK", Base: "DKK", RateMethod: OwnRates,
		PreparedOn: "2027-01-14", CutOff: "2026-000118",
		Interest: dec("85.40"), Refunded: dec("24335.40"),
		ToDate: ToDate{Received: dec("90000.00"), Interest: dec("85.40"), Refunded: dec("24335.40")},
		Receipts: []Receipt{
			{Date: "2026-02-01", Kind: Instalment, No: 1, Amount: dec("60000.00"), Base: dec("60000.00")},
			{Date: "2026-10-15", Kind: Instalment, No: 2, Amount: dec("30000.00"), Base: dec("30000.00")},
		},
		Lines:    []Line{costs("therapy", "17400.00"), costs("legal-aid", "8750.00"), costs("staff", "38400.00"), costs("emergency-aid", "1200.00")},
		Parts:    []Part{{Kind: AtBank, Amount: dec("0.00")}},
		Deferred: &Deferred{},
		Notes:    []Note{{Code: NoteDeferred}, {Code: NoteFeesGeneral}, {Code: NoteInterestGrantor}},
	}
	s.Total()
	return s
}

// long is a grant with a budget of n lines, some overspent, some worded at length, with letters of Yoruba, Igbo and Hausa.
func long(n int) GrantStatement {
	s := g1()
	s.Number, s.Version = "S-2026-0040", 3
	s.Project = "Ìrànlọ́wọ́ fún ẹ̀kọ́ – Ọzụzụ na nkwado – Ƙungiyar taimako: a five-year programme of education, housing and health with three partners"
	s.Lines, s.Budget, s.Indirect = nil, nil, nil
	for i := 1; i <= n; i++ {
		no := fmt.Sprintf("%d.%d", (i-1)/8+1, (i-1)%8+1)
		text := fmt.Sprintf("Line %d", i)
		if i%5 == 0 {
			text = fmt.Sprintf("Line %d: rent, heating and deposits of the first twelve months after returning, Ẹgbẹ́ Ìrànlọ́wọ́ Ṣẹ́gun", i)
		}
		spent := decimal.NewFromInt(int64(100 * i)).Add(dec("0.37"))
		s.Budget = append(s.Budget, BudgetLine{No: no, Text: text, BudgetFigures: BudgetFigures{Budget: decimal.NewFromInt(2500)}})
		if i == 30 {
			s.Budget[i-1].Explanation = "Rents in Lagos rose by a third from May; the grantor agreed by letter of 2 June 2026."
		}
		s.Lines = append(s.Lines, Line{Kind: Programme, Key: "housing", Name: Name{"Housing", "Bolig"}, BudgetLine: no, InPeriod: spent, ToDate: spent})
	}
	s.Total()
	bank := s.Received.Sub(s.Spent)
	s.Parts = []Part{{Kind: AtBank, Amount: dec("1250.00")}, {Kind: AtPartner, Holder: "NG-01 Ẹgbẹ́ Ìrànlọ́wọ́", Amount: dec("79.65"), Quantity: of("18000.00", "NGN")},
		{Kind: Loan, Amount: bank.Sub(dec("1329.65"))}}
	s.Deferred = &Deferred{bank, bank}
	s.Total()
	return s
}

func TestFixturesFoot(t *testing.T) {
	for name, s := range map[string]GrantStatement{"g1": g1(), "g2": g2(), "g3": g3(), "ecb": ecb(), "long": long(40)} {
		if err := s.Foots(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// donor is D-77 at the end of the year: a gift, one given back, most of it used (scenario S16), issued.
func donor() FundStatement {
	s := FundStatement{Kind: DonorAnnual, Number: "S-2027-0007", Version: 1, Organisation: nordlys, Subject: "D-77", Period: Period{"2026-01-01", "2026-12-31"},
		Base: "DKK", PreparedOn: "2027-01-14", CutOff: "2026-000118",
		Receipts: []Receipt{
			{Date: "2026-03-03", Kind: GiftReceived, Name: Name{"Education", "Uddannelse"}, Text: "GIFT-1", Amount: dec("5000.00"), Base: dec("5000.00")},
			{Date: "2026-03-05", Kind: GiftReceived, Name: Name{"Education", "Uddannelse"}, Text: "GIFT-2", Amount: dec("500.00"), Base: dec("500.00")},
			{Date: "2026-03-20", Kind: GiftReturned, Name: Name{"Education", "Uddannelse"}, Text: "GIFT-2", Amount: dec("-500.00"), Base: dec("-500.00")}},
		Lines:    []Line{{Kind: Programme, Key: plainEducation, InPeriod: dec("4200.00"), ToDate: dec("4200.00")}},
		Purposes: []Purpose{{Fund: "D1", Name: Name{"Education", "Uddannelse"}, Received: dec("5000.00"), Spent: dec("4200.00"), Closing: dec("800.00")}},
		ToDate:   FundToDate{Received: dec("5000.00")},
		Notes:    []Note{{Code: NoteOwnFunds}, {Code: NoteNotOnePerson}, {Code: NoteNoTaxReport}, {Code: NoteComplaints}}}
	s.Total()
	return s
}

// fund is the unrestricted fund at the end of the year (all scenarios).
func fund() FundStatement {
	cost := func(kind LineKind, key, en, da, amount string) Line {
		return Line{Kind: kind, Key: key, Name: Name{en, da}, InPeriod: dec(amount), ToDate: dec(amount)}
	}
	income := func(en, da, amount string) Receipt {
		return Receipt{Kind: FundIncome, Name: Name{en, da}, Amount: dec(amount), Base: dec(amount)}
	}
	s := FundStatement{Kind: FundReport, Number: "S-2027-0008", Version: 2, Replaces: "S-2027-0008/1", Organisation: nordlys, Subject: "UNR",
		Name: Name{"Free funds", "Frie midler"}, Restriction: ledger.Unrestricted, Period: Period{"2026-01-01", "2026-12-31"}, Base: "DKK",
		PreparedOn: "2027-01-14", CutOff: "2026-000118", Opening: dec("250000.00"), ToDate: FundToDate{Received: dec("268512.67")},
		Receipts: []Receipt{income("Indirect costs recovered", "Dækkede fællesomkostninger", "502.67"), income("In-kind contributions", "Naturalier", "18000.00"),
			income("Currency gains", "Valutakursgevinst", "10.00")},
		Lines: []Line{cost(Programme, "therapy", "Therapy", "Terapi", "2700.00"), cost(Programme, "legal-aid", "Legal aid", "Retshjælp", "18000.00"),
			cost(Programme, "emergency-aid", "Emergency aid", "Nødhjælp", "440.50"), cost(Programme, "staff", "Programme staff", "Projektløn", "57600.00"),
			cost(TransferFees, "transfer-fees", "", "", "326.77"), cost(CurrencyDifferences, "currency-differences", "", "", "111.71"),
			cost(Programme, "ineligible-costs", "Ineligible costs", "Ikke-støtteberettigede udgifter", "2850.00")},
		Parts:       []Part{{Kind: AtBank, Holder: "DKK", Amount: dec("189173.69")}, {Kind: Accrual, Amount: dec("-2700.00")}, {Kind: Revalued, Amount: dec("10.00")}},
		Commitments: decimal.NewNullDecimal(dec("0.00")),
		Notes:       []Note{{Code: NoteYearEnd}, {Code: NoteNotOnePerson}}}
	s.Total()
	return s
}
