// Package story plays business acts through the REST API.
//
// A story is a text of one JSON object a line, in the order in which the acts were entered; testdata/scenarios/STORY.md
// describes the format. It holds only what a user gives, no derived figure. The [Player] is such a user - or rather the
// three or four that the duties demand: one asks, another approves, a third authorises - each with a token of its own.
// It gives what a story leaves out (a donor for a grant, a beneficiary for a plan) and stops with the problem at the
// first act that is refused.
//
// It stands behind package http because it is a client of it, and a client only: nothing here reaches around the API.
package story
