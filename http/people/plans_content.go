package people

import (
	"fmt"

	"supportledger/beneficiaries"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
)

type planShareBody struct {
	Fund     ledger.FundCode `json:"fund" validate:"required"`
	Percent  rest.Decimal    `json:"percent" validate:"omitempty,positive" description:"All shares sum to 100. Either percent or priority, the same for all."`
	Priority int             `json:"priority" validate:"omitempty,min=1,max=99" description:"1 pays first, up to its cap; the percentages follow from what is still to be given."`
	Cap      rest.Decimal    `json:"cap" validate:"omitempty,positive" description:"Base currency: what a share by priority pays for the plan at most, valued at the budget rate."`
}

type planShareView struct {
	Fund     ledger.FundCode `json:"fund"`
	Percent  rest.Decimal    `json:"percent"`
	Priority int             `json:"priority,omitempty" description:"0 where it is by percent."`
	Cap      *ledger.Money   `json:"cap,omitempty"`
}

type scheduleBody struct {
	Rule string      `json:"rule" validate:"required,max=200" description:"A recurrence rule of RFC 5545 that ends, such as FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=12. Of FREQ (DAILY to YEARLY), INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, BYSETPOS."`
	From ledger.Date `json:"from" validate:"required" description:"The day it counts from."`
}

type gateBody struct {
	Milestone string      `json:"milestone" validate:"required,max=40"`
	From      ledger.Date `json:"from" validate:"omitempty" description:"It holds back the units due on this day or later; all of the line where none is given."`
}

type planLineBody struct {
	Line      string        `json:"line" validate:"required,max=40" description:"Its name within the plan."`
	Category  string        `json:"category" validate:"required,max=40" description:"A code of /plan-categories, such as tuition."`
	UnitPrice rest.Decimal  `json:"unit_price" validate:"omitempty,positive" description:"In the plan's currency. Either unit_price or total."`
	Total     rest.Decimal  `json:"total" validate:"omitempty,positive" description:"In the plan's currency, laid over the units to the last minor unit."`
	Due       []ledger.Date `json:"due" validate:"max=600" description:"One day per unit. One of due, units and schedule."`
	Units     int           `json:"units" validate:"omitempty,min=1,max=600" description:"How many units, where they have no days."`
	Schedule  *scheduleBody `json:"schedule,omitempty" validate:"omitempty" description:"A unit on each day of a rule."`
	Payee     string        `json:"payee" validate:"max=70" description:"Who is paid: a payee on record, by code, such as C-09, or by an alias that only one has."`
	Gates     []gateBody    `json:"gates" validate:"max=20,dive" description:"Milestones that hold the money back."`
}

type planItemView struct {
	DueOn         string                   `json:"due_on,omitempty"`
	Status        beneficiaries.ItemStatus `json:"status" description:"planned, committed, suspended or settled."`
	UnitPrice     *ledger.Money            `json:"unit_price,omitempty" description:"Where it is not the line's."`
	CommittedYear int                      `json:"committed_year,omitzero"`
	SettledBy     string                   `json:"settled_by,omitempty"`
	SuspendedBy   string                   `json:"suspended_by,omitempty"`
	Gates         []string                 `json:"gates,omitempty" description:"Milestones that hold its money back, beside those of the line."`
}

type planLineView struct {
	Line      string         `json:"line"`
	Category  string         `json:"category"`
	BookedAs  string         `json:"booked_as,omitempty" description:"What the books call its category, where that is another word."`
	UnitPrice ledger.Money   `json:"unit_price"`
	Payee     string         `json:"payee,omitempty"`
	Rule      string         `json:"rule,omitempty"`
	RuleFrom  string         `json:"rule_from,omitempty"`
	Gates     []string       `json:"gates,omitempty"`
	Items     []planItemView `json:"items"`
}

// listed is a list that is never null.
func listed(s []string) []string { return append([]string{}, s...) }

func viewPlanLines(lines []beneficiaries.PlanLine) []planLineView {
	out := []planLineView{}
	for _, l := range lines {
		line := planLineView{Line: l.Line, Category: l.Category, UnitPrice: l.UnitPrice, Payee: l.Payee,
			Rule:     l.Schedule.Rule,
			RuleFrom: string(l.Schedule.From), Gates: l.Gates, Items: []planItemView{}}
		if l.Kind != "" {
			line.Category, line.BookedAs = l.Kind, l.Category
		}
		for _, i := range l.Items {
			line.Items = append(line.Items, planItemView{DueOn: string(i.DueOn), Status: i.Status(), UnitPrice: i.Price,
				CommittedYear: i.CommittedYear,
				SettledBy:     i.SettledBy, SuspendedBy: i.SuspendedBy, Gates: i.Gates})
		}
		out = append(out, line)
	}
	return out
}

// viewPlanShares shows who pays: where that goes by priority, also who pays nothing so far.
func viewPlanShares(v beneficiaries.PlanVersion) []planShareView {
	given := v.Funding
	if given == nil {
		given = v.Shares
	}
	out := []planShareView{}
	for _, s := range given {
		view := planShareView{Fund: s.Fund, Percent: "0", Priority: s.Priority}
		if s.Cap.Sign() > 0 {
			limit := s.Cap
			view.Cap = &limit
		}
		for _, share := range v.Shares {
			if share.Fund == s.Fund {
				view.Percent = rest.Decimal(share.Percent.String())
			}
		}
		out = append(out, view)
	}
	return out
}

func readPlanShares(d resource.Domain, in []planShareBody) ([]beneficiaries.Share, error) {
	shares := make([]beneficiaries.Share, len(in))
	for i, s := range in {
		var err error
		share := beneficiaries.Share{Fund: s.Fund, Priority: s.Priority}
		if s.Percent != "" {
			if share.Percent, err = rest.Percent(fmt.Sprintf("/shares/%d/percent", i), s.Percent); err != nil {
				return nil, err
			}
		}
		if s.Cap != "" {
			if share.Cap, err = s.Cap.In(fmt.Sprintf("/shares/%d/cap", i), d.Book.Base); err != nil {
				return nil, err
			}
		}
		shares[i] = share
	}
	return shares, nil
}

func readPlanLines(in []planLineBody, c ledger.Currency) ([]beneficiaries.PlanLine, error) {
	var lines []beneficiaries.PlanLine
	for i, l := range in {
		at := fmt.Sprintf("/lines/%d", i)
		line, err := l.line(at, c)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l.gated(line))
	}
	return lines, nil
}

// line has a unit per day or per unit without a day, each at the unit price or its part of the total.
func (l planLineBody) line(at string, c ledger.Currency) (beneficiaries.PlanLine, error) {
	line := beneficiaries.PlanLine{Line: l.Line, Category: l.Category, Payee: l.Payee, Items: l.items()}
	if (l.UnitPrice == "") == (l.Total == "") || l.Schedule != nil && len(line.Items) > 0 {
		return line, rest.At(at, beneficiaries.ErrLines)
	}
	var err error
	if l.Schedule != nil {
		if line, err = line.Scheduled(beneficiaries.Schedule{Rule: l.Schedule.Rule, From: l.Schedule.From}); err != nil {
			return line, rest.At(at+"/schedule/rule", err)
		}
	}
	if l.Total == "" {
		line.UnitPrice, err = l.UnitPrice.In(at+"/unit_price", c)
		return line, err
	}
	total, err := l.Total.In(at+"/total", c)
	if err != nil {
		return line, err
	}
	line, err = line.Totalling(total)
	return line, rest.At(at+"/total", err)
}

// items are one per day it falls due, or one per unit without days.
func (l planLineBody) items() []beneficiaries.Item {
	var items []beneficiaries.Item
	for i, due := range l.Due {
		items = append(items, beneficiaries.Item{Position: i, DueOn: due})
	}
	for i := range l.Units {
		items = append(items, beneficiaries.Item{Position: len(l.Due) + i})
	}
	return items
}

// gated lays the gates on the line, or on those of its units that fall due from a day on.
func (l planLineBody) gated(line beneficiaries.PlanLine) beneficiaries.PlanLine {
	for _, g := range l.Gates {
		if g.From == "" {
			line.Gates = append(line.Gates, g.Milestone)
			continue
		}
		for i := range line.Items {
			if line.Items[i].DueOn >= g.From {
				line.Items[i].Gates = append(line.Items[i].Gates, g.Milestone)
			}
		}
	}
	return line
}
