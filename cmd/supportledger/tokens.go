package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// tokenCommands are for the operator of the machine, who is noted as nobody. Over the API a person makes tokens of
// their own, at a screen.
type tokenCommands struct {
	Create tokenCreateCommand `cmd:"" help:"Make a token with which a program acts as an account."`
	List   tokenListCommand   `cmd:"" help:"List tokens and sessions; their secrets are kept nowhere."`
	Revoke tokenRevokeCommand `cmd:"" help:"End a token or session; the next call with it is refused."`
}

// tokenShown is a token for scripts.
type tokenShown struct {
	ID        access.TokenID `json:"id"`
	User      string         `json:"user"`
	Name      string         `json:"name,omitempty"`
	Session   bool           `json:"session"`
	Scopes    []string       `json:"scopes"`
	ExpiresAt string         `json:"expires_at"`
	RevokedAt string         `json:"revoked_at,omitempty"`
	Secret    string         `json:"secret,omitempty"` // shown once
}

func showToken(t access.Token, handle string) tokenShown {
	return tokenShown{ID: t.ID, User: handle, Name: t.Name, Session: t.Session, Scopes: append([]string{}, t.Scopes...),
		ExpiresAt: instant(t.ExpiresAt), RevokedAt: instant(t.RevokedAt)}
}

type tokenCreateCommand struct {
	books
	Handle   string `arg:"" help:"Id or handle of the account that it acts as."`
	Name     string `required:"" placeholder:"TEXT" help:"What it is for; no person's name."`
	Days     int    `default:"30" placeholder:"N" help:"How many days it works, at most 90 (30)."`
	ReadOnly bool   `help:"It only reads."`
	JSON     bool   `name:"json" help:"Answer as JSON."`
}

// Run makes the token and prints its secret once.
func (t tokenCreateCommand) Run(ctx context.Context, c console) error {
	var shown tokenShown
	err := acting{books: t.books}.act(ctx, access.Action{}, func(ctx context.Context, tx *store.Tx) error {
		account, err := access.FindUser(ctx, tx, t.Handle)
		if err != nil {
			return err
		}
		if !account.Works(tx.At) {
			return access.ErrAccountEnded
		}
		wanted := access.Token{User: account.ID, Name: t.Name, ExpiresAt: tx.At.AddDate(0, 0, t.Days)}
		if t.ReadOnly {
			wanted.Scopes = []string{access.ReadOnly}
		}
		secret, made, err := access.IssueScoped(ctx, tx, wanted)
		shown = showToken(made, account.Handle)
		shown.Secret = secret
		return err
	})
	if err != nil {
		return err
	}
	if t.JSON {
		return writeJSON(c.out, shown)
	}
	fmt.Fprintf(c.err, "Token %s acts as %s until %s. It is shown only now:\n", shown.ID, shown.User, shown.ExpiresAt)
	fmt.Fprintln(c.out, shown.Secret)
	return nil
}

type tokenListCommand struct {
	books
	Handle string `arg:"" optional:"" help:"Id or handle of the account; all where none is given."`
	All    bool   `help:"Those that ended too."`
	JSON   bool   `name:"json" help:"Answer as JSON."`
}

// Run lists tokens and sessions.
func (t tokenListCommand) Run(ctx context.Context, c console) error {
	return t.view(ctx, func(tx *store.Tx, _ ledger.Book) error {
		shown, err := t.tokens(ctx, tx)
		if err != nil {
			return err
		}
		if t.JSON {
			return writeJSON(c.out, map[string]any{"tokens": shown})
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		for _, s := range shown {
			kind := "token"
			if s.Session {
				kind = "session"
			}
			state := "until " + s.ExpiresAt
			if s.RevokedAt != "" {
				state = "revoked " + s.RevokedAt
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.User, kind, named(s.Scopes), state, s.Name)
		}
		return table.Flush()
	})
}

func (t tokenListCommand) tokens(ctx context.Context, tx *store.Tx) ([]tokenShown, error) {
	owners, err := accounts(ctx, tx)
	if err != nil {
		return nil, err
	}
	if t.Handle != "" {
		one, err := access.FindUser(ctx, tx, t.Handle)
		if err != nil {
			return nil, err
		}
		owners = []access.Account{one}
	}
	shown := []tokenShown{}
	for _, owner := range owners {
		for _, sessions := range []bool{false, true} {
			found, err := access.ListTokens(ctx, tx, access.TokenFilter{User: owner.ID, Sessions: sessions})
			if err != nil {
				return nil, err
			}
			for _, one := range found {
				if t.All || live(one, tx.At) {
					shown = append(shown, showToken(one, owner.Handle))
				}
			}
		}
	}
	return shown, nil
}

func live(t access.Token, now time.Time) bool { return t.RevokedAt.IsZero() && now.Before(t.ExpiresAt) }

type tokenRevokeCommand struct {
	books
	ID access.TokenID `arg:"" help:"Id of the token or session, tok_… or ses_…."`
}

// Run ends the token.
func (t tokenRevokeCommand) Run(ctx context.Context, c console) error {
	err := acting{books: t.books}.act(ctx, access.Action{}, func(ctx context.Context, tx *store.Tx) error {
		return access.RevokeToken(ctx, tx, "", t.ID)
	})
	if err == nil {
		fmt.Fprintf(c.err, "%s has ended; the next call with it is refused.\n", t.ID)
	}
	return err
}
