// Package accounts is the API of those who work here: their accounts, how they sign in, and the record of who did what.
// Sessions keeps the cookies of people at screens and speaks with the identity provider; problems.go says what a client
// is told about the errors of package access.
package accounts
