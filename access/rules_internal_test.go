package access

import (
	"errors"
	"testing"
)

func TestMarked(t *testing.T) {
	for _, c := range []struct {
		fields, mark string
		want         bool
	}{
		{"token#aa,user", "token#aa", true}, {"user,token#aa", "token#aa", true}, {"token#ab", "token#aa", false},
		{"user", "token#aa", true}, {"", "token#aa", true}, {"tokens#ab", "token#aa", true},
	} {
		if got := marked(c.fields, c.mark); got != c.want {
			t.Errorf("%q marks %q: %v", c.fields, c.mark, got)
		}
	}
}

// A change of roles gives what is not held and takes what is.
func TestChangeFitsRoles(t *testing.T) {
	account := Account{User: User{Roles: []Role{Caseworker}}}
	for name, c := range map[string]struct {
		change Change
		want   error
	}{
		"nothing":              {Change{}, ErrNothingToChange},
		"given again":          {Change{Grant: []Role{Caseworker}}, ErrNothingToChange},
		"taken and never held": {Change{Revoke: []Role{Auditor}}, ErrNothingToChange},
		"taken and given":      {Change{Grant: []Role{Caseworker}, Revoke: []Role{Caseworker}}, ErrNothingToChange},
		"held by others only":  {Change{Grant: []Role{Treasurer}}, ErrIncompatibleRoles},
		"incompatible by itself": {Change{Grant: []Role{Treasurer, Auditor}, Revoke: []Role{Caseworker}},
			ErrIncompatibleRoles},
		"taken":                     {Change{Revoke: []Role{Caseworker}}, nil},
		"exchanged for another":     {Change{Grant: []Role{Treasurer}, Revoke: []Role{Caseworker}}, nil},
		"one beside that goes with": {Change{Grant: []Role{ProgrammeLead}}, Compatible([]Role{Caseworker, ProgrammeLead})},
	} {
		if err := c.change.fitsRoles(account); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A token without scopes may do all that its user may, one with scopes only what they say.
func TestScopesLimitATokenOnly(t *testing.T) {
	p := Principal{User: "usr_1", Roles: []Role{FinanceOfficer}, Factors: 2}
	writes := Action{Name: "createEntry", Resource: "Entry", Holders: []Role{FinanceOfficer}}
	reads := writes
	reads.Reads = true
	for _, a := range []Action{writes, reads} {
		if err := Allow(p, a); err != nil {
			t.Errorf("without scopes: %v", err)
		}
	}
	p.Scopes = []string{ReadOnly}
	if err := Allow(p, reads); err != nil {
		t.Errorf("a token that only reads is kept from reading: %v", err)
	}
	if err := Allow(p, writes); err == nil {
		t.Error("a token that only reads writes")
	}
}
