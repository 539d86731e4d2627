package calendar

import (
	"context"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

// Hit is something that a search found.
type Hit struct {
	Kind string // grant, donor, gift, pledge, payee, payment, bank_line, entry
	Code string // by which people call it
	Text string // in clear: titles, aliases, texts of entries; never a person's name
	On   ledger.Date
}

// Sources are the kinds of things that are searched, each in one query, in the order of an answer.
var Sources = []string{"grant", "donor", "gift", "pledge", "payee", "payment", "bank_line", "entry"}

// hits is how many of a kind are answered, and searched is how many of the newest entries have their texts looked
// through: a year of a small charity, and never a scan of all.
const (
	hits     = 10
	searched = 20_000
)

// Search finds things of the kinds that the caller may list, by a part of their code or text, or by an amount that is
// written as 1234.50. An amount finds gifts, payments and bank lines.
func Search(ctx context.Context, tx *store.Tx, text string, base ledger.Currency, kinds []string) ([]Hit, error) {
	like := store.Part(strings.ToLower(strings.TrimSpace(text)))
	amount := int64(0)
	if m, err := ledger.ParseMoney(text, base); err == nil {
		amount = m.Minor()
	}
	var all []Hit
	for _, kind := range kinds {
		var found []Hit
		if err := source(tx, kind, like, amount).Limit(hits).Scan(ctx, &found); err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// source is the query of a kind: its columns as a [Hit] has them.
func source(tx *store.Tx, kind, like string, amount int64) *bun.SelectQuery {
	amounts := bun.List([]int64{amount, -amount})
	if amount == 0 {
		amounts = bun.List([]int64{0})
	}
	switch kind {
	case "grant":
		return tx.NewSelect().TableExpr("grants").ColumnExpr(`'grant' AS kind, code, title AS text, signed_on AS "on"`).
			Where(`LOWER(code) LIKE ? ESCAPE '\' OR LOWER(title) LIKE ? ESCAPE '\'`, like, like).Order("code")
	case "donor":
		return tx.NewSelect().TableExpr("donors").ColumnExpr(`'donor' AS kind, code, name AS text, '' AS "on"`).
			Where(`LOWER(code) LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\'`, like, like).Order("code")
	case "gift":
		return tx.NewSelect().TableExpr("gifts").
			ColumnExpr(`'gift' AS kind, number AS code, fund AS text, received_on AS "on"`).
			Where(`LOWER(number) LIKE ? ESCAPE '\' OR gross IN (?)`, like, amounts).OrderExpr("received_on DESC, number")
	case "pledge":
		return tx.NewSelect().TableExpr("pledges").
			ColumnExpr(`'pledge' AS kind, number AS code, fund AS text, pledged_on AS "on"`).
			Where(`LOWER(number) LIKE ? ESCAPE '\'`, like).Order("number")
	case "payee":
		return tx.NewSelect().TableExpr("payees").ColumnExpr(`'payee' AS kind, code, alias AS text, '' AS "on"`).
			Where(`LOWER(code) LIKE ? ESCAPE '\' OR LOWER(alias) LIKE ? ESCAPE '\'`, like, like).Order("code")
	case "payment":
		return tx.NewSelect().TableExpr("payments").
			ColumnExpr(`'payment' AS kind, number AS code, payee AS text, date AS "on"`).
			Where(`LOWER(number) LIKE ? ESCAPE '\' OR LOWER(payee) LIKE ? ESCAPE '\' OR amount IN (?)`, like, like, amounts).
			OrderExpr("date DESC, number")
	case "bank_line":
		return tx.NewSelect().TableExpr("bank_lines").
			ColumnExpr(`'bank_line' AS kind, id AS code, reference AS text, date AS "on"`).
			Where(`LOWER(reference) LIKE ? ESCAPE '\' OR amount IN (?)`, like, amounts).OrderExpr("date DESC, id")
	}
	return entries(tx, like)
}

// entries finds an entry by its number, else by its text and what another system calls it.
func entries(tx *store.Tx, like string) *bun.SelectQuery {
	q := tx.NewSelect().TableExpr("entries").ColumnExpr(`'entry' AS kind, id AS code, text, date AS "on"`)
	year, number, numbered := strings.Cut(strings.Trim(like, "%"), "-")
	y, bad := strconv.Atoi(year)
	if n, err := strconv.Atoi(number); numbered && err == nil && bad == nil {
		return q.Where("fiscal_year = ?", y).Where("number = ?", n)
	}
	return q.Where("seq > (SELECT MAX(seq) FROM entries) - ?", searched).
		Where(`LOWER(text) LIKE ? ESCAPE '\' OR LOWER(external_id) LIKE ? ESCAPE '\'`, like, like).OrderExpr("seq DESC")
}
