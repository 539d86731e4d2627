package beneficiaries

import (
	"context"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// WordKind is what a word of the plans is for.
type WordKind string

// The kinds of words.
const (
	CategoryWord WordKind = "category" // of support, with the account that bears its cost
	GoalWord     WordKind = "goal"
)

// Word is a word of the closed vocabulary that plans are written in: categories of support, and goals. Whoever reads a
// plan finds codes that mean the same for everybody, and nothing about one person.
type Word struct {
	Kind           WordKind
	Code           string
	Account        ledger.AccountNo // of a category
	NameEN, NameDA string
}

// Words lists a page of the words of a kind, by code.
func (r Register) Words(ctx context.Context, tx *store.Tx, kind WordKind, page store.Keyset) ([]Word, error) {
	return readWords(ctx, tx, kind, page)
}

// AddWord adds a word. [ErrWord] where its code is none or a name is missing, [ErrDuplicateWord], and
// [ledger.ErrUnknownAccount] where a category's account bears no cost.
func (r Register) AddWord(ctx context.Context, tx *store.Tx, w Word) (Word, error) {
	w.NameEN, w.NameDA = strings.TrimSpace(w.NameEN), strings.TrimSpace(w.NameDA)
	if !IsCode(w.Code) || w.NameEN == "" || w.NameDA == "" || (w.Kind == CategoryWord) != (w.Account != "") {
		return Word{}, ErrWord
	}
	if w.Kind == CategoryWord {
		account, err := r.Book.Account(ctx, tx, w.Account)
		if err != nil {
			return Word{}, err
		}
		if !account.IsCost() {
			return Word{}, &ledger.Unknown{Line: -1, Name: string(w.Account), Kind: ledger.ErrUnknownAccount}
		}
	}
	if err := insertWord(ctx, tx, w); err != nil {
		return Word{}, err
	}
	return w, access.Record(ctx, tx, access.Event{Action: "plan.word_added", Subject: string(w.Kind) + "/" + w.Code})
}

// nameCategories are lines whose categories are words of the plans, each with what the books call it: the last part of
// its account's path, by which funders' budgets are drawn up. [ErrUnknownWord].
func nameCategories(ctx context.Context, tx *store.Tx, book ledger.Book, lines []PlanLine) ([]PlanLine, error) {
	words, err := readWords(ctx, tx, CategoryWord, store.Keyset{})
	if err != nil {
		return nil, err
	}
	accounts, err := book.Accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := slices.Clone(lines)
	for i, l := range out {
		code := l.Word()
		at := slices.IndexFunc(words, func(w Word) bool { return w.Code == code })
		if at < 0 {
			return nil, &UnknownWord{CategoryWord, code}
		}
		account, found := accounts[words[at].Account]
		if !found {
			return nil, &ledger.Unknown{Line: -1, Name: string(words[at].Account), Kind: ledger.ErrUnknownAccount}
		}
		out[i].Category, out[i].Kind = account.Category(), ""
		if out[i].Category != code {
			out[i].Kind = code
		}
	}
	return out, nil
}

// Word is the code that a line's category has among the words of the plans.
func (l PlanLine) Word() string {
	if l.Kind != "" {
		return l.Kind
	}
	return l.Category
}

// wantGoals refuses goals that are no words of the plans, or stand twice. [ErrUnknownWord].
func wantGoals(ctx context.Context, tx *store.Tx, goals []string) error {
	if len(goals) == 0 {
		return nil
	}
	words, err := readWords(ctx, tx, GoalWord, store.Keyset{})
	if err != nil {
		return err
	}
	for i, g := range goals {
		if slices.Contains(goals[:i], g) || !slices.ContainsFunc(words, func(w Word) bool { return w.Code == g }) {
			return &UnknownWord{GoalWord, g}
		}
	}
	return nil
}
