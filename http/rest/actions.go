package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"supportledger/access"
	"supportledger/store"
)

// What may be done next with a thing is asked of the acts themselves: each operation that changes or decides on what a
// GET shows ([Op.Match]) is rehearsed, as the caller and as everybody else whose roles it takes, with a body that such
// an operation could have. So no rule about states and duties is written a second time, and what a caller is told
// cannot differ from what the act answers.

// actionsMember is the member of a shown thing that holds its actions.
const actionsMember = "allowed_actions"

// decisionMember is the field of a body that names one of several decisions.
const decisionMember = "decision"

// ActionView is something that can be done next with a thing.
type ActionView struct {
	Action  string        `json:"action" description:"Such as approve, or the name of the operation."`
	Allowed bool          `json:"allowed" description:"Whether you may do it now."`
	Method  string        `json:"method" enum:"POST,PUT,PATCH,DELETE"`
	Href    string        `json:"href" description:"Where it is done."`
	Body    string        `json:"decision,omitempty" description:"What the body names as decision, where it needs one."`
	Behalf  access.UserID `json:"on_behalf_of,omitempty" description:"In whose name you may do it, as their deputy."`
	Code    string        `json:"code,omitempty" description:"Of the problem that you would be answered with."`
	Why     string        `json:"why,omitempty" description:"Why you may not, in the language of the request."`
	Others  []string      `json:"others" description:"Work names of those who could do it, besides you: five at most."`
}

// Deny says in an action why the caller may not take it; nil: they may.
func (v *ActionView) Deny(ctx context.Context, problems ProblemTable, err error) {
	if v.Allowed = err == nil; v.Allowed {
		return
	}
	problem, _ := problems.ProblemOf(err, LangFrom(ctx))
	if v.Code, v.Why = problem.Code, problem.Detail; v.Why == "" {
		v.Why = problem.Title
	}
}

// pairActions finds for each thing that is shown what can be done with it: the operations whose path names nothing
// more.
func (a *API) pairActions() {
	shown := map[reflect.Type]bool{}
	for _, e := range a.Endpoints {
		if e.twin == nil || e.takesOctets() || e.In.parts != nil {
			continue
		}
		if _, own := memberOf(e.twin.Out, actionsMember); own || e.twin.paged() {
			continue
		}
		if sameNames(e.In.names("path"), e.twin.In.names("path")) {
			e.twin.next = append(e.twin.next, e)
			shown[e.twin.Out] = true
		}
	}
	for _, e := range a.Endpoints {
		if shown[e.Out] {
			e.beside = append(e.beside, actionsMember)
		}
	}
}

func sameNames(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// memberOf finds the field of a struct with a name in JSON.
func memberOf(t reflect.Type, name string) (reflect.StructField, bool) {
	if t.Kind() != reflect.Struct {
		return reflect.StructField{}, false
	}
	for _, f := range reflect.VisibleFields(t) {
		if !f.Anonymous && JSONName(f) == name {
			return f, true
		}
	}
	return reflect.StructField{}, false
}

// withActions adds to a shown thing what may be done next with it.
func (e *Endpoint) withActions(ctx context.Context, tx *store.Tx, req Request, shown []byte) ([]byte, error) {
	if len(e.next) == 0 || req.plain {
		return shown, nil
	}
	r := tries{tx: tx, of: e, api: e.API, path: req.path, caller: access.ActingAs(tx.By), brief: req.brief}
	views := []ActionView{}
	for _, act := range e.next {
		more, err := r.views(ctx, act, shown)
		if err != nil {
			return nil, err
		}
		views = append(views, more...)
	}
	list, err := Marshal(views)
	if err != nil {
		return nil, err
	}
	return withMember(shown, actionsMember, list), nil
}

// withMember adds a member at the end of a JSON object.
func withMember(object []byte, name string, value []byte) []byte {
	end := strings.LastIndexByte(string(object), '}')
	out := slices.Clone(object[:end])
	if trimmed := strings.TrimRight(string(out), " \n"); !strings.HasSuffix(trimmed, "{") {
		out = append(out, ',')
	}
	out = fmt.Appendf(out, "%q:%s}\n", name, strings.TrimSpace(string(value)))
	return out
}

// A reading must not cost more the more people work here. Of each act so many others are named, and so many are asked
// for it: those with the role come first by what the policies say, which asks the database nothing.
const (
	mostNamed = 5
	mostAsked = 8
)

// tries is the rehearsal of what can be done with one thing.
type tries struct {
	tx     *store.Tx
	of     *Endpoint // that shows it; nil where none does
	api    *API
	path   gin.Params
	caller access.Principal
	brief  bool // who else could is only looked for where the caller may not

	others []access.Principal     // who works here, once somebody asked
	sees   map[access.UserID]bool // of those who were asked
}

// views say of one act, with each body that it could have, whether the caller may take it.
func (r *tries) views(ctx context.Context, act *Endpoint, shown []byte) ([]ActionView, error) {
	var views []ActionView
	for _, body := range act.Bodies(shown, store.FormatTime(r.tx.At)[:len("2006-01-02")]) {
		v, err := r.view(ctx, act, body)
		if err != nil {
			return nil, err
		}
		views = append(views, v)
	}
	return views, nil
}

// candidates are those who have a role for an act and see the thing, as many as are asked.
func (r *tries) candidates(ctx context.Context, act *Endpoint) (some []access.Principal, err error) {
	if len(act.Op.Roles) == 0 {
		return nil, nil
	}
	if r.sees == nil {
		if r.others, err = access.Holders(ctx, r.tx, access.Roles...); err != nil {
			return nil, err
		}
		r.sees = map[access.UserID]bool{}
	}
	for _, p := range r.others {
		if len(some) == mostAsked {
			break
		}
		if p.User == r.caller.User || !p.HasAny(act.Op.Roles...) || access.Allow(p, act.Action()) != nil {
			continue
		}
		sees, known := r.sees[p.User]
		if !known && len(r.sees) < 2*mostAsked {
			sees = r.of == nil || r.try(ctx, r.of, Body{}, p) == nil
			r.sees[p.User] = sees
		}
		if sees {
			some = append(some, p)
		}
	}
	return some, nil
}

// view says of one act whether the caller may take it, why not, and who else could. What stands in the way of the
// caller's state alone, such as a duty taken before, may not stand in that of others; what the thing's state forbids,
// it forbids everybody.
func (r *tries) view(ctx context.Context, act *Endpoint, body Body) (ActionView, error) {
	v := ActionView{Action: act.Op.ID, Method: act.Op.Method, Href: act.hrefFor(r.path), Body: body.Decision,
		Others: []string{}}
	err := r.try(ctx, act, body, r.caller)
	if interrupted(err) {
		return v, err
	}
	v.Deny(ctx, r.api.Problems, err)
	if err == nil && r.brief || err != nil && r.everybody(err) {
		return v, nil
	}
	others, err := r.candidates(ctx, act)
	if err != nil {
		return v, err
	}
	for _, other := range others {
		if len(v.Others) == mostNamed {
			break
		}
		switch err := r.try(ctx, act, body, other); {
		case err == nil:
			v.Others = append(v.Others, other.Handle)
		case interrupted(err):
			return v, err
		case r.everybody(err):
			return v, nil
		}
	}
	return v, nil
}

// interrupted are errors that are about the snapshot and not about the act.
func interrupted(err error) bool {
	for _, far := range []error{store.ErrBusy, store.ErrUnavailable, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, far) {
			return true
		}
	}
	return false
}

// everybody tells a refusal that the state of the thing gives to all from one that is about the user.
func (r *tries) everybody(err error) bool {
	return r.api.Problems.KindFor(err).Status != http.StatusForbidden
}

// try rehearses an act with a body as somebody: nil where its rules let it pass. What only concerns the body is no
// refusal here, since the body is not the caller's own.
func (r *tries) try(ctx context.Context, act *Endpoint, body Body, who access.Principal) error {
	if err := access.Allow(who, act.Action()); err != nil {
		return err
	}
	in := act.newIn()
	if err := act.bindPath(&gin.Context{Params: r.path}, in); err != nil {
		return err
	}
	if body.Text != nil {
		if err := decodeJSON(body.Text, in); err != nil {
			return nil //nolint:nilerr // a body made up here does not read: nothing is known against the act
		}
	}
	ctx = context.WithValue(ctx, matchingKey{}, true) // of what is shown to others only that it is counts
	err := r.tx.Rehearse(ctx, who.Actor(r.tx.By.Request), func(ctx context.Context, tx *store.Tx) error {
		_, err := act.Act(ctx, tx, in)
		return err
	})
	if err != nil && !act.Reads() && !interrupted(err) && !r.api.Refuses(err) {
		return nil
	}
	return err
}

// Refuses tells an error that is about states and duties from one about what a request says, such as something that
// does not exist: the thing itself does.
func (a *API) Refuses(err error) bool {
	if len(PlacesIn(err)) > 0 || faultOf(err) != nil {
		return false
	}
	kind := a.Problems.KindFor(err)
	switch kind.Status {
	case http.StatusForbidden, http.StatusGone:
		return true
	case http.StatusConflict:
		return !AboutBody(kind.Code)
	}
	return false
}

// AboutBody tells the codes of conflicts that a request has with other things than the one it is about: a number that
// is taken, a change that changes nothing.
func AboutBody(code string) bool {
	return strings.HasSuffix(code, "_exists") || strings.HasSuffix(code, "_taken") ||
		slices.Contains([]string{"nothing_to_change", "payment_batch_changed", "version_stale", "period_closed",
			"events_ahead"}, code)
}

// hrefFor is the address of an operation on the thing that a path names.
func (e *Endpoint) hrefFor(path gin.Params) string {
	href := Base + e.Op.Path
	for _, p := range path {
		href = strings.Replace(href, ":"+p.Key, url.PathEscape(p.Value), 1)
	}
	return href
}
