package access

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"github.com/cedar-policy/cedar-go"
)

// What the policies refuse beside [ErrForbidden].
var (
	ErrTokenScope      = errors.New("access: the token was issued for less than this")
	ErrSecondFactor    = errors.New("access: a second factor has to be set up first")
	ErrSessionRequired = errors.New("access: this is for a person who signed in, not for a token")
)

// policyText is what the program asks before every operation. It is written for people who never saw this code.
//
//go:embed policies.cedar
var policyText []byte

var policies = func() *cedar.PolicySet {
	set, err := cedar.NewPolicySetFromBytes("policies.cedar", policyText)
	if err != nil {
		panic(fmt.Sprintf("access: %v", err)) // found by any test
	}
	return set
}()

// PolicyText is the text of the policies, for those who review them.
func PolicyText() string { return string(policyText) }

// Action is an operation as the policies know it.
type Action struct {
	Name     string // "postJournalEntry"
	Resource string // "journal-entries"
	Holders  []Role // whom it is declared for; empty: everyone who is signed in
	Reads    bool
	Money    bool // it has a money effect
	Personal bool // its answer is only for the caller's eyes
	Own      bool // it concerns the caller's own account and nothing else
	Screen   bool // it is for a person who signed in, not for a token
}

// refusals are the errors behind the codes in the policies.
var refusals = map[string]error{"forbidden_scope": ErrForbidden, "token_scope": ErrTokenScope,
	"second_factor_required": ErrSecondFactor, "session_required": ErrSessionRequired}

// Allow asks the policies whether a principal may do something: nil, or which of [ErrForbidden], [ErrTokenScope],
// [ErrSecondFactor] and [ErrSessionRequired] stands in the way.
func Allow(p Principal, a Action) error {
	decision, why := cedar.Authorize(policies, entitiesOf(p, a), cedar.Request{
		Principal: cedar.NewEntityUID("User", cedar.String(p.User)),
		Action:    cedar.NewEntityUID("Action", cedar.String(a.Name)),
		Resource:  cedar.NewEntityUID("Resource", cedar.String(a.Resource)),
		Context: cedar.NewRecord(cedar.RecordMap{
			"operation": cedar.String(a.Name),
			"open":      cedar.Boolean(len(a.Holders) == 0),
			"holders":   roleSet(a.Holders),
			"session":   cedar.Boolean(p.Session),
			"factors":   cedar.Long(p.Factors),
			"scoped":    cedar.Boolean(len(p.Scopes) > 0),
			"scopes":    textSet(p.Scopes),
		}),
	})
	if len(why.Errors) > 0 {
		return fmt.Errorf("access: policy %s: %s", why.Errors[0].PolicyID, why.Errors[0].Message)
	}
	if decision == cedar.Allow {
		return nil
	}
	// The role comes first: who may not do it at all is not told to fetch another token.
	refusal := ErrForbidden
	if len(a.Holders) == 0 || p.HasAny(a.Holders...) {
		codes := make([]string, len(why.Reasons)) // in no order; of several the first by name is told
		for i, r := range why.Reasons {
			codes[i] = string(policies.Get(r.PolicyID).Annotations()["code"])
		}
		if len(codes) > 0 {
			refusal = refusals[slices.Min(codes)]
		}
	}
	return refusal
}

// entitiesOf describes the caller and the action.
func entitiesOf(p Principal, a Action) cedar.EntityMap {
	var parents []cedar.EntityUID
	for _, r := range p.Roles {
		parents = append(parents, cedar.NewEntityUID("Role", cedar.String(r)))
	}
	user := cedar.Entity{UID: cedar.NewEntityUID("User", cedar.String(p.User)), Parents: cedar.NewEntityUIDSet(parents...),
		Attributes: cedar.NewRecord(cedar.RecordMap{"roles": roleSet(p.Roles), "acts": cedar.Boolean(anyActs(p.Roles))})}
	groups := []cedar.EntityUID{cedar.NewEntityUID("Action", "write")}
	if a.Reads {
		groups[0] = cedar.NewEntityUID("Action", "read")
	}
	for _, g := range []struct {
		name string
		in   bool
	}{{"money", a.Money}, {"personal", a.Personal}, {"own", a.Own}, {"screen", a.Screen}} {
		if g.in {
			groups = append(groups, cedar.NewEntityUID("Action", cedar.String(g.name)))
		}
	}
	action := cedar.Entity{UID: cedar.NewEntityUID("Action", cedar.String(a.Name)),
		Parents: cedar.NewEntityUIDSet(groups...)}
	return cedar.EntityMap{user.UID: user, action.UID: action}
}

func roleSet(roles []Role) cedar.Set {
	values := make([]cedar.Value, len(roles))
	for i, r := range roles {
		values[i] = cedar.String(r)
	}
	return cedar.NewSet(values...)
}

func textSet(texts []string) cedar.Set {
	values := make([]cedar.Value, len(texts))
	for i, t := range texts {
		values[i] = cedar.String(t)
	}
	return cedar.NewSet(values...)
}
