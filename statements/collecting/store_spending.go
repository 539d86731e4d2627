package collecting

import (
	"context"
	"supportledger/ledger"
	"supportledger/statements/disclosure"
	"supportledger/store"
)

// readSpending lists the cost lines of a fund with the person whose plan they belong to. A plan that is not on record
// stands for a person of its own. Cost without a plan is the organisation's own only on the accounts of
// [AboutNobody]; else it was for somebody, nobody knows whom.
func readSpending(ctx context.Context, tx *store.Tx, fund ledger.FundCode, span ledger.Span) ([]Spending, error) {
	var rows []struct {
		ID      string
		Account ledger.AccountNo
		Date    ledger.Date
		Path    string
		Act     string
		Person  string
		Base    int64
	}
	q := tx.NewSelect().TableExpr("entry_lines AS l").ColumnExpr(
		"CAST(l.entry_seq AS TEXT) || '/' || CAST(l.line AS TEXT) AS id").
		Column("l.account", "a.path", "e.act", "e.date", "l.base").ColumnExpr("COALESCE(p.beneficiary_id, l.plan) AS person").
		Join("JOIN entries AS e ON e.seq = l.entry_seq").Join("JOIN accounts AS a ON a.number = l.account").Join(
		"LEFT JOIN plans AS p ON p.number = l.plan").
		Where("l.fund = ?", fund).Where("a.type = 'expense'").Where("e.act <> ?", ledger.ClosingAct).Where("l.category <> ?",
		ledger.Revaluation).
		Order("e.date", "l.account", "l.entry_seq", "l.line")
	if err := within(q, span).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	out := make([]Spending, len(rows))
	for i, r := range rows {
		x := Spending{Atom: disclosure.Atom{Person: disclosure.Person(r.Person), Amount: r.Base}, LineID: r.ID,
			Account: r.Account, Act: r.Act, Date: r.Date}
		if x.Person == "" && !AboutNobody(r.Path) {
			x.Person = disclosure.Unknown
		}
		out[i] = x.named()
	}
	return out, nil
}
