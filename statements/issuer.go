package statements

import (
	"context"
	"errors"
	"supportledger/grants"
	"supportledger/ledger"
	"supportledger/statements/collecting"
	"supportledger/statements/figures"
	"supportledger/store"
)

// Issuer collects and issues statements. It holds no state of its own.
type Issuer struct {
	Book       ledger.Book
	Grants     grants.Register
	Disclosure Disclosure       // nil withholds all that is not plainly the reader's own; see [Withholding]
	notes      *collecting.Memo // of a run; nil reads everything anew
	Address    string           // of the public pages, https://…, for the code on statements; "" prints the code alone
}

// Collect reads a statement out of the books: [collecting.Books.Collect].
func (o Issuer) Collect(ctx context.Context, tx *store.Tx, in collecting.Request) (figures.Value, error) {
	return o.books().Collect(ctx, tx, in)
}

// Figure finds a figure of a statement by its key, with the lines that it came from: [collecting.Books.Figure].
func (o Issuer) Figure(ctx context.Context, tx *store.Tx, s Statement, key string) (ledger.Figure, error) {
	return o.books().Figure(ctx, tx, collecting.Printed{Value: s.Value, Shown: s.Shown(), CutOff: s.CutOff}, key)
}

// FinalIssued reports whether a statement of a grant stands that reaches to a day and has read the books to an entry:
// what the closing of a grant asks (it satisfies grants.Statements).
func (o Issuer) FinalIssued(ctx context.Context, tx *store.Tx, grant string, to ledger.Date, through int64) (bool,
	error) {
	return finalIssued(ctx, tx, grant, to, through)
}

// books are what statements are collected from.
func (o Issuer) books() collecting.Books {
	return collecting.Books{Book: o.Book, Grants: o.Grants, Reported: reported{o}, Memo: o.notes}
}

// reported is what collecting needs of what was issued (it satisfies [collecting.Reported]).
type reported struct{ Issuer }

// Threshold is how many people a sum about a subject has at least, where it was raised.
func (reported) Threshold(ctx context.Context, tx *store.Tx, subject string) (int, error) {
	return readThreshold(ctx, tx, subject)
}

// NextReport is the number of the report on a grant for a period.
func (reported) NextReport(ctx context.Context, tx *store.Tx, grant string, p figures.Period) (int, error) {
	return nextReport(ctx, tx, grant, p)
}

// LastReport is the newest report issued on a grant that ends on a day; nil where there is none.
func (reported) LastReport(ctx context.Context, tx *store.Tx, grant string,
	to ledger.Date) (*collecting.Report, error) {
	s, err := readEndingOn(ctx, tx, figures.GrantFinancial, grant, to)
	if errors.Is(err, ErrUnknownStatement) {
		return nil, nil //nolint:nilnil // none was issued
	} else if err != nil {
		return nil, err
	}
	return &collecting.Report{Number: s.Number, Value: s.Value, Cleared: s.Cleared, CutOff: s.CutOff}, nil
}
