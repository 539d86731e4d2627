package accounts

import (
	"context"
	"time"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// Who keeps accounts, and who may look at them.
var (
	keepers  = []access.Role{access.Admin}
	deciders = []access.Role{access.Admin, access.Treasurer}
	watchers = []access.Role{access.Auditor, access.PrivacyOfficer}
	seers    = []access.Role{access.Admin, access.Treasurer, access.Auditor, access.PrivacyOfficer}
)

// RegisterUsers registers the accounts of those who work here, what is changed about them, and the record of who did
// what.
func RegisterUsers(api *rest.API) {
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/users", ID: "listUsers", Tag: "users", Roles: seers,
		Summary: "List accounts by handle", Danish: "Vis konti efter brugernavn"}, listUsers)
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/users/:id", ID: "getUser", Tag: "users", Roles: seers,
		Summary: "One account", Danish: "Én konto", Refuses: []error{access.ErrUnknownUser}}, getUser)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/users", ID: "createUser", Tag: "users", Roles: keepers,
		NoMatch:  rest.MakesNew,
		Location: "/users/{id}",
		Summary:  "Make an account", Danish: "Opret en konto",
		About:   "It begins without roles: ask for them at /account-changes. The handle is a work name, never a person's.",
		Refuses: []error{access.ErrDuplicateHandle, access.ErrAccountEnded},
		Example: `{"handle":"auditor-2026","ends_on":"2027-03-31"}`}, createUser)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/users/:id/disablements", ID: "disableUser", Tag: "users",
		Match: "getUser",
		Roles: keepers, Status: 200,
		Summary: "End an account for good", Danish: "Luk en konto for altid",
		About:   "Its tokens and sessions are refused from the next call on.",
		Refuses: []error{access.ErrUnknownUser, access.ErrAccountEnded, access.ErrOwnRights},
		Example: `{"reason":"Left the organisation"}`}, disableUser)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/users/:id/ends", ID: "endUser", Tag: "users", Roles: keepers,
		Match:   "getUser",
		Status:  200,
		Summary: "Set the last day of an account", Danish: "Sæt en kontos sidste dag",
		About:   "Such as an auditor's. An end that is set is only moved earlier.",
		Refuses: []error{access.ErrUnknownUser, access.ErrAccountEnded, access.ErrOwnRights},
		Example: `{"ends_on":"2027-03-31"}`}, endUser)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/users/:id/token-revocations", ID: "revokeTokensOfUser",
		NoMatch: rest.TakesAway,
		Tag:     "users", Roles: keepers, Status: 200,
		Summary: "End all tokens and sessions of an account", Danish: "Luk alle nøgler og sessioner for en konto",
		Refuses: []error{access.ErrUnknownUser}}, revokeTokensOfUser)
	accountChanges(api)
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/audit-events", ID: "listAuditEvents", Tag: "audit-events",
		Roles:   watchers,
		Summary: "Who did what to what, when and why", Danish: "Hvem gjorde hvad ved hvad, hvornår og hvorfor",
		About: "In the order of writing. Names of what changed, never values. As CSV or a workbook too. That each is as it " +
			"was written, `verify` shows.",
		Refuses: []error{access.ErrUnknownUser}}, listAuditEvents)
}

func accountChanges(api *rest.API) {
	refuses := []error{access.ErrUnknownUser, access.ErrUnknownRole, access.ErrIncompatibleRoles, access.ErrOwnRights,
		access.ErrNothingToChange,
		access.ErrChangeReason, access.ErrPersonIsKnown, access.ErrAccountEnded}
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/account-changes", ID: "listAccountChanges", Tag: "account-changes",
		Roles:   seers,
		Summary: "List what was asked for accounts", Danish: "Vis, hvad der er anmodet om for konti"}, listAccountChanges)
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/account-changes/:id", ID: "getAccountChange", Tag: "account-changes",
		Roles:   seers,
		Summary: "One change of an account", Danish: "Én kontoændring", Refuses: []error{access.ErrUnknownChange}},
		getAccountChange)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/account-changes", ID: "requestAccountChange",
		NoMatch: rest.MakesNew,
		Tag:     "account-changes", Roles: keepers, Location: "/account-changes/{id}",
		Summary: "Ask for roles, for two accounts to count as one person, or for a new way in",
		Danish:  "Anmod om roller, om at to konti er samme person, eller om ny adgang",
		About: "What only takes away, or gives a role that only reads, is done at once (`applied`). The rest waits for " +
			"another person.",
		Refuses: refuses,
		Example: `{"user":"lone","kind":"roles","grant":["finance_officer"],"reason":"Takes over the books in May"}`},
		requestAccountChange)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/account-changes/:id/decisions", ID: "decideAccountChange",
		Match: "getAccountChange",
		Tag:   "account-changes", Roles: deciders, Status: 200, Personal: true,
		Summary: "Approve or reject what somebody else asked for",
		Danish:  "Godkend eller afvis, hvad en anden har anmodet om",
		About: "Neither who asked nor whom it is about. An approved invitation is answered with its one-time word, shown " +
			"only now.",
		Refuses: append([]error{access.ErrUnknownChange, access.ErrChangeDecided, access.ErrMakerCannotApprove,
			access.ErrNoRequest}, refuses...),
		Example: `{"decision":"approve"}`}, decideAccountChange)
}

type userView struct {
	ID         access.UserID `json:"id"`
	Handle     string        `json:"handle"`
	Roles      []access.Role `json:"roles"`
	Works      bool          `json:"works" etag:"-" description:"Neither ended nor disabled."`
	CreatedAt  string        `json:"created_at"`
	EndsAt     string        `json:"ends_at,omitempty" description:"From then on it does not work."`
	DisabledAt string        `json:"disabled_at,omitempty"`
	Person     access.UserID `json:"same_person_as,omitempty" description:"Another account of the same person; duties count both as one."`
}

func viewUser(a access.Account, now time.Time) userView {
	return userView{ID: a.ID, Handle: a.Handle, Roles: append([]access.Role{}, a.Roles...), Works: a.Works(now),
		CreatedAt: rest.Instant(a.CreatedAt), EndsAt: rest.Instant(a.EndsAt), DisabledAt: rest.Instant(a.DisabledAt),
		Person: a.Person}
}

type listUsersRequest struct{ rest.Page }

func listUsers(ctx context.Context, tx *store.Tx, in listUsersRequest) (rest.List[userView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[userView]{}, err
	}
	page := store.Keyset{After: after, Limit: in.Size() + 1}
	found, err := access.ListUsers(ctx, tx, page)
	return rest.ListOf(in.Page, found, func(a access.Account) userView { return viewUser(a, tx.At) },
		func(a access.Account) []string { return []string{a.Handle} }), err
}

func getUser(ctx context.Context, tx *store.Tx, in rest.ByRef) (userView, error) {
	a, err := access.FindUser(ctx, tx, string(in.ID))
	return viewUser(a, tx.At), err
}

type createUserRequest struct {
	Handle rest.Ref    `json:"handle" validate:"required" description:"A work name such as auditor-2026; never a person's name."`
	EndsOn ledger.Date `json:"ends_on" validate:"omitempty" description:"Last day on which it works."`
}

func createUser(ctx context.Context, tx *store.Tx, in createUserRequest) (userView, error) {
	u, err := access.CreateUser(ctx, tx, string(in.Handle))
	if err != nil {
		return userView{}, rest.At("/handle", err)
	}
	if in.EndsOn != "" {
		if err := endAfter(ctx, tx, u.ID, in.EndsOn); err != nil {
			return userView{}, rest.At("/ends_on", err)
		}
	}
	return getUser(ctx, tx, rest.ByRef{ID: rest.Ref(u.ID)})
}

// endAfter ends an account with a day.
func endAfter(ctx context.Context, tx *store.Tx, id access.UserID, last ledger.Date) error {
	end := last.AddDays(1).Time()
	if !end.After(tx.At) {
		return access.ErrAccountEnded
	}
	return access.EndUser(ctx, tx, id, end)
}

type disableUserRequest struct {
	ID     rest.Ref `path:"id" json:"-" description:"Id or handle."`
	Reason string   `json:"reason" validate:"required,min=10,max=500" description:"At least ten letters; no person's name."`
}

func disableUser(ctx context.Context, tx *store.Tx, in disableUserRequest) (userView, error) {
	a, err := access.FindUser(ctx, tx, string(in.ID))
	if err != nil {
		return userView{}, err
	}
	if err := access.DisableUser(ctx, tx, a.ID, in.Reason); err != nil {
		return userView{}, err
	}
	return getUser(ctx, tx, rest.ByRef{ID: in.ID})
}

type endUserRequest struct {
	ID     rest.Ref    `path:"id" json:"-" description:"Id or handle."`
	EndsOn ledger.Date `json:"ends_on" validate:"required" description:"Last day on which it works."`
}

func endUser(ctx context.Context, tx *store.Tx, in endUserRequest) (userView, error) {
	a, err := access.FindUser(ctx, tx, string(in.ID))
	if err != nil {
		return userView{}, err
	}
	if err := endAfter(ctx, tx, a.ID, in.EndsOn); err != nil {
		return userView{}, rest.At("/ends_on", err)
	}
	return getUser(ctx, tx, rest.ByRef{ID: in.ID})
}

func revokeTokensOfUser(ctx context.Context, tx *store.Tx, in rest.ByRef) (userView, error) {
	a, err := access.FindUser(ctx, tx, string(in.ID))
	if err != nil {
		return userView{}, err
	}
	return viewUser(a, tx.At), access.RevokeTokens(ctx, tx, a.ID)
}

type changeView struct {
	ID         access.ChangeID    `json:"id"`
	User       access.UserID      `json:"user_id"`
	Kind       access.ChangeKind  `json:"kind"`
	Grant      []access.Role      `json:"grant"`
	Revoke     []access.Role      `json:"revoke"`
	Other      access.UserID      `json:"same_person_as,omitempty"`
	Reason     string             `json:"reason"`
	State      access.ChangeState `json:"state" enum:"requested,applied,rejected"`
	NeedsTwo   bool               `json:"needs_two" description:"Another person has to approve it."`
	By         access.UserID      `json:"created_by"`
	At         string             `json:"created_at"`
	Invitation string             `json:"invitation,omitempty" table:"-" description:"One-time word by which the person sets a password; shown only when it is approved."`
}

func viewChange(c access.Change) changeView {
	return changeView{ID: c.ID, User: c.User, Kind: c.Kind, Grant: append([]access.Role{}, c.Grant...),
		Revoke: append([]access.Role{}, c.Revoke...),
		Other:  c.Other, Reason: c.Reason, State: c.State, NeedsTwo: c.NeedsTwo(), By: c.By, At: rest.Instant(c.At)}
}

type listAccountChangesRequest struct {
	rest.Page
	State access.ChangeState `query:"status" json:"-" validate:"omitempty,oneof=requested applied rejected"`
}

func listAccountChanges(ctx context.Context, tx *store.Tx,
	in listAccountChangesRequest) (rest.List[changeView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[changeView]{}, err
	}
	page := store.Keyset{After: after, Limit: in.Size() + 1}
	found, err := access.ListChanges(ctx, tx, access.ChangeFilter{State: in.State, Page: page})
	return rest.ListOf(in.Page, found, viewChange, func(c access.Change) []string { return []string{string(c.ID)} }), err
}

func getAccountChange(ctx context.Context, tx *store.Tx, in rest.ByRef) (changeView, error) {
	c, err := access.FindChange(ctx, tx, access.ChangeID(in.ID))
	return viewChange(c), err
}

type accountChangeRequest struct {
	User   rest.Ref `json:"user" validate:"required" description:"Id or handle of the account."`
	Kind   string   `json:"kind" validate:"required,oneof=roles same_person invitation"`
	Grant  []string `json:"grant" validate:"max=8,dive,max=20" description:"Roles to give."`
	Revoke []string `json:"revoke" validate:"max=8,dive,max=20" description:"Roles to take."`
	Other  rest.Ref `json:"same_person_as" validate:"omitempty" description:"The other account of the same person, for kind same_person."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func requestAccountChange(ctx context.Context, tx *store.Tx, in accountChangeRequest) (changeView, error) {
	account, err := access.FindUser(ctx, tx, string(in.User))
	if err != nil {
		return changeView{}, rest.At("/user", err)
	}
	c := access.Change{User: account.ID, Kind: access.ChangeKind(in.Kind), Reason: in.Reason}
	if c.Kind == access.RoleChange {
		c.Grant, c.Revoke = rolesNamed(in.Grant), rolesNamed(in.Revoke)
	}
	if c.Kind == access.SamePerson {
		other, err := access.FindUser(ctx, tx, string(in.Other))
		if err != nil {
			return changeView{}, rest.At("/same_person_as", err)
		}
		c.Other = other.ID
	}
	c, err = access.Propose(ctx, tx, c)
	return viewChange(c), err
}

func rolesNamed(names []string) []access.Role {
	roles := make([]access.Role, len(names))
	for i, n := range names {
		roles[i] = access.Role(n)
	}
	return roles
}

type accountDecisionRequest struct {
	ID       rest.Ref `path:"id" json:"-"`
	Decision string   `json:"decision" validate:"required,oneof=approve reject"`
	Reason   string   `json:"reason" validate:"max=500" description:"Needed to reject: at least ten letters; no person's name."`
}

func decideAccountChange(ctx context.Context, tx *store.Tx, in accountDecisionRequest) (changeView, error) {
	c, err := access.DecideChange(ctx, tx, access.ChangeID(in.ID), in.Decision == "approve", in.Reason)
	if err != nil {
		return changeView{}, err
	}
	v := viewChange(c)
	v.Invitation, err = access.ApplyInvitation(ctx, tx, c)
	return v, err
}

type auditEventView struct {
	ID         string        `json:"id"`
	At         string        `json:"at"`
	Actor      access.UserID `json:"actor_id" description:"Empty for the system and the machine's operator."`
	Handle     string        `json:"actor"`
	OnBehalfOf access.UserID `json:"on_behalf_of,omitempty" description:"For whom, where that is another."`
	Action     string        `json:"action"`
	Subject    string        `json:"subject"`
	Fields     []string      `json:"fields" description:"Names of what changed; never values."`
	Reason     string        `json:"reason"`
	Request    string        `json:"request_id"`
	Token      string        `json:"token_id"`
}

type listAuditEventsRequest struct {
	rest.Page
	Actor   string      `query:"actor" json:"-" validate:"max=64" description:"Id or handle of who did it."`
	Action  string      `query:"action" json:"-" validate:"max=64" description:"Such as token.issued, or its beginning: token."`
	Subject string      `query:"subject" json:"-" validate:"max=64" description:"Id of what it was done to, or of whom it was done for."`
	Request string      `query:"request_id" json:"-" validate:"max=64"`
	From    ledger.Date `query:"from" json:"-" validate:"omitempty" description:"First day, UTC."`
	To      ledger.Date `query:"to" json:"-" validate:"omitempty" description:"Last day, UTC."`
}

func listAuditEvents(ctx context.Context, tx *store.Tx, in listAuditEventsRequest) (rest.List[auditEventView], error) {
	f := access.EventFilter{Action: in.Action, Subject: in.Subject, Request: in.Request}
	if in.Actor != "" {
		a, err := access.FindUser(ctx, tx, in.Actor)
		if err != nil {
			return rest.List[auditEventView]{}, err
		}
		f.Actor = a.ID
	}
	for _, day := range []struct {
		on   ledger.Date
		days int
		into *time.Time
	}{{in.From, 0, &f.From}, {in.To, 1, &f.Until}} {
		if day.on != "" {
			*day.into = day.on.AddDays(day.days).Time()
		}
	}
	after, err := in.After(1)
	if err != nil {
		return rest.List[auditEventView]{}, err
	}
	f.Page = store.Keyset{After: after, Limit: in.Size() + 1}
	found, err := access.ListEvents(ctx, tx, f)
	return rest.ListOf(in.Page, found, viewAuditEvent, func(e access.Recorded) []string { return []string{e.ID} }), err
}

func viewAuditEvent(e access.Recorded) auditEventView {
	return auditEventView{ID: e.ID, At: rest.Instant(e.At), Actor: e.Actor, Handle: e.Handle, OnBehalfOf: e.OnBehalfOf,
		Action: e.Action, Subject: e.Subject, Fields: append([]string{}, e.Fields...), Reason: e.Reason, Request: e.Request,
		Token: e.Token}
}
