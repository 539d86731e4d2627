// Package webhooks is the API of what happened: the feed of events for programs that follow the books, the endpoints of
// receivers that the books call, and the log of those calls. Reading on: families.go says who sees what, feed.go shows
// it.
package webhooks
