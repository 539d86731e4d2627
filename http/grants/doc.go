// Package grants is the API of donors and grants: agreements, budgets, gifts, claims and exchange rates. Each file has
// the routes of a resource, its requests and its answers; problems.go says what a client is told about the errors. The
// rules are those of the domain package of the same name.
package grants
