package beneficiaries

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/store"
)

type wordRow struct {
	bun.BaseModel `bun:"table:plan_words"`
	Kind          WordKind `bun:",pk"`
	Code          string   `bun:",pk"`
	Account       ledger.AccountNo
	NameEN        string `bun:"name_en"`
	NameDA        string `bun:"name_da"`
	AddedBy       string
	AddedAt       string
}

func readWords(ctx context.Context, tx *store.Tx, kind WordKind, page store.Keyset) ([]Word, error) {
	var rows []wordRow
	if err := page.Ascending(tx.NewSelect().Model(&rows).Where("kind = ?", kind), "code").Scan(ctx); err != nil {
		return nil, err
	}
	words := make([]Word, len(rows))
	for i, r := range rows {
		words[i] = Word{Kind: r.Kind, Code: r.Code, Account: r.Account, NameEN: r.NameEN, NameDA: r.NameDA}
	}
	return words, nil
}

func insertWord(ctx context.Context, tx *store.Tx, w Word) error {
	there, err := tx.NewSelect().Model((*wordRow)(nil)).Where("kind = ?", w.Kind).Where("code = ?", w.Code).Exists(ctx)
	if err != nil {
		return err
	}
	if there {
		return ErrDuplicateWord
	}
	row := wordRow{Kind: w.Kind, Code: w.Code, Account: w.Account, NameEN: w.NameEN, NameDA: w.NameDA, AddedBy: tx.By.User,
		AddedAt: store.FormatTime(tx.At)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrDuplicateWord
	} else if err != nil {
		return err
	}
	return nil
}
