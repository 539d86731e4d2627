// Package rest is the machinery of the API: it knows requests, answers and the OpenAPI document, and no resource.
//
// The way of a request through its files:
//
//	middleware.go   request id, access log, panic recovery, security headers
//	auth.go         the bearer token or session becomes the store.Actor of the transaction
//	route.go        Route: one call registers the handler and its OpenAPI operation from the same Go types
//	bind.go         path and query parameters; decode.go: the JSON body, strictly
//	validate.go     the `validate:` tags, and what a broken one is called
//	endpoint.go     one transaction: View for GET, Update for everything else, rolled back for ?dry_run=true
//	idempotency.go  the answer to a key is stored by the transaction that did the act
//	problems.go     the one table from a sentinel error to status, code and words in two languages
//	problem.go      the problem document (RFC 9457) built from that table
//	openapi.go      the OpenAPI 3.1 document; schema.go: how a Go type and its tags become a schema
package rest
