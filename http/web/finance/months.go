package finance

import (
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func monthPages(s *frame.Site) {
	s.Page("/months", []string{"listPeriods", "getChecklist"}, months)
	s.Page("/months/:month", []string{"getChecklist", "listReopenings"}, monthPage)
	for _, step := range monthSteps {
		s.Form("/months/:month/"+step.path, []string{step.operation}, step.act)
	}
	s.Form("/months/:month/reopenings/:id", []string{"approveReopening"}, approveReopening)
}

// month is a month of the books.
type month struct {
	Month string `json:"month"`
	State string `json:"state"`
}

// checkRow is a check of a month.
type checkRow struct {
	Key      string `json:"key"`
	Title    string `json:"title"`
	TitleDA  string `json:"title_da"`
	Kind     string `json:"kind"`
	Status   string `json:"status"`
	Findings int    `json:"findings"`
	Reason   string `json:"reason"`
	SignedBy string `json:"signed_by"`
	SignedAt string `json:"signed_at"`
}

// checklist is what must be in order before a month is closed.
type checklist struct {
	Month  string     `json:"month"`
	State  string     `json:"state"`
	Done   bool       `json:"done"`
	Checks []checkRow `json:"checks"`
}

// reopening is a wish to open a closed month again.
type reopening struct {
	ID     string `json:"id"`
	State  string `json:"state"`
	Reason string `json:"reason"`
	seen   string
}

// passed counts the checks that keep a month from nothing.
func (c checklist) passed() int {
	n := 0
	for _, one := range c.Checks {
		if one.Status != "failed" {
			n++
		}
	}
	return n
}

// missing names the checks that stand open.
func (c checklist) missing(v *frame.Visit) string {
	var open []string
	for _, one := range c.Checks {
		if one.Status == "failed" {
			open = append(open, one.title(v))
		}
	}
	return strings.Join(open, "; ")
}

func (c checkRow) title(v *frame.Visit) string {
	return rest.Text{EN: c.Title, DA: c.TitleDA}.In(v.Lang)
}

// where is the page on which what a check found is put right.
func (c checklist) where(key string) string {
	last := lastDay(c.Month)
	switch key {
	case "drafts":
		return "/journal/drafts"
	case "bank":
		return "/bank"
	case "suspense":
		return "/reports/suspense?as_of=" + last
	case "restricted_funds", "funds":
		return "/reports/fund-balances?as_of=" + last
	case "accruals":
		return "/journal?from=" + c.Month[:4] + "-01-01"
	}
	return "/reports/trial-balance?as_of=" + last
}

func months(v *frame.Visit) (frame.Shown, error) {
	all, _, err := frame.Every[month](v, "listPeriods", rest.Ask{}, 1200)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	newest := []month{}
	for i := len(all) - 1; i >= 0; i-- {
		newest = append(newest, all[i])
		known[all[i].Month] = true
	}
	if now := v.Today()[:7]; !known[now] {
		newest = append([]month{{Month: now, State: "open"}}, newest...)
	}
	var next *checklist
	for i := len(newest) - 1; i >= 0; i-- {
		if newest[i].State != "closed" {
			list, _, err := frame.Read[checklist](v, "getChecklist", byMonth(newest[i].Month))
			if err != nil {
				return nil, err
			}
			next = &list
			break
		}
	}
	return Months(v, newest, next), nil
}

func byMonth(m string) rest.Ask { return rest.Ask{Path: map[string]string{"month": m}} }

func monthPage(v *frame.Visit) (frame.Shown, error) { return showMonth(v, frame.NoForms()) }

func showMonth(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	ask := byMonth(v.C.Param("month"))
	list, seen, err := frame.Read[checklist](v, "getChecklist", ask)
	if err != nil {
		return nil, err
	}
	again, _, err := frame.Every[reopening](v, "listReopenings", ask, 200)
	if err != nil {
		return nil, err
	}
	for i, r := range again {
		path := rest.Ask{Path: map[string]string{"month": v.C.Param("month"), "id": r.ID}}
		if again[i], again[i].seen, err = frame.Read[reopening](v, "getReopening", path); err != nil {
			return nil, err
		}
	}
	return Month(v, list, again, forms, seen), nil
}

// monthStep is a form of a month's page.
type monthStep struct {
	path, operation, done, reason string
}

var monthSteps = []monthStep{
	{"sign-offs", "signOffCheck", "signed-off", ""},
	{"soft-closures", "softClosePeriod", "soft", ""},
	{"openings", "openPeriod", "opened", "open_reason"},
	{"closures", "closePeriod", "closed", ""},
	{"reopenings", "requestReopening", "reopening", "reopen_reason"},
}

func (s monthStep) act(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	at := v.C.Param("month")
	ask := f.SeenOf(byMonth(at), "getChecklist")
	name, field := s.path, s.reason
	switch {
	case s.path == "sign-offs":
		field = "reason_" + f.Text("check")
		ask.Body = struct {
			Check  string `json:"check"`
			Reason string `json:"reason"`
		}{f.Text("check"), f.Text(field)}
		name = field
	case s.reason != "":
		name = s.reason
		ask.Body = frame.Reason{Reason: f.Text(s.reason)}
	}
	if err := v.Do(s.operation, ask, nil); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": field}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showMonth(v, frame.Back(name, f)) })
	}
	return v.To("/months/" + at + "?done=" + s.done)
}

func approveReopening(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	at := v.C.Param("month")
	ask := f.SeenOf(rest.Ask{Path: map[string]string{"month": at, "id": v.C.Param("id")}}, "getReopening")
	if err := v.Do("approveReopening", ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) {
			return showMonth(v, frame.Back("approve_"+v.C.Param("id"), f))
		})
	}
	return v.To("/months/" + at + "?done=reopened")
}
