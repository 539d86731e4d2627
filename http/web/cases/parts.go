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

// checks are those of the disbursement, or of its place in the inbox once the first decision is made.
func (p decision) checks() []check {
	if len(p.d.Checks) > 0 {
		return p.d.Checks
	}
	return p.next.Checks
}

// fits tells whether the checks about money found nothing.
func fits(checks []check) bool {
	about := []string{"category", "period", "geography", "condition", "budget"}
	return len(checks) > 0 && !slices.ContainsFunc(checks, func(c check) bool {
		return slices.Contains(about, c.Check) && c.Outcome != "ok"
	})
}

// whyNot says why the user does not decide, and who does.
func (p decision) whyNot(v *frame.Visit) string {
	text := ""
	for _, c := range p.checks() {
		if c.Outcome == "stop" || c.Check == "duties" && c.Outcome != "ok" {
			text = c.Hint + " "
			break
		}
	}
	if len(p.d.Approvals.StillNeeded) > 0 {
		return text + v.Tf("It waits for: %s.", "Den venter på: %s.", strings.Join(p.d.Approvals.StillNeeded, ", "))
	}
	return text + v.T("It waits for somebody else.", "Den venter på en anden.")
}

// mayWrite tells whether the user may change it and send it.
func (p decision) mayWrite(v *frame.Visit) bool {
	return (p.d.State == "draft" || p.d.State == "info_requested") && v.Can("submitDisbursement")
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
