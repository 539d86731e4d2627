package calendar

import (
	"supportledger/disbursements/calendar"
	"supportledger/http/rest"
)

// Problems is what a client is told about the errors of the calendar.
var Problems = rest.Problems{Kinds: []rest.ProblemKind{
	{Err: calendar.ErrUnknownItem, Status: 404, Code: "not_found",
		Title: rest.Text{EN: "Not found", DA: "Ikke fundet"}},
}}
