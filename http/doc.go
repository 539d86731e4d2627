// Package http is the face of the books: the REST API under /api/v1, its OpenAPI document, and the pages that
// explain a problem.
//
// It is the last room before the binary and the only one that knows gin, the validator and net/http. It holds no
// rule of the trade: a handler reads the request, opens one transaction, calls one act of a domain package and
// shows what came back. Inside this package net/http is imported under its own name (a package's own name is not
// in scope within it); nobody outside needs net/http, because Server has Run, Serve and Close.
//
// The way of a request through the files:
//
//	server.go       listener, limits, timeouts, graceful end
//	middleware.go   request id, access log, panic recovery, security headers
//	auth.go         the bearer token becomes the store.Actor of the transaction
//	route.go        Route: one call registers the handler and its OpenAPI operation from the same Go types
//	bind.go         path and query parameters; decode.go: the JSON body, strictly
//	validate.go     the `validate:` tags, and what a broken one is called
//	endpoint.go     one transaction: View for GET, Update for everything else, rolled back for ?dry_run=true
//	idempotency.go  the answer to a key is stored by the transaction that did the act
//	errors.go       the one table from a sentinel error to status, code and words in two languages
//	problem.go      the problem document (RFC 9457) built from that table
//	openapi.go      the OpenAPI 3.1 document; schema.go: how a Go type and its tags become a schema
//
// To add a resource, write a file with its request and view structs and a function that calls Route for each
// operation, and name that function in resources (routes.go). Whatever the document says is then what the
// handler does, since both come from the same types; the tests hold every request and answer against it.
package http
