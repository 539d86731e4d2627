// Package statements is the API of statements to donors and funders, and the public page that verifies one. Each file
// has the routes of a resource, its requests and its answers; problems.go says what a client is told about the errors
// of the domain package of the same name.
package statements
