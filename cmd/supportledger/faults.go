package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"supportledger/access"
	"supportledger/backup"
	"supportledger/http/story"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/store"
)

// Exit codes of the command line; see the package comment.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitFound       = 3
	exitRefused     = 4
	exitUnreachable = 5
)

// misused is an error in how a command was called that only the command itself can see.
type misused struct{ text string }

func (m *misused) Error() string { return m.text }

func misuse(format string, args ...any) error { return &misused{fmt.Sprintf(format, args...)} }

// unopened is a database that could not be opened.
type unopened struct{ error }

// Unwrap keeps what the store said.
func (u *unopened) Unwrap() error { return u.error }

// fail says why a command failed, and what to do about it where that is known.
func (c console) fail(err error) int {
	if wrong := (*misused)(nil); errors.As(err, &wrong) {
		return c.misuse(err)
	}
	fmt.Fprintln(c.err, "supportledger:", told(err))
	if wrong := (*store.FileError)(nil); errors.As(err, &wrong) && wrong.LogMissing {
		fmt.Fprintln(c.err, "Put the log back beside the file. To serve what there is: --acknowledge-rollback")
	}
	for _, a := range advice {
		if errors.Is(err, a.about) {
			fmt.Fprintln(c.err, a.do)
			break
		}
	}
	return exitCode(err)
}

func exitCode(err error) int {
	var refusal *story.Refusal
	if errors.As(err, &refusal) {
		return exitRefused
	}
	if errors.As(err, new(*backup.Bad)) || errors.As(err, new(*store.FileError)) {
		return exitFound
	}
	if errors.As(err, new(*occupied)) {
		return exitRefused
	}
	for _, found := range []error{errUnsound, errUnwell,
		errRowsBad, errNotInOrder, errMixed, proof.ErrRolledBack, proof.ErrRewritten} {
		if errors.Is(err, found) {
			return exitFound
		}
	}
	if slices.ContainsFunc(slices.Concat(refusedPayments, refusedStatements),
		func(refused error) bool { return errors.Is(err, refused) }) {
		return exitRefused
	}
	for _, refused := range []error{store.ErrRefused, store.ErrSchemaNewer, store.ErrSchemaOlder, ledger.ErrAlreadyOpened,
		ledger.ErrNotOpened,
		journal.ErrImportFile, journal.ErrImportExists, journal.ErrImportRows, journal.ErrImportNothing,
		ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn,
		ledger.ErrCheckFails, ledger.ErrPeriodOrder, ledger.ErrUnknownCheck, ledger.ErrReasonRequired,
		access.ErrUnauthenticated, access.ErrTokenExpired, access.ErrForbidden, access.ErrTokenScope, access.ErrSecondFactor,
		access.ErrUnknownUser, access.ErrDuplicateHandle, access.ErrIncompatibleRoles, access.ErrUnknownRole,
		access.ErrAccountEnded,
		access.ErrOwnRights, access.ErrNothingToChange, access.ErrChangeReason, access.ErrUnknownChange,
		access.ErrChangeDecided,
		access.ErrMakerCannotApprove, access.ErrNoRequest, access.ErrInviteByTwo, access.ErrUnknownToken,
		access.ErrTokenLifetime, access.ErrForeignKey, access.ErrOlderKey} {
		if errors.Is(err, refused) {
			return exitRefused
		}
	}
	var closed *unopened
	if errors.As(err, &closed) || errors.Is(err, store.ErrUnavailable) {
		return exitUnreachable
	}
	return exitFailed
}

// advice says what to do about errors that do not say it themselves.
var advice = []struct {
	about error
	do    string
}{
	{ledger.ErrNotOpened,
		"Open them first: supportledger serve --setup, in a browser, or supportledger init --organisation NAME"},
	{ledger.ErrAlreadyOpened, "Nothing was changed. Name another database with --db."},
	{access.ErrInviteByTwo,
		"Ask with a reason, and another person decides: supportledger user invite HANDLE --reason TEXT"},
	{access.ErrUnknownUser, "supportledger user list shows all accounts."},
	{access.ErrUnknownRole,
		"The roles are caseworker, programme_lead, finance_officer, treasurer, auditor, privacy_officer, donor and admin."},
	{access.ErrUnknownToken, "supportledger token list shows all tokens; one that ended stays ended."},
	{ledger.ErrUnknownCheck,
		"Only open checks that may be signed off take a reason: supportledger period checklist MONTH"},
	{story.ErrUnknownAct, "testdata/scenarios/STORY.md lists the acts."},
	{statements.ErrExists, "supportledger statement list shows it. Correct what was issued with statement draft " +
		"--replaces, withdraw what was not."},
	{proof.ErrRolledBack, "Find out who put them there. To serve them all the same: --acknowledge-rollback"},
	{proof.ErrRewritten, "Find out who changed them. To serve them all the same: --acknowledge-rollback"},
	{statements.ErrNotProven, "Sign one: supportledger proof checkpoint"},
	{statements.ErrUnknownStatement, "supportledger statement list shows all statements."},
	{store.ErrUnavailable, "Is the server running, and is the address after --db (or in SUPPORTLEDGER_DB) right?"},
}

// told is an error as the command line words it: one paragraph, without the names of our packages.
func told(err error) string {
	var dial *net.OpError
	switch {
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.Is(err, store.ErrUnavailable) && errors.As(err, &dial):
		return "the database cannot be reached: " + dial.Error()
	case errors.As(err, new(*story.Refusal)):
		return plain(err.Error())
	}
	return plain(strings.Join(strings.Fields(err.Error()), " "))
}

var packageName = regexp.MustCompile(`(^|: |\s)(store|proof|verify|ledger|access|` +
	`grants|beneficiaries|disbursements|statements|story): `)

// plain drops the package names that our errors start with.
func plain(text string) string {
	return packageName.ReplaceAllString(text, "$1")
}

// misuse says how a command was called wrongly and where the right way is shown.
func (c console) misuse(err error) int {
	text, help := plain(fromVariable.ReplaceAllString(err.Error(), " (in $1)")), "supportledger --help"
	for _, w := range kongWords {
		if w.kong.MatchString(text) {
			text = w.kong.ReplaceAllString(text, w.ours)
			break
		}
	}
	if parse := (*kong.ParseError)(nil); errors.As(err, &parse) && parse.Context != nil {
		if at := parse.Context.Selected(); at != nil {
			text = strings.TrimPrefix(text, at.Path()+": ")
			help = "supportledger " + at.Path() + " --help"
		}
	}
	fmt.Fprintf(c.err, "supportledger: %s\nTry: %s\n", text, help)
	return exitUsage
}

// fromVariable is what the parser adds to the error of a variable: it would show an address with its password.
var fromVariable = regexp.MustCompile(` \(from envar (\w+)=.*\)$`)

// kongWords turns the parser's messages into ours.
var kongWords = []struct {
	kong *regexp.Regexp
	ours string
}{
	{regexp.MustCompile(`^unexpected argument (\S+), did you mean (one of )?(.+)\?$`),
		`there is no command "$1"; did you mean $3?`},
	{regexp.MustCompile(`^unexpected argument (\S+)$`), `"$1" is not expected here`},
	{regexp.MustCompile(`^unknown flag (\S+), did you mean (one of )?(.+)\?$`), `there is no flag $1; did you mean $3?`},
	{regexp.MustCompile(`^unknown flag (\S+)$`), `there is no flag $1`},
	{regexp.MustCompile(`^missing flags: (.+)$`), `needed, but not given: $1`},
	{regexp.MustCompile(`^expected (one of )?("\w+".*)$`), `what to do with it is missing: $2`},
	{regexp.MustCompile(`^(--\S+): expected .* value but got .*$`), `$1 needs a value`},
	{regexp.MustCompile(`^(--\S+) must be one of (.+?)(?:,"")? but got (.*)$`), `$1: $3 is none of $2`},
}
