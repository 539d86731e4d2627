package main

import (
	"context"
	"errors"
	"fmt"
	"supportledger/statements/collecting"
	"text/tabwriter"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/store"
)

// refusedStatements are what the life of a statement refuses.
var refusedStatements = []error{statements.ErrUnknownStatement, collecting.ErrUnknownSubject,
	collecting.ErrUnknownBudgetLine, statements.ErrExists, statements.ErrState,
	statements.ErrNotCleared, statements.ErrReasonRequired, statements.ErrNotProven, statements.ErrNotSealed}

// asPerson is what every command takes that acts on a statement as somebody.
type asPerson struct {
	books
	Token string `env:"SUPPORTLEDGER_TOKEN" placeholder:"slt_…" help:"Token of the person who acts, best given in SUPPORTLEDGER_TOKEN."`
	JSON  bool   `name:"json" help:"Answer as JSON."`
}

// described is what a command tells of a statement: what it is and how far, and no figure.
type described struct {
	ID       statements.ID    `json:"id"`
	Number   string           `json:"number,omitempty"`
	Version  int              `json:"version"`
	State    statements.State `json:"state"`
	Kind     figures.Kind     `json:"kind"`
	Subject  string           `json:"subject"`
	From     ledger.Date      `json:"from"`
	To       ledger.Date      `json:"to"`
	Language figures.Lang     `json:"language"`
	Hash     string           `json:"data_hash"`
	Document string           `json:"document_sha256,omitempty"`
	Code     string           `json:"code,omitempty"`
	Replaces statements.ID    `json:"replaces,omitempty"`

	Findings []statements.PrivacyFinding `json:"privacy_findings,omitempty"`
}

func describe(s statements.Listed) described {
	t := described{ID: s.ID, Number: s.Number, Version: s.Version, State: s.State, Kind: s.Kind, Subject: s.Subject,
		From: s.Period.From, To: s.Period.To, Language: s.Lang, Hash: s.Hash, Document: s.Document,
		Code: statements.SpacedCode(s.Code), Replaces: s.Replaces}
	if s.Privacy != nil {
		t.Findings = s.Privacy.Findings
	}
	return t
}

// shown is how people call a statement: by its number from issuing on.
func (t described) shown() string {
	if t.Number == "" {
		return string(t.ID)
	}
	return fmt.Sprintf("%s version %d", t.Number, t.Version)
}

// act runs one act on a statement in one tx, as the person whose token is given, and tells what became of it.
func (p asPerson) act(ctx context.Context, c console, a access.Action, next string,
	fn func(context.Context, *store.Tx, statements.Issuer) (statements.Statement, error)) (err error) {
	if p.Token == "" {
		return misuse("this needs to know who acts: put that person's token into SUPPORTLEDGER_TOKEN")
	}
	db, err := p.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	if ctx, err = actingAs(ctx, db, p.Token, a); err != nil {
		return err
	}
	var s statements.Statement
	if err := db.Update(ctx, func(tx *store.Tx) error {
		issuer, err := statements.OpenIssuer(ctx, tx, statements.Issuer{})
		if err != nil {
			return err
		}
		s, err = fn(ctx, tx, issuer)
		return err
	}); err != nil {
		return err
	}
	t := describe(s.Listed())
	if p.JSON {
		return writeJSON(c.out, t)
	}
	fmt.Fprintf(c.out, "%s\n", t.ID)
	fmt.Fprintf(c.err, "%s of %s, %s – %s: %s\n", t.shown(), t.Subject, t.From, t.To, t.State)
	if next != "" {
		fmt.Fprintf(c.err, "Next: supportledger statement %s%s %s\n", next, p.at().flagged(), t.ID)
	}
	return nil
}

// one is a statement that is there, by its id or number.
type one struct {
	asPerson
	Statement string `arg:"" placeholder:"STATEMENT" help:"Its id, or its number from issuing on."`
}

type draftCommand struct {
	asPerson
	Subject  string            `placeholder:"G1" help:"Code of the grant, donor or fund."`
	Kind     string            `enum:"grant_financial,donor_annual,fund," default:"" placeholder:"KIND" help:"Kind: grant_financial, donor_annual or fund; where none is given, what the subject is."`
	From     day               `placeholder:"2026-01-01" help:"First day; the start of the subject where none is given."`
	To       day               `placeholder:"2026-12-31" help:"Last day."`
	Lang     string            `enum:"da,en," default:"" placeholder:"da|en" help:"Language of the document: da (the default) or en."`
	CutOff   string            `placeholder:"2026-000123" help:"Number of the last entry that counts."`
	Whole    bool              `help:"Amounts in whole units that still add up."`
	Auditor  bool              `help:"With a place for the auditor to sign."`
	Explain  map[string]string `placeholder:"LINE=REASON" mapsep:"none" help:"Why a budget line is spent otherwise than planned, such as 1.2=prices: prices, timing, need, delivery or by_grantor; may be given again."`
	Replaces string            `placeholder:"S-2026-0001" help:"Id or number of the issued statement that this one corrects; then it has that one's subject and period."`
}

// Validate checks what the flags say together.
func (d draftCommand) Validate() error {
	if d.Replaces == "" && (d.Subject == "" || d.To == "") {
		return errors.New("a draft needs --subject and --to, or --replaces")
	}
	if d.Replaces != "" && (d.Subject != "" || d.To != "" || d.From != "" || d.Kind != "") {
		return errors.New("--replaces: it has the subject and period of the one it corrects; leave --subject, --kind, " +
			"--from and --to out")
	}
	for line, reason := range d.Explain {
		if !figures.ReasonCode(reason).Known() {
			return fmt.Errorf("--explain %s=%s: the reasons are %v", line, reason, figures.ReasonCodes)
		}
	}
	return nil
}

// Run collects a statement as a draft.
func (d draftCommand) Run(ctx context.Context, c console) error {
	in := collecting.Request{Subject: d.Subject, Kind: figures.Kind(d.Kind), From: ledger.Date(d.From),
		To: ledger.Date(d.To), CutOff: d.CutOff,
		Whole: d.Whole, Auditor: d.Auditor}
	for line, reason := range d.Explain {
		in.Explains = append(in.Explains, figures.Explanation{BudgetLine: line, Reason: figures.ReasonCode(reason)})
	}
	return d.act(ctx, c, ofFinance("draftStatement"), "check",
		func(ctx context.Context, tx *store.Tx, issuer statements.Issuer) (statements.Statement, error) {
			return issuer.Prepare(ctx, tx, in, figures.Lang(d.Lang), d.Replaces)
		})
}

type checkCommand struct{ one }

// Run has the disclosure control clear a draft.
func (o checkCommand) Run(ctx context.Context, c console) error {
	return o.act(ctx, c, ofFinance("checkStatementPrivacy"), "review",
		func(ctx context.Context, tx *store.Tx, issuer statements.Issuer) (statements.Statement, error) {
			s, err := issuer.CheckPrivacy(ctx, tx, o.Statement)
			if err == nil && !o.JSON {
				table := tabwriter.NewWriter(c.err, 0, 0, 2, ' ', 0)
				for _, f := range s.Privacy.Findings {
					fmt.Fprintf(table, "%s\t%s\t%s\n", f.Figure, f.Action, f.Rule)
				}
				_ = table.Flush() // console.err is asked by nobody else
			}
			return s, err
		})
}

type reviewCommand struct{ one }

// Run puts a second person's approval under a cleared statement.
func (o reviewCommand) Run(ctx context.Context, c console) error {
	a := ofFinance("reviewStatement")
	a.Holders = append(a.Holders, access.ProgrammeLead, access.PrivacyOfficer)
	return o.act(ctx, c, a, "issue", func(ctx context.Context, tx *store.Tx,
		issuer statements.Issuer) (statements.Statement, error) {
		return issuer.Review(ctx, tx, o.Statement)
	})
}

type issueCommand struct {
	one
	Public string `placeholder:"https://books.example" help:"Address at which the public reaches the server, for the code on the statement."`
}

// Run issues a reviewed statement.
func (o issueCommand) Run(ctx context.Context, c console) error {
	return o.act(ctx, c, ofFinance("issueStatement"), "seal",
		func(ctx context.Context, tx *store.Tx, issuer statements.Issuer) (statements.Statement, error) {
			issuer.Address = o.Public
			return issuer.Issue(ctx, tx, o.Statement)
		})
}

type sealCommand struct{ one }

// Run attaches figures and proof to an issued statement's document.
func (o sealCommand) Run(ctx context.Context, c console) error {
	return o.act(ctx, c, ofFinance("sealStatement"), "",
		func(ctx context.Context, tx *store.Tx, issuer statements.Issuer) (statements.Statement, error) {
			return issuer.Seal(ctx, tx, o.Statement)
		})
}

type withdrawCommand struct {
	one
	Reason string `required:"" placeholder:"TEXT" help:"Why it should not stand: at least ten letters, never about a person."`
}

// Run withdraws a statement.
func (o withdrawCommand) Run(ctx context.Context, c console) error {
	return o.act(ctx, c, ofFinance("withdrawStatement"), "",
		func(ctx context.Context, tx *store.Tx, issuer statements.Issuer) (statements.Statement, error) {
			return issuer.Withdraw(ctx, tx, o.Statement, o.Reason)
		})
}

type statementListCommand struct {
	books
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run lists the statements there are, the newest first.
func (l statementListCommand) Run(ctx context.Context, c console) error {
	return l.view(ctx, func(tx *store.Tx, book ledger.Book) error {
		all, err := statements.Issuer{Book: book}.Statements(ctx, tx, store.Keyset{})
		if err != nil {
			return err
		}
		list := []described{}
		for _, s := range all {
			list = append(list, describe(s))
		}
		if l.JSON {
			return writeJSON(c.out, list)
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		for _, t := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s – %s\t%s\n", t.ID, t.shown(), t.Kind, t.Subject, t.From, t.To, t.State)
		}
		return table.Flush()
	})
}
