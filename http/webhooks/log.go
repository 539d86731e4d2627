package webhooks

import (
	"context"
	"errors"
	"net/http"

	"supportledger/access/events"
	"supportledger/http/rest"
	"supportledger/store"
)

// log registers the log of calls.
func (r receivers) log(api *rest.API) {
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/webhook-endpoints/:id/deliveries", ID: "listWebhookDeliveries",
		Tag: tag, Roles: seers,
		Summary: "What became of each call of a receiver, the newest first",
		Danish:  "Hvad der blev af hvert kald til en modtager, det nyeste først",
		About:   "Kept for thirty days.",
		Refuses: []error{events.ErrUnknownEndpoint}}, listDeliveries)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/webhook-endpoints/:id/deliveries/:delivery/replays",
		ID: "replayWebhookDelivery", Tag: tag, Roles: keepers, NoMatch: rest.MakesNew, Status: http.StatusAccepted,
		Summary: "Make one call again", Danish: "Gentag ét kald",
		About:   "Beside the order of events, under the same webhook-id, and again where it fails.",
		Refuses: []error{events.ErrUnknownEndpoint, events.ErrUnknownDelivery, events.ErrEndpointState}}, replayDelivery)
}

type deliveryView struct {
	ID      string         `json:"id"`
	Event   string         `json:"event_id" description:"Sent as webhook-id."`
	Attempt int            `json:"attempt" description:"Of this event, from 1."`
	Replay  bool           `json:"replay" description:"Somebody asked for it again."`
	Outcome events.Outcome `json:"outcome"`
	Status  int            `json:"status,omitzero" description:"Of HTTP, where the receiver answered."`
	Fault   string         `json:"fault,omitempty" description:"Why it did not: timeout, name_unknown, address_refused, target_not_allowed, secret_unreadable, no_answer."`
	Took    int64          `json:"took_ms"`
	At      string         `json:"at" format:"date-time"`
}

func viewDelivery(d events.Delivery) deliveryView {
	return deliveryView{ID: d.ID, Event: d.Event, Attempt: d.Attempt, Replay: d.Replay, Outcome: d.Outcome,
		Status: d.Status, Fault: d.Fault, Took: d.Took.Milliseconds(), At: rest.Instant(d.At)}
}

type listDeliveriesRequest struct {
	rest.Page
	ID      rest.Ref `path:"id" json:"-"`
	Outcome string   `query:"outcome" json:"-" validate:"omitempty,oneof=delivered failed"`
}

func listDeliveries(ctx context.Context, tx *store.Tx, in listDeliveriesRequest) (rest.List[deliveryView], error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[deliveryView]{}, err
	}
	e, err := events.FindEndpoint(ctx, tx, events.EndpointID(in.ID))
	if err != nil {
		return rest.List[deliveryView]{}, err
	}
	found, err := events.Deliveries(ctx, tx, e.ID, events.Outcome(in.Outcome), page)
	return rest.ListOf(in.Page, found, viewDelivery, func(d events.Delivery) []string { return []string{d.ID} }), err
}

type replayDeliveryRequest struct {
	ID       rest.Ref `path:"id" json:"-"`
	Delivery rest.Ref `path:"delivery" json:"-"`
}

type acceptedView struct {
	Delivery string `json:"delivery_id"`
}

func replayDelivery(ctx context.Context, tx *store.Tx, in replayDeliveryRequest) (acceptedView, error) {
	return acceptedView{string(in.Delivery)}, events.Redeliver(ctx, tx, events.EndpointID(in.ID), string(in.Delivery))
}

// atReason places a missing reason at its field.
func atReason(err error) error {
	if errors.Is(err, events.ErrEndpointReason) {
		return rest.At("/reason", err)
	}
	return err
}
