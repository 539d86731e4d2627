package ledger

import (
	"slices"
	"testing"

	"supportledger/proof"
)

var verifyChart = Chart{Base: "DKK", Accounts: map[AccountNo]Account{"1010": {Number: "1010", Type: Asset},
	"3100": {Number: "3100", Type: NetAssets}, Encumbrances: {Number: Encumbrances, Type: Budgetary}},
	Funds: map[FundCode]Fund{"UNR": {Code: "UNR"}, "G1": {Code: "G1"}}}

// storedSound is an entry of 100.00 as verify reads it; its leaf is made by [sealed].
func storedSound(seq int64) storedEntry {
	line := func(n int64, account AccountNo, amount int64) lineRow {
		return lineRow{EntrySeq: seq, Line: n, Account: account, Fund: "UNR", Currency: "DKK", Amount: amount, Base: amount}
	}
	return storedEntry{entryRecord: entryRecord{
		entryRow: entryRow{Seq: seq, ID: EntryID(Number(2026, seq)), FiscalYear: 2026, Number: seq, Date: "2026-03-01",
			Book: actualBook, Text: "Gift", Act: "manual", LineCount: 2, CreatedAt: "2026-03-01T00:00:00Z"},
		Lines: []lineRow{line(1, "1010", 10000), line(2, "3100", -10000)}}, position: seq}
}

// sealed gives an entry the leaf of its rows.
func sealed(e *storedEntry) {
	var encoder proof.Encoder
	e.seal = proof.NewSeal()
	hash := e.leaf(&encoder, e.seal).Hash
	e.hash = hash[:]
}

// checksOf are the checks that find something, each once.
func checksOf(out proof.Findings) []string {
	var checks []string
	for _, f := range out.List {
		checks = append(checks, f.Check)
	}
	slices.Sort(checks)
	return slices.Compact(checks)
}

// Every fault of an entry is found by its own check, also where its leaf was made anew to fit.
func TestVerifyFindsEachFaultOfAnEntry(t *testing.T) {
	move := func(line int, by int64) func(*storedEntry) {
		return func(e *storedEntry) { e.Lines[line].Amount += by; e.Lines[line].Base += by }
	}
	for name, c := range map[string]struct {
		change func(e *storedEntry)
		want   string
	}{
		"sound":              {func(*storedEntry) {}, ""},
		"one line is gone":   {func(e *storedEntry) { e.LineCount = 3 }, "lines"},
		"one line more":      {func(e *storedEntry) { e.LineCount, e.Lines = 2, append(e.Lines, lineRow{}) }, "lines"},
		"a single line":      {func(e *storedEntry) { e.LineCount, e.Lines = 1, e.Lines[:1]; move(0, -10000)(e) }, "lines"},
		"no line":            {func(e *storedEntry) { e.LineCount, e.Lines = 0, nil }, "lines"},
		"an øre too much":    {move(0, 1), "double-entry"},
		"an øre too little":  {move(0, -1), "double-entry"},
		"across funds":       {func(e *storedEntry) { e.Lines[1].Fund = "G1" }, "double-entry"},
		"an unknown account": {func(e *storedEntry) { e.Lines[0].Account = "1011" }, "lines"},
		"of the other book":  {func(e *storedEntry) { e.Book = budgetaryBook }, "lines"},
		"an account of the other book": {func(e *storedEntry) { e.Lines[1].Account = Encumbrances },
			"lines"},
		"another base amount": {func(e *storedEntry) { e.Lines[0].Amount++ }, "lines"},
		"a gap in the order":  {func(e *storedEntry) { e.Seq++ }, "sequence"},
		"twice in the order":  {func(e *storedEntry) { e.Seq-- }, "sequence"},
		"a gap in numbers":    {func(e *storedEntry) { e.Number++ }, "number"},
		"a number twice":      {func(e *storedEntry) { e.Number-- }, "number"},
		"in another year":     {func(e *storedEntry) { e.Date = "2027-03-01" }, "number"},
		"on no day":           {func(e *storedEntry) { e.Date = "2026-02-30" }, "number"},
		"not in the tree":     {func(e *storedEntry) { e.position = -1 }, "leaf"},
		"its leaf twice":      {func(e *storedEntry) { e.position = 1 }, "leaf"},
		"its leaf too early":  {func(e *storedEntry) { e.position = 0 }, "leaf"},
	} {
		var out proof.Findings
		v := &verifier{out: &out, known: verifyChart, numbers: map[int64]int64{}, sums: map[dayKey]daySum{},
			names: map[string]uint16{}, leaf: -1}
		first, second := storedSound(1), storedSound(2)
		c.change(&second)
		sealed(&first)
		sealed(&second)
		v.entry(&first)
		if len(out.List) > 0 {
			t.Fatalf("%s: the entry before it: %v", name, out.List)
		}
		v.entry(&second)
		if got := checksOf(out); c.want == "" && len(got) > 0 || c.want != "" && !slices.Contains(got, c.want) {
			t.Errorf("%s: %v, want %q", name, out.List, c.want)
		}
		differs := map[bool]string{true: Number(2026, 2), false: ""}[c.want == "leaf"]
		if v.done.FirstDiffering != differs {
			t.Errorf("%s: the first that differs is %q", name, v.done.FirstDiffering)
		}
		if v.done.Entries != 2 || v.done.Lines != int64(len(first.Lines)+len(second.Lines)) {
			t.Errorf("%s: counted %+v", name, v.done)
		}
	}
}

// A stored field that changed after the leaf was made differs from it, whichever field it is.
func TestVerifyHoldsTheRowsAgainstTheLeaf(t *testing.T) {
	for name, change := range map[string]func(e *storedEntry){
		"text":    func(e *storedEntry) { e.Text = "Gifts" },
		"day":     func(e *storedEntry) { e.Date = "2026-03-02" },
		"account": func(e *storedEntry) { e.Lines[1].Account = "1010" },
		"amounts": func(e *storedEntry) { e.Lines[0].Base++; e.Lines[1].Base-- },
	} {
		var out proof.Findings
		v := &verifier{out: &out, known: verifyChart, numbers: map[int64]int64{}, sums: map[dayKey]daySum{},
			names: map[string]uint16{}, leaf: -1}
		e := storedSound(1)
		sealed(&e)
		change(&e)
		v.entry(&e)
		if !slices.Contains(checksOf(out), "leaf") || v.done.FirstDiffering != "2026-000001" {
			t.Errorf("%s: %v, first %q", name, out.List, v.done.FirstDiffering)
		}
	}
}

// What is open in a lot is what its lines say, and within what it was opened with.
func TestVerifyFindsEachFaultOfALot(t *testing.T) {
	for name, c := range map[string]struct {
		kind                               LotKind
		open, openCost, lineSum, lineCosts int64
		found                              bool
	}{
		"all of it":                      {CurrencyLot, 1000, 700, 1000, 700, false},
		"nothing left":                   {CurrencyLot, 0, 0, 0, 0, false},
		"a quantity without cost":        {CurrencyLot, 1, 0, 1, 0, false},
		"more than its lines say":        {CurrencyLot, 11, 7, 10, 7, true},
		"less than its lines say":        {CurrencyLot, 10, 7, 11, 7, true},
		"more cost than its lines":       {CurrencyLot, 10, 8, 10, 7, true},
		"less cost than its lines":       {CurrencyLot, 10, 7, 10, 8, true},
		"less than no quantity":          {CurrencyLot, -1, 0, -1, 0, true},
		"less than no cost":              {CurrencyLot, 1, -1, 1, -1, true},
		"more than it was opened with":   {CommitmentLot, 1001, 700, 1001, 700, true},
		"cost without a quantity":        {CommitmentLot, 0, 1, 0, 1, true},
		"a layer":                        {DeferredLot, 10, 7, -10, -7, false},
		"an overdrawn layer":             {DeferredLot, -10, -7, 10, 7, false},
		"a layer on the wrong side":      {DeferredLot, 10, 7, 10, 7, true},
		"a lot opened on a layer's side": {CurrencyLot, 10, 7, -10, -7, true},
	} {
		var out proof.Findings
		v := &verifier{out: &out, known: verifyChart, lotUses: 3}
		row := lotSumRow{lotRow: lotRow{ID: "lot_1", Name: "T-1", Kind: c.kind, Currency: "EUR", Quantity: 1000,
			Cost: 700, OpenQuantity: c.open, OpenCost: c.openCost}, SumAmount: c.lineSum, SumBase: c.lineCosts, Lines: 3}
		if err := v.lot(row); err != nil {
			t.Fatal(err)
		}
		if got := len(out.List) > 0; got != c.found {
			t.Errorf("%s: %v", name, out.List)
		}
		if v.done.Lots != 1 || v.lotUses != 0 {
			t.Errorf("%s: counted %d lots, %d lines left over", name, v.done.Lots, v.lotUses)
		}
	}
}
