package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/statements/page"
	"supportledger/store"
)

// currency is a flag that holds an ISO 4217 code.
type currency ledger.Currency

// UnmarshalText reads a code in capitals.
func (c *currency) UnmarshalText(text []byte) error {
	parsed, err := ledger.ParseCurrency(string(text))
	if err != nil {
		return fmt.Errorf("%q is not a currency; write its ISO 4217 code in capitals, such as DKK or EUR", text)
	}
	*c = currency(parsed)
	return nil
}

type initCommand struct {
	books
	vaultFlags
	EvidenceKey  string        `placeholder:"FILE" help:"Key that encrypts documents; made where there is none."`
	Organisation string        `required:"" placeholder:"NAME" help:"Name of the organisation, as printed on statements."`
	Base         currency      `default:"DKK" placeholder:"DKK" help:"Currency the books are kept in (DKK)."`
	TokenFor     time.Duration `default:"2160h" placeholder:"2160h" help:"How long the printed tokens are valid (2160h: 90 days)."`
}

// Validate checks the values.
func (i initCommand) Validate() error {
	if strings.TrimSpace(i.Organisation) == "" {
		return errors.New("--organisation is empty; statements need its name")
	}
	if letter, missing := page.Missing(i.Organisation); missing {
		return fmt.Errorf("--organisation: the letter %q (U+%04X) cannot be printed on a statement", letter, letter)
	}
	if i.TokenFor <= 0 {
		return errors.New("--token-for must be longer than nothing, for example 2160h")
	}
	return nil
}

// Run opens the books and prints a token for a first user of each role that the duties need.
func (i initCommand) Run(ctx context.Context, c console) (err error) {
	if i.VaultKey != "" {
		if _, err := i.made(ctx, ""); err != nil {
			return err
		}
	}
	if i.EvidenceKey != "" {
		if err := makeEvidenceKey(i.EvidenceKey); err != nil {
			return err
		}
	}
	db, err := openFresh(ctx, i.at(), store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	book := ledger.Book{Base: ledger.Currency(i.Base), General: generalFund, Organisation: i.Organisation}
	tokens, err := openBooks(ctx, db, book, i.TokenFor)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.err, "The books are open. One token per role, shown only now; each belongs to a user of its own:")
	for _, role := range firstRoles {
		fmt.Fprintf(c.out, "%-16s %s\n", role, tokens[string(role)])
	}
	fmt.Fprintf(c.err, "Next: supportledger serve%s\n", i.at().flagged())
	return nil
}

// makeEvidenceKey makes the key that encrypts documents, where there is none.
func makeEvidenceKey(file string) error {
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	key, err := evidence.NewKey()
	if err != nil {
		return err
	}
	return create(file, string(key), 0o600)
}

// generalFund is the unrestricted fund that bears what no other fund bears.
const generalFund ledger.FundCode = "UNR"

// firstRoles are the users that new books start with: enough people for the duties, those who check them, and an
// admin, who requests all further accounts.
var firstRoles = []access.Role{access.Caseworker, access.ProgrammeLead, access.FinanceOfficer, access.Treasurer,
	access.Auditor,
	access.PrivacyOfficer, access.Admin}

// openBooks opens new books in one tx, with a user and a token for each of the first roles.
func openBooks(ctx context.Context, db *store.DB, book ledger.Book, tokenFor time.Duration) (map[string]string, error) {
	var tokens map[string]string
	err := db.Update(ctx, func(tx *store.Tx) error {
		tokens = map[string]string{} // anew each time: the act may run again
		if err := ledger.Create(ctx, tx, book); err != nil {
			return err
		}
		for _, role := range firstRoles {
			user, err := access.CreateUser(ctx, tx, string(role), role)
			if err != nil {
				return err
			}
			if tokens[string(role)], err = access.IssueToken(ctx, tx, user.ID, tokenFor); err != nil {
				return err
			}
		}
		return nil
	})
	return tokens, err
}
