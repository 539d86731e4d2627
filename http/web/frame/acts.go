package frame

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"supportledger/http/rest"
)

// Buttons come from one place: what the answer about a thing says in allowed_actions. A page reads the thing, and asks
// of each act whether its button is shown. What the user may not do stands at the end of the page, with why not and who
// else could. So no page has a condition of its own about states and duties, which could differ from the act's.

// Action is what may be done next with a thing.
type Action = rest.ActionView

// note keeps what an answer says of what may be done next.
func (v *Visit) note(shown []byte) error {
	var said struct {
		Actions []Action `json:"allowed_actions"`
	}
	if len(shown) == 0 || shown[0] != '{' {
		return nil
	}
	if err := json.Unmarshal(shown, &said); err != nil {
		return fmt.Errorf("web: what may be done next: %w", err)
	}
	v.acts = append(v.acts, said.Actions...)
	return nil
}

// Offer finds out what may be done with a row of a list, whose answer does not say it: of an operation, as the answer
// about the thing alone would.
func (v *Visit) Offer(operation string, path map[string]string, row []byte) error {
	more, err := v.Look.Next(operation, path, row)
	v.acts = append(v.acts, more...)
	return err
}

// Row is a row of a list on which something can be decided: what may be done with it is found out ([Visit.Offer]), and
// its version is what the operation that shows it alone would answer.
func (v *Visit) Row(shows, operation, id, row string) (seen string, err error) {
	return v.Site.API.Operation(shows).Tag([]byte(row)),
		v.Offer(operation, map[string]string{"id": id}, []byte(row))
}

// Next is an act on what the page read that the user may not take: by the operation's name and, behind a colon, its
// decision; where the page read several things, also by what stands in the act's path. The zero value: none is.
func (v *Visit) Next(operation string, of ...string) Action {
	i := slices.IndexFunc(v.acts, func(a Action) bool { return !a.Allowed && isAct(a, operation, of) })
	if i < 0 {
		return Action{}
	}
	return v.acts[i]
}

// Open tells whether the user may take an act now: whether its form is shown. It is named as for [Visit.Next].
func (v *Visit) Open(operation string, of ...string) bool {
	return slices.ContainsFunc(v.acts, func(a Action) bool { return a.Allowed && isAct(a, operation, of) })
}

func isAct(a Action, named string, of []string) bool {
	operation, decision, one := strings.Cut(named, ":")
	return a.Action == operation && (!one || a.Body == decision) &&
		!slices.ContainsFunc(of, func(id string) bool { return !strings.Contains(a.Href+"/", "/"+id+"/") })
}

// shut are the acts that have a form here and that the user may not take, each once with why not, those first that
// others could.
func (v *Visit) shut() []Action {
	var out []Action
	for _, a := range v.acts {
		if a.Allowed || a.Why == "" || !v.Site.hasForm(a.Action) || v.Open(a.Action+":"+a.Body) {
			continue
		}
		same := func(b Action) bool { return a.Action == b.Action && a.Body == b.Body && a.Why == b.Why }
		if !slices.ContainsFunc(out, same) {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b Action) int { return min(len(b.Others), 1) - min(len(a.Others), 1) })
	return out
}

// hasForm tells whether some page has a form for an operation.
func (s *Site) hasForm(operation string) bool {
	return slices.ContainsFunc(s.Routes, func(r Route) bool {
		return r.Method != "GET" && slices.Contains(r.Needs, operation)
	})
}

// ended is a sentence with its full stop.
func ended(s string) string { return strings.TrimSuffix(s, ".") + "." }

// doing is an act in words: what its operation says of itself.
func (v *Visit) doing(a Action) string {
	op := v.Site.API.Operation(a.Action).Op
	if words, decides := decisionWords[a.Body]; decides {
		return v.T(op.Summary, op.Danish) + ": " + v.In(words)
	}
	return v.T(op.Summary, op.Danish)
}

var decisionWords = map[string]rest.Text{
	"approve": {EN: "approve", DA: "godkend"}, "confirm": {EN: "confirm", DA: "bekræft"},
	"reject": {EN: "reject", DA: "afvis"},
}
