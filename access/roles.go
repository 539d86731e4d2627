package access

import (
	"errors"
	"fmt"
	"slices"
)

// ErrIncompatibleRoles refuses two roles for one account; [Incompatible] has the pairs and their reasons.
var ErrIncompatibleRoles = errors.New("access: these roles are not for one person")

// Pair is two roles that nobody holds together, and why.
type Pair struct {
	A, B Role
	Why  string
}

// Incompatible lists the pairs of roles that one account cannot hold; the database refuses them too. What is not here
// may be joined, since a small charity has few people: on a single case the duties keep two people apart whatever their
// roles.
var Incompatible = incompatible()

func incompatible() []Pair {
	pairs := []Pair{
		{Caseworker, FinanceOfficer, "whoever requests a payment does not pay it"},
		{Caseworker, Treasurer, "whoever requests a payment does not release it"},
		{Caseworker, PrivacyOfficer, "who opens identities does not review the openings"},
		{ProgrammeLead, PrivacyOfficer, "who opens identities does not review the openings"},
	}
	for _, alone := range []struct {
		role Role
		why  string
	}{
		{Admin, "an admin gives others their rights and so has no money and no identities"},
		{Auditor, "an auditor checks what the others did and so does nothing else"},
		{DonorRole, "a donor sees only what is made for donors"},
	} {
		for _, r := range Roles {
			known := slices.ContainsFunc(pairs, func(p Pair) bool { return p.A == r && p.B == alone.role })
			if r != alone.role && !known {
				pairs = append(pairs, Pair{alone.role, r, alone.why})
			}
		}
	}
	return pairs
}

// Clash is two roles of one account that do not go together. It is an [ErrIncompatibleRoles].
type Clash struct{ Pair }

// Error names the pair and the reason.
func (c *Clash) Error() string {
	return fmt.Sprintf("access: %s and %s are not for one person: %s", c.A, c.B, c.Why)
}

// Is makes every clash an ErrIncompatibleRoles.
func (c *Clash) Is(target error) bool { return target == ErrIncompatibleRoles }

// Compatible refuses roles that there are not ([ErrUnknownRole]) or that are not for one account ([Clash]).
func Compatible(roles []Role) error {
	for _, r := range roles {
		if !slices.Contains(Roles, r) {
			return ErrUnknownRole
		}
	}
	for _, p := range Incompatible {
		if slices.Contains(roles, p.A) && slices.Contains(roles, p.B) {
			return &Clash{p}
		}
	}
	return nil
}

// Acts reports whether a role moves money, opens identities or gives rights: two people have to agree on who holds it.
// Auditors and donors only look.
func (r Role) Acts() bool { return r != Auditor && r != DonorRole }

// anyActs reports whether one of the roles acts.
func anyActs(roles []Role) bool { return slices.ContainsFunc(roles, Role.Acts) }
