package webhooks

import (
	"context"
	"strings"

	"supportledger/access"
	"supportledger/access/events"
	"supportledger/access/vault"
	"supportledger/http/rest"
	"supportledger/store"
)

// Who keeps receivers, who approves them, and who may look.
var (
	keepers  = []access.Role{access.Admin}
	deciders = []access.Role{access.Admin, access.Treasurer}
	seers    = []access.Role{access.Admin, access.Treasurer, access.Auditor}
)

// tag is the resource in the document.
const tag = "webhook-endpoints"

// one is the operation that shows a receiver.
const one = "getWebhookEndpoint"

// receivers are the operations on receivers, with what they need besides their tx.
type receivers struct {
	keeper events.Gatekeeper
	to     Targets
}

func (r receivers) register(api *rest.API) {
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/webhook-endpoints", ID: "listWebhookEndpoints", Tag: tag,
		Roles: seers, Summary: "List receivers of events", Danish: "Vis modtagere af hændelser"}, r.list)
	rest.Route(api, rest.Op{Method: rest.Get, Path: "/webhook-endpoints/:id", ID: one, Tag: tag, Roles: seers,
		Summary: "One receiver of events", Danish: "Én modtager af hændelser",
		Refuses: []error{events.ErrUnknownEndpoint}}, r.get)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/webhook-endpoints", ID: "requestWebhookEndpoint", Tag: tag,
		Roles: keepers, NoMatch: rest.MakesNew, Personal: true, Location: "/webhook-endpoints/{id}",
		Summary: "Ask for a receiver to be told of events", Danish: "Anmod om, at en modtager får besked om hændelser",
		About: "Another person approves it. The answer has the secret that calls are signed with (Standard Webhooks), " +
			"shown only now. The operator allows addresses with `serve --webhook-to`. Another address is another receiver.",
		Refuses: []error{ErrTarget, errFamily, events.ErrEndpointReason, vault.ErrNoVault},
		Example: `{"url":"https://case.example/hooks","types":["disbursement","payment"],"reason":"The case system"}`},
		r.request)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/webhook-endpoints/:id/decisions", ID: "decideWebhookEndpoint",
		Tag: tag, Roles: deciders, Match: one, Status: 200,
		Summary: "Approve or reject a receiver that somebody else asked for",
		Danish:  "Godkend eller afvis en modtager, som en anden har anmodet om",
		About:   "An approved receiver is told of what happens from now on.",
		Refuses: []error{events.ErrUnknownEndpoint, events.ErrEndpointState, events.ErrEndpointReason,
			access.ErrMakerCannotApprove, access.ErrNoRequest},
		Example: `{"decision":"approve"}`}, r.decide)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/webhook-endpoints/:id/disablements", ID: "disableWebhookEndpoint",
		Tag: tag, Roles: deciders, Match: one, Status: 200,
		Summary: "Tell a receiver nothing more", Danish: "Giv ikke modtageren flere beskeder",
		Refuses: []error{events.ErrUnknownEndpoint, events.ErrEndpointState, events.ErrEndpointReason},
		Example: `{"reason":"The case system is replaced"}`}, r.disable)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/webhook-endpoints/:id/enablements", ID: "enableWebhookEndpoint",
		Tag: tag, Roles: keepers, Match: one, Status: 200,
		Summary: "Tell a receiver again, from where it was", Danish: "Giv igen modtageren besked, hvor den slap",
		Refuses: []error{events.ErrUnknownEndpoint, events.ErrEndpointState}}, r.enable)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/webhook-endpoints/:id/secrets", ID: "rotateWebhookSecret",
		Tag: tag, Roles: keepers, Match: one, Status: 200, Personal: true,
		Summary: "Give a receiver a new secret", Danish: "Giv modtageren en ny hemmelighed",
		About:   "Shown only now. Calls bear both signatures for 24 hours.",
		Refuses: []error{events.ErrUnknownEndpoint, events.ErrEndpointState, vault.ErrNoVault}}, r.rotate)
	rest.Route(api, rest.Op{Method: rest.Post, Path: "/webhook-endpoints/:id/replays", ID: "replayWebhookEvents",
		Tag: tag, Roles: keepers, Match: one, Status: 200,
		Summary: "Tell a receiver again of all events behind a position",
		Danish:  "Giv igen modtageren besked om alle hændelser efter en position",
		About:   "In their order and under the same webhook-id. Not to positions that it has not been told of.",
		Refuses: []error{events.ErrUnknownEndpoint, events.ErrEndpointState, events.ErrAhead},
		Example: `{"after":1200}`}, r.replay)
	r.log(api)
}

type endpointView struct {
	ID        string               `json:"id"`
	URL       string               `json:"url"`
	Types     []string             `json:"types" description:"Beginnings of the types that it is told of. Empty: all."`
	State     events.EndpointState `json:"state"`
	Reason    string               `json:"reason"`
	Secrets   int                  `json:"secrets" description:"Secrets that it was given so far."`
	Replays   int                  `json:"replays" description:"Times that it was told again from an earlier position."`
	By        access.UserID        `json:"created_by"`
	CreatedAt string               `json:"created_at" format:"date-time"`

	Position     int64  `json:"position" etag:"-" description:"Events up to there were told."`
	Failures     int    `json:"failures" etag:"-" description:"Calls about the next event that failed."`
	FailingSince string `json:"failing_since,omitempty" etag:"-" format:"date-time"`
	NextAt       string `json:"next_attempt_at,omitempty" etag:"-" format:"date-time" description:"Before that it is not called."`
}

func viewEndpoint(e events.Endpoint) endpointView {
	return endpointView{ID: string(e.ID), URL: e.URL, Types: append([]string{}, e.Families...), State: e.State,
		Reason: e.Reason, Secrets: e.Secrets, Replays: e.Replays, By: e.By, CreatedAt: rest.Instant(e.At),
		Position: e.Position, Failures: e.Failures, FailingSince: rest.Instant(e.FailingSince),
		NextAt: rest.Instant(e.NextAt)}
}

type secretView struct {
	endpointView
	Secret string `json:"secret" description:"Calls are signed with it. Shown only now."`
}

type listEndpointsRequest struct{ rest.Page }

func (r receivers) list(ctx context.Context, tx *store.Tx, in listEndpointsRequest) (rest.List[endpointView],
	error) {
	page, err := in.Keyset(1)
	if err != nil {
		return rest.List[endpointView]{}, err
	}
	found, err := events.ListEndpoints(ctx, tx, page)
	return rest.ListOf(in.Page, found, viewEndpoint,
		func(e events.Endpoint) []string { return []string{string(e.ID)} }), err
}

func (r receivers) get(ctx context.Context, tx *store.Tx, in rest.ByRef) (endpointView, error) {
	e, err := events.FindEndpoint(ctx, tx, events.EndpointID(in.ID))
	return viewEndpoint(e), err
}

type requestEndpointRequest struct {
	URL    string   `json:"url" validate:"required,max=500" description:"Below one of the addresses that the operator allows."`
	Types  []string `json:"types" validate:"max=60" description:"Beginnings of types of events up to the dot, such as disbursement. None: all that programs may be told."`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func (r receivers) request(ctx context.Context, tx *store.Tx, in requestEndpointRequest) (secretView, error) {
	if err := r.to.Allow(in.URL); err != nil {
		return secretView{}, rest.At("/url", err)
	}
	for _, t := range in.Types {
		if _, known := families[t]; !known {
			return secretView{}, rest.At("/types", errFamily)
		}
	}
	e, secret, err := r.keeper.Ask(ctx, tx, events.Endpoint{URL: in.URL, Families: in.Types,
		Reason: strings.TrimSpace(in.Reason)})
	return secretView{viewEndpoint(e), secret}, atReason(err)
}

type endpointDecisionRequest struct {
	ID       rest.Ref `path:"id" json:"-"`
	Decision string   `json:"decision" validate:"required,oneof=approve reject"`
	Reason   string   `json:"reason" validate:"max=500" description:"Needed to reject: at least ten letters; no person's name."`
}

func (r receivers) decide(ctx context.Context, tx *store.Tx, in endpointDecisionRequest) (endpointView, error) {
	e, err := events.Decide(ctx, tx, events.EndpointID(in.ID), in.Decision == "approve", in.Reason)
	return viewEndpoint(e), atReason(err)
}

type endpointReasonRequest struct {
	ID     rest.Ref `path:"id" json:"-"`
	Reason string   `json:"reason" validate:"required,max=500" description:"At least ten letters; no person's name."`
}

func (r receivers) disable(ctx context.Context, tx *store.Tx, in endpointReasonRequest) (endpointView, error) {
	e, err := events.Disable(ctx, tx, events.EndpointID(in.ID), in.Reason)
	return viewEndpoint(e), atReason(err)
}

func (r receivers) enable(ctx context.Context, tx *store.Tx, in rest.ByRef) (endpointView, error) {
	e, err := events.Enable(ctx, tx, events.EndpointID(in.ID))
	return viewEndpoint(e), err
}

func (r receivers) rotate(ctx context.Context, tx *store.Tx, in rest.ByRef) (secretView, error) {
	e, secret, err := r.keeper.Rotate(ctx, tx, events.EndpointID(in.ID))
	return secretView{viewEndpoint(e), secret}, err
}

type replayRequest struct {
	ID    rest.Ref `path:"id" json:"-"`
	After int64    `json:"after" validate:"min=0" description:"Position behind which to begin, as events have it; 0 is the first event."`
}

func (r receivers) replay(ctx context.Context, tx *store.Tx, in replayRequest) (endpointView, error) {
	e, err := events.Replay(ctx, tx, events.EndpointID(in.ID), in.After)
	return viewEndpoint(e), err
}
