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
	{Err: ErrTarget, Status: 422, Code: "target_not_allowed",
		Title: rest.Text{EN: "Events may not be sent to this address", DA: "Hændelser må ikke sendes til denne adresse"},
		Hint: rest.Text{EN: "Ask the operator to start the server with --webhook-to and this origin.",
			DA: "Bed driften om at starte serveren med --webhook-to og denne adresse."}},
	{Err: errFamily, Status: 422, Code: "event_type_unknown",
		Title: rest.Text{EN: "Programs are told of no events of this type",
			DA: "Programmer får ikke besked om hændelser af denne type"},
		Hint: rest.Text{EN: "Send beginnings of types, such as disbursement; docs/EVENTS.md has them all.",
			DA: "Send begyndelsen af typer, for eksempel disbursement; docs/EVENTS.md nævner dem alle."}},
	{Err: events.ErrUnknownEndpoint, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: events.ErrUnknownDelivery, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
	{Err: events.ErrEndpointState, Status: 409, Code: "state_conflict",
		Title: rest.Text{EN: "The receiver is not in a state for this", DA: "Modtagerens tilstand tillader det ikke"},
		Hint: rest.Text{EN: "Read it again: it may have changed since you saw it.",
			DA: "Læs den igen: den kan være ændret, siden du så den."}},
	{Err: events.ErrEndpointReason, Status: 422, Code: "reason_required",
		Title: rest.Text{EN: "A reason is needed", DA: "Der kræves en begrundelse"},
		Hint:  rest.Text{EN: "Send reason with at least ten letters.", DA: "Send reason med mindst ti bogstaver."}},
	{Err: events.ErrNoEvent, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
}}
