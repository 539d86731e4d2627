package cases

import (
	"slices"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// stepWords are the steps of a disbursement.
var stepWords = map[string]rest.Text{
	"approve":   {EN: "approved", DA: "godkendt"},
	"authorise": {EN: "authorised", DA: "bemyndiget"},
	"release":   {EN: "released", DA: "frigivet"},
}

// fits tells whether the checks about money found nothing.
func fits(checks []check) bool {
	about := []string{"category", "period", "geography", "condition", "budget"}
	return len(checks) > 0 && !slices.ContainsFunc(checks, func(c check) bool {
		return slices.Contains(about, c.Check) && c.Outcome != "ok"
	})
}

// steps are the actions that decide, in the order of a disbursement's life.
var steps = []string{"approve", "authorise", "release"}

// stuck are the deciding actions that wait for others, each with why the user may not take it and who could.
func (d request) stuck() []action {
	var out []action
	for _, a := range d.Actions {
		if slices.Contains(steps, a.Action) && !a.Allowed && (a.Why != "" || len(a.Others) > 0) && d.next(a.Action) {
			out = append(out, a)
		}
	}
	return out
}

// next tells whether a deciding action is the one that the disbursement waits for.
func (d request) next(step string) bool {
	switch d.State {
	case "submitted":
		return step == "approve"
	case "approved":
		return step == "authorise"
	case "authorised":
		return step == "release"
	}
	return false
}

// afterDot is the act of an event: disbursement.approved is approved.
func afterDot(action string) string {
	_, act, _ := strings.Cut(action, ".")
	return act
}

// by says who did it, and for whom.
func by(v *frame.Visit, m moment) string {
	switch {
	case m.User == "":
		return v.T("by the system", "af systemet")
	case m.OnBehalfOf != "":
		return v.Tf("by %s for %s", "af %s på vegne af %s", m.User, m.OnBehalfOf)
	}
	return v.Tf("by %s", "af %s", m.User)
}

// commentKey is the key of the note's form: another than the decision's on the same page.
func commentKey(frame.Form) string { return frame.NewForm().Key }

// parted are the checks to look at, the gravest first, and those that passed.
func parted(checks []check) (open, passed []check) {
	for _, outcome := range []string{"stop", "warning", "ok"} {
		for _, c := range checks {
			switch {
			case c.Outcome != outcome:
			case outcome == "ok":
				passed = append(passed, c)
			default:
				open = append(open, c)
			}
		}
	}
	return open, passed
}
