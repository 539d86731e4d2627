package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"supportledger/ledger"
	"supportledger/store"
)

// importGroup is the rows of a file that make one entry.
type importGroup struct {
	rows  []int // among the table's
	entry ledger.Entry
}

// importer makes entries of the rows of one file.
type importer struct {
	kind   ImportKind
	table  importTable
	known  ledger.Chart
	rows   []ImportRow
	groups []*importGroup // in order of their first rows
	by     map[string]*importGroup
	totals map[ledger.FundCode]FundTotal
}

// PreviewFile reads a file against the books and writes nothing. Errors in rows stand at the rows; a file that is no
// table of this kind is refused with an *[ImportFault]. Whether the money is there is known only when it is posted.
func PreviewFile(ctx context.Context, tx *store.Tx, b ledger.Book, f ImportFile) (Preview, error) {
	table, err := f.table()
	if err != nil {
		return Preview{}, err
	}
	known, err := b.Chart(ctx, tx)
	if err != nil {
		return Preview{}, err
	}
	im := importer{kind: f.Kind, table: table, known: known, by: map[string]*importGroup{},
		totals: map[ledger.FundCode]FundTotal{}}
	im.read()
	if err := im.assess(ctx, tx, b); err != nil {
		return Preview{}, err
	}
	return im.preview(), nil
}

// read understands every row by itself and gathers those of one entry.
func (im *importer) read() {
	im.rows = make([]ImportRow, len(im.table.rows))
	for i, source := range im.table.rows {
		row := &im.rows[i]
		*row = ImportRow{Row: source.number, Source: source.cells, Status: RowNew}
		entry, column, err := im.row(source)
		row.ExternalID = entry.ExternalID
		if entry.ExternalID == "" {
			im.fail(row, column, err)
			continue
		}
		g, ok := im.by[entry.ExternalID]
		if !ok {
			g = &importGroup{entry: ledger.Entry{Date: entry.Date, Text: entry.Text, Act: entry.Act,
				ExternalID: entry.ExternalID}}
			im.by[entry.ExternalID], im.groups = g, append(im.groups, g)
		}
		g.rows = append(g.rows, i)
		switch {
		case err != nil:
			im.fail(row, column, err)
		case entry.Date != g.entry.Date || entry.Text != g.entry.Text:
			im.fail(row, "external_id", &ledger.Shape{Line: -1, Why: "rows of one entry have one date and one text"})
		default:
			g.entry.Lines, g.entry.Opens = append(g.entry.Lines, entry.Lines...), append(g.entry.Opens, entry.Opens...)
			im.count(entry.Lines[0])
		}
	}
}

func (im *importer) fail(row *ImportRow, column string, err error) {
	row.Status, row.Column, row.Err = RowError, column, err
}

// count adds a line to the totals of its fund.
func (im *importer) count(l ledger.Line) {
	t, ok := im.totals[l.Fund]
	if !ok {
		t = FundTotal{l.Fund, ledger.Zero(im.known.Base), ledger.Zero(im.known.Base)}
	}
	if l.Base.Sign() < 0 {
		t.Credit = t.Credit.Add(l.Base.Neg())
	} else {
		t.Debit = t.Debit.Add(l.Base)
	}
	im.totals[l.Fund] = t
}

// row makes an entry of one line. With an error comes the column that it is about, and the external id if it was read.
func (im *importer) row(r sourceRow) (e ledger.Entry, column string, err error) {
	cell := func(name string) string { return im.table.cell(r, name) }
	if im.kind == ImportEntries {
		if err := checkText(cell("external_id"), 96); err != nil {
			return e, "external_id", err
		}
		e.ExternalID, e.Act, e.Text = cell("external_id"), "import", cell("text")
		if err := checkText(e.Text, 200); err != nil {
			return e, "text", err
		}
	}
	if e.Date, err = im.table.date(cell("date")); err != nil {
		return e, "date", err
	}
	account, fund := ledger.AccountNo(cell("account")), ledger.FundCode(cell("fund"))
	if _, ok := im.known.Accounts[account]; !ok {
		return e, "account", &ledger.Unknown{Line: -1, Name: clip(string(account)), Kind: ledger.ErrUnknownAccount}
	}
	if _, ok := im.known.Funds[fund]; !ok {
		return e, "fund", &ledger.Unknown{Line: -1, Name: clip(string(fund)), Kind: ledger.ErrUnknownFund}
	}
	if im.kind == ImportOpeningBalances {
		e.ExternalID, e.Act, e.Text = fmt.Sprintf("opening-balance:%s:%s", e.Date, fund), "opening-balance",
			"Opening balance of fund "+string(fund)
		return im.opening(e, r, account, fund)
	}
	amount, column, err := im.amount(r, im.known.Base)
	if err != nil {
		return e, column, err
	}
	if category := cell("category"); category != "" {
		if err := checkText(category, 40); err != nil {
			return e, "category", err
		}
	}
	e.Lines = []ledger.Line{ledger.Base(account, fund, amount).For(cell("category"))}
	return e, column, e.Lines[0].Check(-1, im.known)
}

// amount reads the amount of a row, debit positive.
func (im *importer) amount(r sourceRow, c ledger.Currency) (ledger.Money, string, error) {
	cell := func(name string) string { return im.table.cell(r, name) }
	if slices.Contains(im.table.head, "amount") {
		m, err := im.table.money(cell("amount"), c)
		return m, "amount", err
	}
	column, other := "debit", "credit"
	if cell("debit") == "" {
		column, other = other, column
	}
	if cell(other) != "" {
		return ledger.Money{}, column, &ledger.Shape{Line: -1, Why: "debit and credit are both filled"}
	}
	m, err := im.table.money(cell(column), c)
	switch {
	case err != nil:
		return m, column, err
	case m.Sign() < 0:
		return m, column, &ledger.Shape{Line: -1, Why: "an amount under debit or credit is not negative"}
	case column == "credit":
		m = m.Neg()
	}
	return m, column, nil
}

// opening makes the line of an opening balance. Foreign money is in a bank account and opens a lot, at its base amount.
func (im *importer) opening(e ledger.Entry, r sourceRow, number ledger.AccountNo, fund ledger.FundCode) (ledger.Entry,
	string, error) {
	account, cell := im.known.Accounts[number], func(name string) string { return im.table.cell(r, name) }
	if !slices.Contains([]ledger.AccountType{ledger.Asset, ledger.Liability, ledger.NetAssets}, account.Type) {
		return e, "account", &ledger.Shape{Line: -1, Why: "an opening balance stands on a balance sheet account"}
	}
	c := ledger.Currency(cmp.Or(cell("currency"), string(im.known.Base)))
	if c == im.known.Base {
		amount, column, err := im.amount(r, c)
		if err == nil && cell("base_amount") != "" {
			var base ledger.Money
			if base, err = im.table.money(cell("base_amount"), c); err == nil && !base.Amount.Equal(amount.Amount) {
				return e, "base_amount", &ledger.Shape{Line: -1, Why: "an amount in base currency is its own base amount"}
			}
		}
		if err != nil {
			return e, column, err
		}
		e.Lines = []ledger.Line{ledger.Base(number, fund, amount)}
		return e, column, e.Lines[0].Check(-1, im.known)
	}
	return im.foreign(e, r, account, fund, c)
}

func (im *importer) foreign(e ledger.Entry, r sourceRow, account ledger.Account, fund ledger.FundCode,
	c ledger.Currency) (ledger.Entry, string, error) {
	if account.BankCurrency() != c {
		return e, "currency",
			&ledger.Shape{Line: -1, Why: "an opening balance in another currency stands on a bank account in that currency"}
	}
	amount, column, err := im.amount(r, c)
	if err != nil {
		return e, column, err
	}
	base, err := im.table.money(im.table.cell(r, "base_amount"), im.known.Base)
	if err != nil {
		return e, "base_amount", err
	}
	if amount.Sign() <= 0 || base.Sign() <= 0 {
		return e, column, &ledger.Shape{Line: -1, Why: "foreign money in a bank account is a debit"}
	}
	var rate ledger.Rate
	if quoted := im.table.cell(r, "rate"); quoted != "" {
		if quoted, err = im.table.plain(quoted); err == nil {
			rate, err = ledger.ParseRate(quoted)
		}
		if err == nil && !rate.Joins(c, im.known.Base) {
			err = &ledger.AmountError{Code: "rate_mismatch", Got: quoted,
				Hint: fmt.Sprintf("a rate between %s and %s", c, im.known.Base)}
		}
		if err != nil {
			return e, "rate", err
		}
	}
	lot := ledger.LotID(store.NewID("lot"))
	e.Lines = []ledger.Line{ledger.InCurrency(account.Number, fund, amount, base).WithLot(lot)}
	e.Opens = []ledger.Lot{{ID: lot, Kind: ledger.CurrencyLot,
		Pool: ledger.Pool{Account: account.Number, Fund: fund, Currency: c}, Name: "Opening", Rate: rate, OpenedOn: e.Date,
		Quantity: amount, Cost: base}}
	return e, "amount", e.Lines[0].Check(-1, im.known)
}

// assess says of every entry whether it is new, in the books already, or impossible.
func (im *importer) assess(ctx context.Context, tx *store.Tx, b ledger.Book) error {
	var ids []string
	for _, g := range im.groups {
		ids = append(ids, g.entry.ExternalID)
	}
	standing, next, err := byExternalID(ctx, tx, b, ids)
	if err != nil {
		return err
	}
	months := map[string]error{}
	for _, g := range im.groups {
		if im.share(g) {
			continue
		}
		if im.kind == ImportOpeningBalances {
			im.closeWithNetAssets(g)
		}
		if twin, ok := standing[g.entry.ExternalID]; ok {
			im.meet(g, twin)
			continue
		}
		month := g.entry.Date.Month()
		if _, asked := months[month]; !asked {
			first, err := b.FirstOpenDay(ctx, tx, g.entry.Date)
			if err != nil {
				return err
			}
			months[month] = nil
			if first != g.entry.Date {
				months[month] = &ledger.PeriodClosed{Month: month, FirstOpen: first}
			}
		}
		g.entry.ExternalID = next[g.entry.ExternalID]
		if err := errors.Join(g.entry.Check(im.known), months[month]); err != nil {
			im.failGroup(g, err)
		}
	}
	return nil
}

// share gives all rows of an entry the fate of its worst one, and tells whether that is an error.
func (im *importer) share(g *importGroup) bool {
	bad := slices.ContainsFunc(g.rows, func(i int) bool { return im.rows[i].Status == RowError })
	for _, i := range g.rows {
		if bad {
			im.rows[i].Status = RowError
		}
	}
	return bad
}

// failGroup puts an error of an entry at the row that it is about, or at the first.
func (im *importer) failGroup(g *importGroup, err error) {
	at := g.rows[0]
	column := ""
	var unknown *ledger.Unknown
	var shape *ledger.Shape
	switch line := -1; {
	case errors.As(err, &unknown):
		line = unknown.Line
		fallthrough
	case errors.As(err, &shape):
		if shape != nil {
			line = shape.Line
		}
		if line >= 0 && line < len(g.rows) {
			at = g.rows[line]
		}
	case errors.Is(err, ledger.ErrPeriodClosed):
		column = "date"
	}
	im.fail(&im.rows[at], column, err)
	im.share(g)
}

// closeWithNetAssets puts what the balances of a fund leave over on its net assets.
func (im *importer) closeWithNetAssets(g *importGroup) {
	fund := im.known.Funds[g.entry.Lines[0].Fund]
	rest := ledger.Zero(im.known.Base)
	for _, l := range g.entry.Lines {
		rest = rest.Add(l.Base)
	}
	if !rest.IsZero() {
		g.entry.Lines = append(g.entry.Lines, ledger.Base(fund.NetAssets(), fund.Code, rest.Neg()))
	}
}

// meet compares an entry with the one that has its external id: the same again is a duplicate, another one an error.
func (im *importer) meet(g *importGroup, twin ledger.Posted) {
	same := twin.Date == g.entry.Date && slices.EqualFunc(twin.Lines, g.entry.Compact().Lines,
		func(a, b ledger.Line) bool {
			return a.Account == b.Account && a.Fund == b.Fund && a.Amount.Currency == b.Amount.Currency &&
				a.Amount.Amount.Equal(b.Amount.Amount) && a.Base.Amount.Equal(b.Base.Amount) && a.Category == b.Category
		})
	if !same {
		im.failGroup(g, &ledger.ExternalIDTaken{ID: g.entry.ExternalID, By: twin.ID})
	}
	for _, i := range g.rows {
		im.rows[i].Entry = twin.ID
		if same {
			im.rows[i].Status = RowDuplicate
		}
	}
}

func (im *importer) preview() Preview {
	p := Preview{Head: im.table.head, Rows: im.rows, ControlTotal: ledger.Zero(im.known.Base)}
	for _, r := range im.rows {
		switch r.Status {
		case RowNew:
			p.New++
		case RowDuplicate:
			p.Duplicate++
		default:
			p.Errors++
		}
	}
	for _, g := range im.groups {
		if im.rows[g.rows[0]].Status == RowNew {
			p.Entries = append(p.Entries, g.entry)
		}
	}
	for _, fund := range slices.Sorted(maps.Keys(im.totals)) {
		p.Funds = append(p.Funds, im.totals[fund])
		p.ControlTotal = p.ControlTotal.Add(im.totals[fund].Debit)
	}
	return p
}
