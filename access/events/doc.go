// Package events shows what happened to those who do not sit in front of a screen: programs that follow the books, and
// receivers that the books call.
//
// There is no table of events to be sent. Every act writes its audit event in its own transaction, and the event
// becomes a leaf of the tree that proves the books, under the one row that all writers take turns on. So the positions
// of leaves are the order of commits: whoever has read up to a position will never find an event below it later, and
// none is there for an act that was rolled back. That is all that an outbox is for.
package events
