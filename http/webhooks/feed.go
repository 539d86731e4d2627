package webhooks

import (
	"context"
	"slices"
	"strconv"

	"supportledger/access/events"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/store"
)

// Register registers the operations. Receivers may stand where the targets say.
func Register(api *resource.API, to Targets) {
	feed(api.API)
	receivers{keeper: events.Gatekeeper{Vault: api.Vault}, to: to}.register(api.API)
}

func feed(api *rest.API) {
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/events", ID: "listEvents", Tag: "events",
		Roles:   resource.Bookkeeper,
		Summary: "What happened, in the order in which it was committed",
		Danish:  "Hvad der er sket, i den rækkefølge det blev gemt",
		About: "For programs that follow the books. Keep resume_after, and send it as after the next time: no event is " +
			"missed, none comes below a position that was answered, and none is told of an act that was undone before its " +
			"commit. Positions grow and leave gaps. An event has names and instants only: read the subject for the rest. " +
			"You see events of what your role and your token may read; those about people and accounts are never here.",
		Refuses: []error{events.ErrAhead}},
		func(ctx context.Context, tx *store.Tx, in listEventsRequest) (eventsView, error) {
			return listEvents(ctx, tx, api, in)
		})
}

type listEventsRequest struct {
	rest.Page
	After int64  `query:"after" json:"-" validate:"omitempty,min=0" description:"Position behind which to go on: resume_after of the last answer. Without it, the first event comes first."`
	Type  string `query:"type" json:"-" validate:"omitempty,max=64" description:"Beginning of the types up to the dot: disbursement. Without it, all that you may see."`
}

type eventView struct {
	ID         string `json:"id" description:"The same wherever and however often the event is told."`
	Position   int64  `json:"position" description:"Place in the order of commits, from 1. Grows, with gaps."`
	Type       string `json:"type" description:"What happened: disbursement.approved."`
	Subject    string `json:"subject" description:"Id or number of what it happened to."`
	Version    int    `json:"version" description:"Of this form. Fields may join without a new one."`
	OccurredAt string `json:"occurred_at"`
}

// formVersion is the version of the form of an event.
const formVersion = 1

func viewEvent(e events.Event) eventView {
	return eventView{ID: e.ID, Position: e.Position, Type: e.Type, Subject: e.Subject, Version: formVersion,
		OccurredAt: rest.Instant(e.At)}
}

type eventsView struct {
	rest.List[eventView]
	ResumeAfter int64 `json:"resume_after" description:"Send it as after to go on behind this answer."`
}

// listEvents lists the events that the caller may see.
func listEvents(ctx context.Context, tx *store.Tx, api *rest.API, in listEventsRequest) (eventsView, error) {
	f := events.Filter{Limit: in.Size() + 1}
	head, err := events.Head(ctx, tx)
	if err != nil {
		return eventsView{}, err
	}
	if f.After, err = behind(in, head); err != nil {
		return eventsView{}, err
	}
	if f.Families, err = seenBy(ctx, tx, api); err != nil {
		return eventsView{}, err
	}
	if in.Type != "" {
		f.Families = slices.DeleteFunc(f.Families, func(family string) bool { return family != in.Type })
	}
	found, err := events.List(ctx, tx, f)
	if err != nil {
		return eventsView{}, err
	}
	v := eventsView{ResumeAfter: head}
	v.List = rest.ListOf(in.Page, found, viewEvent,
		func(e events.Event) []string { return []string{strconv.FormatInt(e.Position, 10)} })
	if v.Page.HasMore {
		v.ResumeAfter = v.Data[len(v.Data)-1].Position
	}
	return v, nil
}

// behind is the position behind which a page begins.
func behind(in listEventsRequest, head int64) (int64, error) {
	position := in.After
	text, err := in.AfterOne()
	if err != nil {
		return 0, err
	}
	if text != "" {
		if position, err = strconv.ParseInt(text, 10, 64); err != nil {
			return 0, rest.Refuse("cursor_invalid")
		}
	}
	if position > head {
		return 0, rest.At("/after", events.ErrAhead)
	}
	return position, nil
}
