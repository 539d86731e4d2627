package statements

import (
	"context"
	"supportledger/statements/disclosure"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/uptrace/bun"
)

type shownRow struct {
	bun.BaseModel `bun:"table:released_atoms,alias:r"`

	Atom      string `bun:"atom,pk"`
	Ours      bool   `bun:"ours,pk"`
	Block     string `bun:"block"`
	Person    string `bun:"person"`
	Amount    int64  `bun:"amount"`
	Threshold int    `bun:"threshold"`
	Dominance int    `bun:"dominance"`
	Statement ID     `bun:"statement_id"`
}

// readShown reads the blocks that any of the atoms is in, those that have an atom in common with these, and so on,
// whole: what sums tell together is asked of all of them.
func readShown(ctx context.Context, tx *store.Tx, atoms []string) (disclosure.Register, error) {
	if len(atoms) == 0 {
		return disclosure.Register{}, nil
	}
	var rows []shownRow
	const text = `WITH RECURSIVE reached (block) AS (
			SELECT block FROM released_atoms WHERE atom IN (?)
			UNION SELECT beside.block FROM reached JOIN released_atoms AS a ON a.block = reached.block
				JOIN released_atoms AS beside ON beside.atom = a.atom)
		SELECT * FROM released_atoms WHERE block IN (SELECT block FROM reached) ORDER BY ours, block, atom`
	err := tx.NewRaw(text, bun.List(atoms)).Scan(ctx, &rows)
	if err != nil {
		return disclosure.Register{}, err
	}
	var shown []disclosure.Block
	for i, r := range rows {
		if i == 0 || rows[i-1].Block != r.Block {
			shown = append(shown, disclosure.Block{Name: r.Block, Ours: r.Ours,
				Rules: disclosure.Rules{Threshold: r.Threshold, Dominance: r.Dominance}})
		}
		last := &shown[len(shown)-1]
		last.Atoms = append(last.Atoms, disclosure.Atom{ID: r.Atom, Person: disclosure.Person(r.Person), Amount: r.Amount})
	}
	return disclosure.Restore(shown), nil
}

// saveShown writes the blocks that a statement made, cut or protects more, in the place of what stood there.
func saveShown(ctx context.Context, tx *store.Tx, g *disclosure.Register, id ID) error {
	rows := map[bool][]shownRow{}
	for _, b := range g.Blocks() {
		if !b.Changed {
			continue
		}
		name := b.Name
		if name == "" {
			name = store.NewID("blk")
		}
		for _, a := range b.Atoms {
			rows[b.Ours] = append(rows[b.Ours], shownRow{Atom: a.ID, Ours: b.Ours, Block: name, Person: string(a.Person),
				Amount: a.Amount, Threshold: b.Rules.Threshold, Dominance: b.Rules.Dominance, Statement: id})
		}
	}
	for _, ours := range []bool{true, false} {
		changed := rows[ours]
		if len(changed) == 0 {
			continue
		}
		ids := figures.Each(changed, func(r shownRow) string { return r.Atom })
		if _, err := tx.NewDelete().Model((*shownRow)(nil)).Where("atom IN (?)", bun.List(ids)).Where("ours = ?",
			ours).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&changed).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// readCuts lists the periods of all statements of a subject that were ever issued, of whatever kind.
func readCuts(ctx context.Context, tx *store.Tx, subject string) ([]figures.Period, error) {
	var rows []statementRow
	err := tx.NewSelect().Model(&rows).Column("from_date", "to_date").Distinct().Where("subject = ?", subject).
		Where("record IS NOT NULL").Order("from_date", "to_date").Scan(ctx)
	periods := figures.Each(rows,
		func(r statementRow) figures.Period { return figures.Period{From: r.FromDate, To: r.ToDate} })
	return periods, err
}

func readThreshold(ctx context.Context, tx *store.Tx, subject string) (people int, err error) {
	err = tx.NewSelect().TableExpr("disclosure_thresholds").ColumnExpr("COALESCE(MAX(people), 0)").Where("subject = ?",
		subject).Scan(ctx, &people)
	return people, err
}

func saveThreshold(ctx context.Context, tx *store.Tx, subject string, people int) error {
	const text = `INSERT INTO disclosure_thresholds (subject, people) VALUES (?, ?)
		ON CONFLICT (subject) DO UPDATE SET people = excluded.people`
	_, err := tx.NewRaw(text, subject, people).Exec(ctx)
	return err
}
