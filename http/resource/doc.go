// Package resource is what the packages of resources share: the domains opened on the books of a transaction, who may
// do what, and the parts of requests and answers that several of them use. An operation is registered with Route, and
// its act gets the Domain.
package resource
