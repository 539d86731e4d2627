package webhooks

import (
	"supportledger/access/events"
	"supportledger/http/rest"
)

// Problems is what a client is told about the errors of events and their receivers.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{
	{Err: events.ErrAhead, Status: 409, Code: "events_ahead",
		Title: rest.Text{EN: "These books have not come so far", DA: "Bøgerne er ikke nået så langt"},
		Hint: rest.Text{
			EN: "They are an older copy of those you read before: a backup was put back. Begin again without after.",
			DA: "De er en ældre kopi af dem, du læste før: en sikkerhedskopi er lagt tilbage. Begynd forfra uden after."}},
	{Err: events.ErrNoEvent, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
}}
