package beneficiaries

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"github.com/shopspring/decimal"

	"supportledger/ledger"
)

// BeneficiaryID identifies a beneficiary. People use the code.
type BeneficiaryID string

// Beneficiary is a person supported, by code.
type Beneficiary struct {
	ID     BeneficiaryID
	Code   string // B-48213, random
	Status string // active, paused, ended, erased
}

// PlanID identifies a plan. People use its number, such as "P-101".
type PlanID string

// PlanState is where a plan is in its life.
type PlanState string

// The states of a plan (DESIGN 6).
const (
	PlanDraft     PlanState = "draft"
	PlanInReview  PlanState = "in_review"
	PlanApproved  PlanState = "approved"
	PlanActive    PlanState = "active"
	PlanSuspended PlanState = "suspended"
	PlanCompleted PlanState = "completed"
	PlanExited    PlanState = "exited"
)

// Plan is the support of one beneficiary over years, in its current version.
type Plan struct {
	Pending     *PlanVersion // the next version, written or handed in and not decided on; nil when there is none
	ID          PlanID
	Number      string
	Beneficiary BeneficiaryID
	Currency    ledger.Currency
	State       PlanState
	Current     PlanVersion
	Version     int // of the row, for concurrent changes
}

// PlanVersion is the content of a plan from a day on. Versions supersede, they are never rewritten.
type PlanVersion struct {
	ID         string
	Number     int
	StartsOn   ledger.Date
	BudgetRate ledger.Rate // to base currency; none where the plan is in base currency
	Shares     []Share
	Lines      []PlanLine
	CreatedBy  string
	State      VersionState
	Kind       VersionKind
	Currency   ledger.Currency
	Funding    []Share // the shares as given, where by priority; Shares are what they come to
	Milestones []Milestone
	Goals      []string // words of the plans
	Reason     string   // a code: why it tops up or moves the plan
	Country    string   // two letters: where the support is given; "" where nobody said
	Phase      Phase
}

// Phase is whether a plan still runs, or follows its end.
type Phase string

// The phases of a plan.
const (
	Support        Phase = "support"
	AftercarePhase Phase = "aftercare"
)

// Share is what part of a plan a fund pays.
type Share struct {
	Fund     ledger.FundCode
	Percent  decimal.Decimal
	Priority int          // instead of a percentage: 1 pays first
	Cap      ledger.Money // base currency; what a share by priority pays at most for the plan; none is all that is left
}

// PlanLine is one kind of support in a plan.
type PlanLine struct {
	Line      string // its name within the plan
	Category  string // an expense category of the chart, such as "tuition"
	UnitPrice ledger.Money
	Items     []Item   // one per unit, in order of due date
	Kind      string   // the word that its category has in plans, where the books call it otherwise: housing
	Payee     string   // who is paid, by code; "" where nobody said
	Schedule  Schedule // where its days came from a rule
	Gates     []string // codes of the milestones that hold all its money back
}

// Item is one unit of support.
type Item struct {
	Position      int
	DueOn         ledger.Date   // "" where the plan counts units without dates
	CommittedYear int           // 0 until a year's approval
	SettledBy     string        // id of what settled it, "" while open
	Price         *ledger.Money // of its time, where a later version changed the line's; nil is the line's
	SuspendedBy   string        // id of the suspension that holds it, "" for none
	ReleasedYear  int           // the year out of whose commitment the suspension released it; 0 for none
	Gates         []string      // codes of the milestones that hold its money back
}

// ItemStatus is what became of a unit so far.
type ItemStatus string

// The statuses of a unit.
const (
	ItemPlanned   ItemStatus = "planned"   // nothing was set aside for it yet
	ItemCommitted ItemStatus = "committed" // its year is approved
	ItemSuspended ItemStatus = "suspended"
	ItemSettled   ItemStatus = "settled" // something disbursed gave it
)

// Status tells what became of the unit so far. It is computed, never stored.
func (i Item) Status() ItemStatus {
	switch {
	case i.SettledBy != "":
		return ItemSettled
	case i.SuspendedBy != "":
		return ItemSuspended
	case i.CommittedYear != 0:
		return ItemCommitted
	}
	return ItemPlanned
}

// country is how countries are written.
var country = regexp.MustCompile(`^([A-Z]{2})?$`)

// Line finds a line of the version by name. [ErrUnknownLine].
func (v PlanVersion) Line(name string) (PlanLine, error) {
	i := slices.IndexFunc(v.Lines, func(l PlanLine) bool { return l.Line == name })
	if i < 0 {
		return PlanLine{}, ErrUnknownLine
	}
	return v.Lines[i], nil
}

// Holds reports whether a line has that many units that nothing settled yet and no suspension holds.
func (v PlanVersion) Holds(name string, units int) bool {
	l, err := v.Line(name)
	free := 0
	for _, i := range l.Items {
		if i.SettledBy == "" && i.SuspendedBy == "" {
			free++
		}
	}
	return err == nil && free >= units
}

// Weights are the shares' percentages in order, for splitting.
func Weights(shares []Share) []decimal.Decimal {
	weights := make([]decimal.Decimal, len(shares))
	for i, s := range shares {
		weights[i] = s.Percent
	}
	return weights
}

// Funds are the shares' funds in order.
func Funds(shares []Share) []ledger.FundCode {
	funds := make([]ledger.FundCode, len(shares))
	for i, s := range shares {
		funds[i] = s.Fund
	}
	return funds
}

// CheckShares wants shares of different funds that sum to 100 percent. [ErrShares].
func CheckShares(shares []Share) error {
	total, seen := decimal.Zero, map[ledger.FundCode]bool{}
	for _, s := range shares {
		if s.Percent.Sign() <= 0 || seen[s.Fund] {
			return ErrShares
		}
		seen[s.Fund], total = true, total.Add(s.Percent)
	}
	if !total.Equal(decimal.NewFromInt(100)) {
		return ErrShares
	}
	return nil
}

// check refuses what no plan may be.
func (v PlanVersion) check(c ledger.Currency) error {
	if err := CheckShares(v.Shares); err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, l := range v.Lines {
		if l.Line == "" || seen[l.Line] || l.UnitPrice.Sign() <= 0 || l.UnitPrice.Currency != c || len(l.Items) == 0 {
			return fmt.Errorf("%w: line %q", ErrLines, l.Line)
		}
		seen[l.Line] = true
	}
	if !country.MatchString(v.Country) {
		return ErrCountry
	}
	return v.checkMilestones()
}

// rate is the rate that the version's quantities are valued at: the budget rate, or par in base currency.
func (v PlanVersion) rate(base ledger.Currency) ledger.Rate {
	if v.Currency == base {
		return ledger.Par(base)
	}
	return v.BudgetRate
}

// Payload is the SHA-256 of what is submitted and approved: the content of the version, not what became of it.
func (v PlanVersion) Payload() [sha256.Size]byte {
	type line struct {
		Line, Category, UnitPrice, Currency string
		Due                                 []ledger.Date
		Prices                              map[int]string   `json:",omitzero"` // by position, where they are not the line's
		Kind, Payee, Rule, From             string           `json:",omitempty"`
		Gates                               []string         `json:",omitempty"`
		ItemGates                           map[int][]string `json:",omitzero"`
	}
	content := struct {
		ID, StartsOn, BudgetRate string
		Shares                   [][2]string
		Lines                    []line
		Kind                     VersionKind `json:",omitempty"`
		Funding, Milestones      []string    `json:",omitempty"`
		Goals                    []string    `json:",omitempty"`
		Reason, Country          string      `json:",omitempty"`
		Phase                    Phase       `json:",omitempty"`
	}{ID: v.ID, StartsOn: string(v.StartsOn), BudgetRate: v.BudgetRate.String()}
	if v.Kind != FirstPlan {
		content.Kind = v.Kind
	}
	for _, s := range v.Shares {
		content.Shares = append(content.Shares, [2]string{string(s.Fund), s.Percent.String()})
	}
	content.Goals, content.Reason, content.Country = v.Goals, v.Reason, v.Country
	if v.Phase != Support {
		content.Phase = v.Phase
	}
	for _, s := range v.Funding {
		content.Funding = append(content.Funding, fmt.Sprintf("%d %s %s", s.Priority, s.Fund, s.Cap.Amount))
	}
	for _, m := range v.Milestones {
		content.Milestones = append(content.Milestones, fmt.Sprintf("%s %s %s %s", m.Code, m.Kind, percentText(m.AtLeast),
			m.DueOn))
	}
	for _, l := range v.Lines {
		out := line{Line: l.Line, Category: l.Category, UnitPrice: l.UnitPrice.String(),
			Currency: string(l.UnitPrice.Currency),
			Kind:     l.Kind, Payee: l.Payee, Rule: l.Schedule.Rule, From: string(l.Schedule.From), Gates: l.Gates}
		for _, item := range l.Items {
			out.Due = append(out.Due, item.DueOn)
			if item.Price != nil {
				out.Prices = put(out.Prices, item.Position, item.Price.String()+" "+string(item.Price.Currency))
			}
			if len(item.Gates) > 0 {
				out.ItemGates = put(out.ItemGates, item.Position, item.Gates)
			}
		}
		content.Lines = append(content.Lines, out)
	}
	text, err := json.Marshal(content)
	if err != nil {
		panic(err) // strings and slices of strings always marshal
	}
	return sha256.Sum256(text)
}

func put[V any](m map[int]V, k int, v V) map[int]V {
	if m == nil {
		m = map[int]V{}
	}
	m[k] = v
	return m
}

// price is what the plan foresees for an item.
func (l PlanLine) price(i Item) ledger.Money {
	if i.Price != nil {
		return *i.Price
	}
	return l.UnitPrice
}

// open are the line's items that are neither settled nor suspended, earliest due first.
func (l PlanLine) open() []Item {
	var items []Item
	for _, i := range l.Items {
		if i.SettledBy == "" && i.SuspendedBy == "" {
			items = append(items, i)
		}
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		switch {
		case a.DueOn < b.DueOn:
			return -1
		case a.DueOn > b.DueOn:
			return 1
		}
		return a.Position - b.Position
	})
	return items
}

// uncommitted tells whether the item waits for the approval of a year.
func (i Item) uncommitted(year int) bool {
	return i.SettledBy == "" && i.SuspendedBy == "" && i.CommittedYear == 0 && (i.DueOn == "" || i.DueOn.Year() == year)
}

// uncommitted are the items of a year that no approval has committed yet; undated units belong to the year that is
// asked for first.
func (l PlanLine) uncommitted(year int) []Item {
	var items []Item
	for _, i := range l.open() {
		if i.uncommitted(year) {
			items = append(items, i)
		}
	}
	return items
}
