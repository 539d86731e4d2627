package grants

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// giftReader understands the rows of a file of gifts against the books.
type giftReader struct {
	register Register
	sheet    ledger.Sheet
	donors   map[string]Donor
	pledges  map[string]Pledge
	funds    map[ledger.FundCode]error // nil where the fund takes gifts
	banks    map[ledger.AccountNo]error
	months   map[string]error
	standing map[string]Gift // by number, what was not reversed
	taken    map[string]bool // numbers of gifts that do not stand any more
	seen     map[string]bool // numbers of the file
}

// readGiftSheet understands a file of gifts.
func (r Register) readGiftSheet(ctx context.Context, tx *store.Tx, f ImportFile) (importSheet, error) {
	sheet, err := ledger.ReadSheet(f.Profile, f.Content, []string{"donor", "fund", "date", "gross"}, []string{"number", "fee", "account", "anonymous", "pledge"})
	if err != nil {
		return importSheet{}, err
	}
	p, err := r.giftReader(ctx, tx, sheet)
	if err != nil {
		return importSheet{}, err
	}
	out := importSheet{preview: ImportPreview{Total: ledger.Zero(r.Book.Base)}}
	for _, source := range sheet.Rows() {
		g, row, err := p.gift(ctx, tx, source)
		if err != nil {
			return importSheet{}, err
		}
		if out.add(row); len(row.Faults) == 0 && row.Status != ledger.RowDuplicate {
			out.gifts = append(out.gifts, g)
			out.preview.Total = out.preview.Total.Add(g.Gross)
		}
	}
	return out, nil
}

func (r Register) giftReader(ctx context.Context, tx *store.Tx, sheet ledger.Sheet) (*giftReader, error) {
	p := &giftReader{register: r, sheet: sheet, donors: map[string]Donor{}, pledges: map[string]Pledge{}, funds: map[ledger.FundCode]error{},
		banks: map[ledger.AccountNo]error{}, months: map[string]error{}, standing: map[string]Gift{}, taken: map[string]bool{}, seen: map[string]bool{}}
	donors, err := r.Donors(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, d := range donors {
		p.donors[d.Code] = d
	}
	pledges, err := r.Pledges(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, pl := range pledges {
		p.pledges[pl.Number] = pl
	}
	gifts, err := r.Gifts(ctx, tx)
	if err != nil {
		return nil, err
	}
	for _, g := range gifts {
		p.taken[g.Number] = true
		if base, _, _ := strings.Cut(g.Number, "~"); g.ReversedOn == "" {
			p.standing[base] = g
		}
	}
	return p, nil
}

// yes are the ways to write that a gift is anonymous; no are the ways to write that it is not.
var yes, no = []string{"yes", "true", "1", "ja"}, []string{"", "no", "false", "0", "nej"}

// gift understands one row and holds it against the books. Its error is that of reading the books, what is wrong with the row stands in
// the row.
func (p *giftReader) gift(ctx context.Context, tx *store.Tx, source ledger.SheetRow) (Gift, ImportRow, error) {
	cell := func(column string) string { return p.sheet.Cell(source, column) }
	g := Gift{Number: cell("number"), Fund: ledger.FundCode(cell("fund")), Account: ledger.AccountNo(cell("account")), Fee: ledger.Zero(p.register.Book.Base)}
	row := ImportRow{Row: source.Number, Key: g.Number}
	at := func(column string, err error) {
		if err != nil {
			row.Faults = append(row.Faults, RowFault{column, err})
		}
	}
	if g.Account == "" {
		g.Account = ledger.BaseBank
	}
	donor, known := p.donors[cell("donor")]
	if g.Donor = donor; !known {
		at("donor", ErrUnknownDonor)
	}
	var err error
	g.On, err = p.sheet.Date(cell("date"))
	at("date", err)
	p.amounts(&g, cell, at)
	switch written := strings.ToLower(cell("anonymous")); {
	case slices.Contains(yes, written):
		g.Anonymous = true
	case !slices.Contains(no, written):
		at("anonymous", &ImportCell{"yes or no"})
	}
	if err := p.books(ctx, tx, g, at); err != nil {
		return g, row, err
	}
	if number := cell("pledge"); number != "" {
		pledge, found := p.pledges[number]
		switch {
		case !found:
			at("pledge", ErrUnknownPledge)
		case pledge.Donor.ID != g.Donor.ID || pledge.Fund != g.Fund:
			at("pledge", ErrPledgeMismatch)
		}
		g.Pledge = pledge.ID
	}
	p.numbered(&g, &row, at)
	return g, row, nil
}

// amounts reads gross and fee.
func (p *giftReader) amounts(g *Gift, cell func(string) string, at func(string, error)) {
	var err error
	g.Gross, err = p.sheet.Money(cell("gross"), p.register.Book.Base)
	switch {
	case err != nil:
		at("gross", err)
		return
	case g.Gross.Sign() <= 0:
		at("gross", &ImportCell{"more than 0"})
		return
	case cell("fee") == "":
		return
	}
	if g.Fee, err = p.sheet.Money(cell("fee"), p.register.Book.Base); err != nil {
		at("fee", err)
		return
	}
	at("fee", g.checkFee())
}

// books holds fund, account and month against the books, each asked once a file.
func (p *giftReader) books(ctx context.Context, tx *store.Tx, g Gift, at func(string, error)) error {
	if _, asked := p.funds[g.Fund]; !asked {
		err := p.register.takesGifts(ctx, tx, g.Fund)
		if err != nil && !errors.Is(err, ledger.ErrUnknownFund) && !errors.Is(err, ErrFundOfGrant) {
			return err
		}
		p.funds[g.Fund] = err
	}
	at("fund", p.funds[g.Fund])
	if _, asked := p.banks[g.Account]; !asked {
		err := p.register.wantBaseBank(ctx, tx, g.Account)
		if err != nil && !errors.Is(err, ledger.ErrUnknownAccount) && !errors.Is(err, ErrBankNotInBase) {
			return err
		}
		p.banks[g.Account] = err
	}
	at("account", p.banks[g.Account])
	if g.On == "" {
		return nil
	}
	month := g.On.Month()
	if _, asked := p.months[month]; !asked {
		first, err := p.register.Book.FirstOpenDay(ctx, tx, g.On)
		if err != nil {
			return err
		}
		if p.months[month] = nil; first != g.On {
			p.months[month] = &ledger.PeriodClosed{Month: month, FirstOpen: first}
		}
	}
	at("date", p.months[month])
	return nil
}

// numbered meets a number with the books. The same gift under it is a duplicate, another one an error; where the gift does not stand any
// more, the number is used again with a count behind it, as external ids are: 4711, then 4711~2.
func (p *giftReader) numbered(g *Gift, row *ImportRow, at func(string, error)) {
	if g.Number == "" {
		return
	}
	if strings.Contains(g.Number, "~") || ledger.CheckText(g.Number, 20) != nil {
		at("number", &ImportCell{"at most 20 visible letters, none of them ~"})
	}
	if p.seen[g.Number] {
		at("number", ErrDuplicateGift)
	}
	p.seen[g.Number] = true
	if twin, stands := p.standing[g.Number]; stands {
		if row.Status = ledger.RowDuplicate; !sameGift(twin, *g) {
			at("number", ErrDuplicateGift)
		}
		return
	}
	for n := 2; p.taken[g.Number]; n++ {
		g.Number = fmt.Sprintf("%s~%d", row.Key, n)
	}
}

func sameGift(a, b Gift) bool {
	return a.Donor.ID == b.Donor.ID && a.Fund == b.Fund && a.On == b.On && a.Gross.Cmp(b.Gross) == 0 && a.Fee.Cmp(b.Fee) == 0
}

// takeGifts posts the gifts of a file as one batch and gives their ids.
func (r Register) takeGifts(ctx context.Context, tx *store.Tx, gifts []Gift) ([]string, error) {
	funds := []ledger.FundCode{r.Book.General}
	for _, g := range gifts {
		funds = append(funds, g.Fund)
	}
	slices.Sort(funds)
	if err := ledger.LockFunds(ctx, tx, slices.Compact(funds)...); err != nil {
		return nil, err
	}
	entries := make([]ledger.Entry, len(gifts))
	for i := range gifts {
		if err := r.nameGift(ctx, tx, &gifts[i]); err != nil {
			return nil, err
		}
		entries[i] = r.giftEntry(gifts[i])
	}
	posted, err := r.Book.Post(ctx, tx, entries...)
	if err != nil {
		return nil, err
	}
	made := make([]string, len(gifts))
	for i := range gifts {
		gifts[i].Entry, made[i] = posted[i].ID, string(gifts[i].ID)
		if err := access.Record(ctx, tx, access.Event{Action: "gift.received", Subject: made[i]}); err != nil {
			return nil, err
		}
	}
	return made, insertGifts(ctx, tx, gifts...)
}

// takeGiftsBack reverses the gifts of a file that still stand, as one batch.
func (r Register) takeGiftsBack(ctx context.Context, tx *store.Tx, ids []string, reason string) error {
	var entries []ledger.EntryID
	for _, id := range ids {
		g, err := r.Gift(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case g.RefundedOn != "":
			return fmt.Errorf("%w: %s", ErrGiftRefunded, g.Number)
		case g.ReversedOn == "":
			entries = append(entries, g.Entry)
		}
	}
	_, err := r.Book.ReverseAll(ctx, tx, entries, reason)
	return err
}
