// Package http is the face of the books: the REST API under /api/v1, its OpenAPI document, and the pages that
// explain a problem.
//
// It and what lies below it are the last before the binary, and alone know gin, the validator and net/http. They hold
// no rule of bookkeeping: a handler reads the request, opens one transaction, calls one act of a domain package and
// shows what came back. This package puts them together:
//
//	routes.go    which packages of resources there are, and the error table of all of them
//	server.go    listener, limits, timeouts, graceful end
//	pages.go     the pages for people: the API's documentation, and what each problem means
//
// Package rest is the machinery of every operation, rest/table writes lists as CSV and XLSX, groupcommit posts entries
// together, and each of books, grants, payments, people, statements and accounts has the operations of its domain.
//
// To add a resource, write a file with its request and view structs and a function that calls resource.Route for each
// operation, and call that function in its package's Register. Whatever the document says is then what the handler
// does, since both come from the same types; the tests hold every request and answer against it.
package http
