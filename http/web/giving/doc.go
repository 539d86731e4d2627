// Package giving is the pages of those who give: the public check of a statement, and a donor's own page by the link of
// a mail. Nothing on them names a person supported; the check tells no money and no names. Start in register.go.
package giving
