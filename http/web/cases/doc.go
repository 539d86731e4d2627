// Package cases is the pages of those who ask for support and of those who decide on it: inbox, decision, plans, new
// request. A decision's form carries the state that it shows, so that nobody approves what has changed since; begin
// with inbox.go, then decision.go.
package cases
