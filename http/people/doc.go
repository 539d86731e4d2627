// Package people is the API of the people who are supported: who they are, who works with them, and their plans. Each
// file has the routes of a resource, its requests and its answers; problems.go says what a client is told about the
// errors of package beneficiaries and of the vault.
package people
