// Package entry is the pages by which a user comes in, leaves, and looks after the own account: sign in, invitation,
// second factor, sessions. A form that was interrupted by the end of a session goes on after signing in; begin with
// signin.go.
package entry
