package donorimport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

// giftReader reads the rows of a file of gifts against the books.
type giftReader struct {
	gifts    gifts.Register
	sheet    journal.Sheet
	donors   map[string]donors.Donor
	pledges  map[string]gifts.Pledge
	funds    map[ledger.FundCode]error // nil where the fund takes gifts
	banks    map[ledger.AccountNo]error
	months   map[string]error
	standing map[string]gifts.Gift // by number in the file, what was not reversed
	taken    map[string]bool       // numbers on record
	seen     map[string]bool       // numbers of the file
}

// readGifts reads a file of gifts.
func (im Importer) readGifts(ctx context.Context, tx *store.Tx, f File) (contents, error) {
	sheet, err := journal.ReadSheet(f.Profile, f.Content, []string{"donor", "fund", "date", "gross"},
		[]string{"number", "fee", "account", "anonymous", "pledge"})
	if err != nil {
		return contents{}, err
	}
	p := &giftReader{gifts: im.Gifts, sheet: sheet, pledges: map[string]gifts.Pledge{},
		funds: map[ledger.FundCode]error{}, banks: map[ledger.AccountNo]error{}, months: map[string]error{},
		standing: map[string]gifts.Gift{}, taken: map[string]bool{}, seen: map[string]bool{}}
	if err := p.readBooks(ctx, tx); err != nil {
		return contents{}, err
	}
	out := contents{preview: Preview{Total: ledger.Zero(im.Gifts.Grants.Book.Base)}}
	for _, source := range sheet.Rows() {
		g, row, err := p.gift(ctx, tx, source)
		if err != nil {
			return contents{}, err
		}
		if out.add(row) {
			out.gifts = append(out.gifts, g)
			out.preview.Total = out.preview.Total.Add(g.Gross)
		}
	}
	return out, nil
}

// namedAtOnce is how many numbers one statement names.
const namedAtOnce = 500

// readBooks reads the donors, pledges and gifts that the file names.
func (p *giftReader) readBooks(ctx context.Context, tx *store.Tx) (err error) {
	if p.donors, err = donors.ByCode(ctx, tx, column(p.sheet, "donor")); err != nil {
		return err
	}
	for numbers := range slices.Chunk(column(p.sheet, "pledge"), namedAtOnce) {
		found, err := p.gifts.Pledges(ctx, tx, gifts.PledgeFilter{Numbers: numbers})
		if err != nil {
			return err
		}
		for _, pledge := range found {
			p.pledges[pledge.Number] = pledge
		}
	}
	for numbers := range slices.Chunk(column(p.sheet, "number"), namedAtOnce) {
		if err := p.readNumbers(ctx, tx, numbers); err != nil {
			return err
		}
	}
	return nil
}

// readNumbers reads which numbers are on record, and those under which a number was used again: 4711, then 4711~2.
func (p *giftReader) readNumbers(ctx context.Context, tx *store.Tx, numbers []string) error {
	for n := 2; len(numbers) > 0; n++ {
		found, err := p.gifts.Gifts(ctx, tx, gifts.Filter{Numbers: numbers})
		if err != nil {
			return err
		}
		numbers = numbers[:0]
		for _, g := range found {
			p.taken[g.Number] = true
			first, _, _ := strings.Cut(g.Number, "~")
			if g.ReversedOn == "" {
				p.standing[first] = g
			}
			numbers = append(numbers, fmt.Sprintf("%s~%d", first, n))
		}
	}
	return nil
}

// How a file says that a gift is anonymous, and that it is not.
var yes, no = []string{"yes", "true", "1", "ja"}, []string{"", "no", "false", "0", "nej"}

// gift reads one row and checks it against the books. Its error is one of reading the books; what is wrong with the row
// stands in the row.
func (p *giftReader) gift(ctx context.Context, tx *store.Tx, source journal.SheetRow) (gifts.Gift, Row, error) {
	cell := func(column string) string { return p.sheet.Cell(source, column) }
	base := p.gifts.Grants.Book.Base
	g := gifts.Gift{Number: cell("number"), Fund: ledger.FundCode(cell("fund")), Fee: ledger.Zero(base),
		Account: ledger.AccountNo(cmp.Or(cell("account"), string(ledger.BaseBank)))}
	row := Row{Row: source.Number, Key: g.Number}
	donor, known := p.donors[cell("donor")]
	if g.Donor = donor; !known {
		row.fault("donor", donors.ErrUnknownDonor)
	}
	var err error
	g.On, err = p.sheet.Date(cell("date"))
	row.fault("date", err)
	p.readAmounts(&g, &row, cell)
	switch written := strings.ToLower(cell("anonymous")); {
	case slices.Contains(yes, written):
		g.Anonymous = true
	case !slices.Contains(no, written):
		row.fault("anonymous", &BadCell{"yes or no"})
	}
	if err := p.checkBooks(ctx, tx, g, &row); err != nil {
		return g, row, err
	}
	if number := cell("pledge"); number != "" {
		pledge, found := p.pledges[number]
		if found {
			row.fault("pledge", g.CheckPledge(pledge))
		} else {
			row.fault("pledge", gifts.ErrUnknownPledge)
		}
		g.Pledge = pledge.ID
	}
	p.checkNumber(&g, &row)
	return g, row, nil
}

// readAmounts reads gross and fee.
func (p *giftReader) readAmounts(g *gifts.Gift, row *Row, cell func(string) string) {
	var err error
	base := p.gifts.Grants.Book.Base
	if g.Gross, err = p.sheet.Money(cell("gross"), base); err != nil {
		row.fault("gross", err)
		return
	}
	if g.Gross.Sign() <= 0 {
		row.fault("gross", &BadCell{"more than 0"})
		return
	}
	if cell("fee") == "" {
		return
	}
	if g.Fee, err = p.sheet.Money(cell("fee"), base); err == nil {
		err = g.CheckFee()
	}
	row.fault("fee", err)
}

// checkBooks checks fund, account and month against the books, each once a file.
func (p *giftReader) checkBooks(ctx context.Context, tx *store.Tx, g gifts.Gift, row *Row) error {
	if _, checked := p.funds[g.Fund]; !checked {
		err := p.gifts.CheckFund(ctx, tx, g.Fund)
		if err != nil && !errors.Is(err, ledger.ErrUnknownFund) && !errors.Is(err, gifts.ErrFundOfGrant) {
			return err
		}
		p.funds[g.Fund] = err
	}
	row.fault("fund", p.funds[g.Fund])
	if _, checked := p.banks[g.Account]; !checked {
		err := p.gifts.Grants.CheckBaseBank(ctx, tx, g.Account)
		if err != nil && !errors.Is(err, ledger.ErrUnknownAccount) && !errors.Is(err, grants.ErrBankNotInBase) {
			return err
		}
		p.banks[g.Account] = err
	}
	row.fault("account", p.banks[g.Account])
	if g.On == "" {
		return nil
	}
	month := g.On.Month()
	if _, checked := p.months[month]; !checked {
		first, err := p.gifts.Grants.Book.FirstOpenDay(ctx, tx, g.On)
		if err != nil {
			return err
		}
		if p.months[month] = nil; first != g.On {
			p.months[month] = &ledger.PeriodClosed{Month: month, FirstOpen: first}
		}
	}
	row.fault("date", p.months[month])
	return nil
}

// checkNumber compares a number with those on record. The same gift under it is a duplicate, another one an error;
// where the gift does not stand any more, the number is used again with a count behind it, as external ids are: 4711,
// then 4711~2.
func (p *giftReader) checkNumber(g *gifts.Gift, row *Row) {
	if g.Number == "" {
		return
	}
	if strings.Contains(g.Number, "~") || journal.CheckText(g.Number, 20) != nil {
		row.fault("number", &BadCell{"at most 20 visible letters, none of them ~"})
	}
	if p.seen[g.Number] {
		row.fault("number", gifts.ErrDuplicateGift)
	}
	p.seen[g.Number] = true
	if twin, stands := p.standing[g.Number]; stands {
		if row.Status = journal.RowDuplicate; !sameGift(twin, *g) {
			row.fault("number", gifts.ErrDuplicateGift)
		}
		return
	}
	for n := 2; p.taken[g.Number]; n++ {
		g.Number = fmt.Sprintf("%s~%d", row.Key, n)
	}
}

func sameGift(a, b gifts.Gift) bool {
	return a.Donor.ID == b.Donor.ID && a.Fund == b.Fund && a.On == b.On &&
		a.Gross.Cmp(b.Gross) == 0 && a.Fee.Cmp(b.Fee) == 0
}

// receiveGifts posts the gifts of a file as one batch and gives their ids.
func (im Importer) receiveGifts(ctx context.Context, tx *store.Tx, found []gifts.Gift) ([]string, error) {
	received, err := im.Gifts.ReceiveAll(ctx, tx, found)
	made := make([]string, len(received))
	for i, g := range received {
		made[i] = string(g.ID)
	}
	return made, err
}
