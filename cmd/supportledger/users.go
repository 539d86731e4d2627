package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

type userCommands struct {
	Add     userAddCommand     `cmd:"" help:"Make an account."`
	List    userListCommand    `cmd:"" help:"List all accounts with their roles."`
	Invite  userInviteCommand  `cmd:"" help:"Make a one-time word by which a person sets a password or links an identity."`
	Roles   userRolesCommand   `cmd:"" help:"Ask for roles of an account, or take some away."`
	Decide  userDecideCommand  `cmd:"" help:"Approve or reject what somebody else asked for."`
	Disable userDisableCommand `cmd:"" help:"End an account for good, with all its tokens."`
}

// acting says who keeps the accounts: an admin by their token, or else the operator of this machine, who is noted as
// nobody. The operator may do what one person may do alone; what takes two people takes their tokens.
type acting struct {
	books
	Token string `env:"SUPPORTLEDGER_TOKEN" placeholder:"slt_…" help:"Token of the admin who acts, best given in SUPPORTLEDGER_TOKEN; without one it is the operator of the machine."`
}

// act runs a change of the accounts as whoever it is.
func (a acting) act(ctx context.Context, what access.Action,
	fn func(ctx context.Context, tx *store.Tx) error) (err error) {
	db, err := a.open(ctx, store.Options{})
	if err != nil {
		return err
	}
	defer also(&err, db.Close)
	who := store.WithActor(ctx, store.Actor{Request: store.NewID("cli")})
	if a.Token != "" {
		if who, err = actingAs(ctx, db, a.Token, what); err != nil {
			return err
		}
	}
	return db.Update(who, func(tx *store.Tx) error { return fn(who, tx) })
}

// keeping is an operation of those who keep the accounts, by the name that it has in the API.
func keeping(name string) access.Action {
	return access.Action{Name: name, Resource: "users", Holders: []access.Role{access.Admin}}
}

// userShown is an account for scripts.
type userShown struct {
	ID         access.UserID `json:"id"`
	Handle     string        `json:"handle"`
	Roles      []access.Role `json:"roles"`
	Works      bool          `json:"works"`
	EndsAt     string        `json:"ends_at,omitempty"`
	Invitation string        `json:"invitation,omitempty"` // shown once
}

func showUser(a access.Account, now time.Time) userShown {
	return userShown{ID: a.ID, Handle: a.Handle, Roles: append([]access.Role{}, a.Roles...), Works: a.Works(now),
		EndsAt: instant(a.EndsAt)}
}

// instant writes when something ends, "" for never.
func instant(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func named[T ~string](list []T) string {
	if len(list) == 0 {
		return "-"
	}
	words := make([]string, len(list))
	for i, w := range list {
		words[i] = string(w)
	}
	return strings.Join(words, ",")
}

type userAddCommand struct {
	acting
	Handle string        `arg:"" help:"Work name such as auditor-2026; never a person's name."`
	Role   []access.Role `placeholder:"ROLE" help:"Role that the account begins with; may be given again. Only by the operator: over a token roles are asked for with user roles."`
	EndsOn day           `placeholder:"DATE" help:"Last day on which it works, such as the end of an audit."`
	JSON   bool          `name:"json" help:"Answer as JSON."`
}

// Run makes the account and its invitation.
func (u userAddCommand) Run(ctx context.Context, c console) error {
	if u.Token != "" && len(u.Role) > 0 {
		return misuse("--role is for the operator of the machine; with a token, ask for roles afterwards: supportledger " +
			"user roles")
	}
	var shown userShown
	err := u.act(ctx, keeping("createUser"), func(ctx context.Context, tx *store.Tx) error {
		made, word, err := access.CreateInvited(ctx, tx, u.Handle, u.Role...)
		if err != nil {
			return err
		}
		if u.EndsOn != "" {
			last := ledger.Date(u.EndsOn).AddDays(1).Time()
			if !last.After(tx.At) {
				return access.ErrAccountEnded
			}
			if err := access.EndUser(ctx, tx, made.ID, last); err != nil {
				return err
			}
		}
		account, err := access.FindUser(ctx, tx, string(made.ID))
		shown = showUser(account, tx.At)
		shown.Invitation = word
		return err
	})
	if err != nil {
		return err
	}
	if u.JSON {
		return writeJSON(c.out, shown)
	}
	fmt.Fprintf(c.err, "%s is there (%s), with roles %s. Its one-time word to set a password or link an identity, good "+
		"for 72 hours:\n", shown.Handle, shown.ID, named(shown.Roles))
	fmt.Fprintln(c.out, shown.Invitation)
	return nil
}

type userListCommand struct {
	books
	JSON bool `name:"json" help:"Answer as JSON."`
}

// Run lists the accounts.
func (u userListCommand) Run(ctx context.Context, c console) error {
	return u.view(ctx, func(tx *store.Tx, _ ledger.Book) error {
		all, err := accounts(ctx, tx)
		if err != nil {
			return err
		}
		shown := make([]userShown, len(all))
		for i, a := range all {
			shown[i] = showUser(a, tx.At)
		}
		if u.JSON {
			return writeJSON(c.out, map[string]any{"users": shown})
		}
		table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
		for _, s := range shown {
			state := "works"
			if !s.Works {
				state = "ended"
			} else if s.EndsAt != "" {
				state = "until " + s.EndsAt
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", s.Handle, s.ID, named(s.Roles), state)
		}
		return table.Flush()
	})
}

// accounts reads all accounts, a page after another.
func accounts(ctx context.Context, tx *store.Tx) (all []access.Account, err error) {
	page := store.Keyset{Limit: 500}
	for {
		found, err := access.ListUsers(ctx, tx, page)
		all = append(all, found...)
		if err != nil || len(found) < page.Limit {
			return all, err
		}
		page.After = []string{found[len(found)-1].Handle}
	}
}

type userInviteCommand struct {
	acting
	Handle string `arg:"" help:"Id or handle of the account."`
	Reason string `placeholder:"TEXT" help:"Why an account that acts is to be entered anew, in ten letters or more: another person has to agree."`
	JSON   bool   `name:"json" help:"Answer what was asked for as JSON."`
}

// Run makes the word, or asks for it.
func (u userInviteCommand) Run(ctx context.Context, c console) error {
	if u.Reason != "" {
		return u.ask(ctx, c, u.Handle, access.Change{Kind: access.Invitation, Reason: u.Reason}, u.JSON)
	}
	var word string
	err := u.act(ctx, keeping("inviteUser"), func(ctx context.Context, tx *store.Tx) error {
		account, err := access.FindUser(ctx, tx, u.Handle)
		if err != nil {
			return err
		}
		word, err = access.Invite(ctx, tx, account.ID)
		return err
	})
	if err == nil {
		fmt.Fprintln(c.err, "One-time word, shown only now, good for 72 hours; what opened the account before ends when "+
			"it is used:")
		fmt.Fprintln(c.out, word)
	}
	return err
}

// changeShown is what was asked for an account, for scripts.
type changeShown struct {
	ID         access.ChangeID    `json:"id"`
	State      access.ChangeState `json:"state"`
	User       access.UserID      `json:"user_id"`
	Invitation string             `json:"invitation,omitempty"` // shown once
}

// tellChange says what became of a change.
func (c console) tellChange(v access.Change, invitation string, asJSON bool) error {
	if asJSON {
		return writeJSON(c.out, changeShown{v.ID, v.State, v.User, invitation})
	}
	fmt.Fprintf(c.out, "%s %s\n", v.ID, v.State)
	if v.State == access.Requested {
		fmt.Fprintf(c.err, "Another person has to agree: supportledger user decide %s approve\n", v.ID)
	}
	if invitation != "" {
		fmt.Fprintln(c.out, invitation)
	}
	return nil
}

type userRolesCommand struct {
	acting
	Handle string        `arg:"" help:"Id or handle of the account."`
	Grant  []access.Role `placeholder:"ROLE" help:"Role to give; may be given again. One that acts waits for another person, and takes a token."`
	Revoke []access.Role `placeholder:"ROLE" help:"Role to take away, at once; may be given again."`
	Reason string        `required:"" placeholder:"TEXT" help:"Why, in ten letters or more; no person's name."`
	JSON   bool          `name:"json" help:"Answer as JSON."`
}

// Run asks for the change.
func (u userRolesCommand) Run(ctx context.Context, c console) error {
	wanted := access.Change{Kind: access.RoleChange, Grant: u.Grant, Revoke: u.Revoke, Reason: u.Reason}
	return u.ask(ctx, c, u.Handle, wanted, u.JSON)
}

// ask asks for a change of an account, and says what became of it.
func (a acting) ask(ctx context.Context, c console, handle string, wanted access.Change, asJSON bool) error {
	if wanted.NeedsTwo() && a.Token == "" {
		return misuse("this takes two people: put the token of an admin into SUPPORTLEDGER_TOKEN")
	}
	what := keeping("requestAccountChange")
	what.Resource = "account-changes"
	var made access.Change
	if err := a.act(ctx, what, func(ctx context.Context, tx *store.Tx) error {
		account, err := access.FindUser(ctx, tx, handle)
		if err != nil {
			return err
		}
		change := wanted
		change.User = account.ID
		made, err = access.Propose(ctx, tx, change)
		return err
	}); err != nil {
		return err
	}
	return c.tellChange(made, "", asJSON)
}

type userDecideCommand struct {
	acting
	Change   access.ChangeID `arg:"" help:"Id of the change."`
	Decision string          `arg:"" enum:"approve,reject" help:"approve or reject."`
	Reason   string          `placeholder:"TEXT" help:"Needed to reject: ten letters or more; no person's name."`
	JSON     bool            `name:"json" help:"Answer as JSON."`
}

// Run decides.
func (u userDecideCommand) Run(ctx context.Context, c console) error {
	if u.Token == "" {
		return misuse("deciding needs to know who decides: put a token of an admin or the treasurer into SUPPORTLEDGER_TOKEN")
	}
	what := access.Action{Name: "decideAccountChange", Resource: "account-changes",
		Holders: []access.Role{access.Admin, access.Treasurer}}
	var decided access.Change
	var invitation string
	if err := u.act(ctx, what, func(ctx context.Context, tx *store.Tx) (err error) {
		if decided, err = access.DecideChange(ctx, tx, u.Change, u.Decision == "approve", u.Reason); err != nil {
			return err
		}
		invitation, err = access.ApplyInvitation(ctx, tx, decided)
		return err
	}); err != nil {
		return err
	}
	return c.tellChange(decided, invitation, u.JSON)
}

type userDisableCommand struct {
	acting
	Handle string `arg:"" help:"Id or handle of the account."`
	Reason string `required:"" placeholder:"TEXT" help:"Why, in ten letters or more; no person's name."`
}

// Run ends the account.
func (u userDisableCommand) Run(ctx context.Context, c console) error {
	if !access.SaysWhy(u.Reason) {
		return access.ErrChangeReason
	}
	err := u.act(ctx, keeping("disableUser"), func(ctx context.Context, tx *store.Tx) error {
		account, err := access.FindUser(ctx, tx, u.Handle)
		if err != nil {
			return err
		}
		return access.DisableUser(ctx, tx, account.ID, u.Reason)
	})
	if err == nil {
		fmt.Fprintf(c.err, "%s has ended, and all its tokens and sessions with it.\n", u.Handle)
	}
	return err
}
