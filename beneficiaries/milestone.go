package beneficiaries

import (
	"context"
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// MilestoneKind is what a milestone is shown by.
type MilestoneKind string

// The kinds of milestones.
const (
	TermPassed     MilestoneKind = "term_passed"
	Attendance     MilestoneKind = "attendance" // at least so many percent
	OtherMilestone MilestoneKind = "other"      // its code says what
)

// Milestone is what has to be shown before money of a plan goes on. It belongs to the plan by its code, through all
// versions.
type Milestone struct {
	Code    string
	Kind    MilestoneKind
	AtLeast decimal.Decimal // percent; of an attendance
	DueOn   ledger.Date     // "" for none
}

// MilestoneDecision is what somebody found of a milestone. The newest counts.
type MilestoneDecision struct {
	ID        string
	Milestone string
	Met       bool
	Attained  decimal.Decimal // percent; of an attendance, and what decides it
	Evidence  evidence.ID
	By        string
	At        string
}

// Progress is a milestone and what was found of it; nil for nothing yet.
type Progress struct {
	Milestone Milestone
	Decision  *MilestoneDecision
}

// Gate is what holds the money of a plan line back.
type Gate struct {
	Line      string
	Milestone Milestone
}

var hundredPercent = decimal.NewFromInt(100)

// checkMilestones wants milestones of different codes, a percentage with attendances only, and gates that name them.
// [ErrMilestones].
func (v PlanVersion) checkMilestones() error {
	for i, m := range v.Milestones {
		percent := m.AtLeast.Sign() > 0 && m.AtLeast.Cmp(hundredPercent) <= 0
		known := m.Kind == TermPassed || m.Kind == Attendance || m.Kind == OtherMilestone
		twice := slices.ContainsFunc(v.Milestones[:i], func(o Milestone) bool { return o.Code == m.Code })
		if !IsCode(m.Code) || !known || twice || percent != (m.Kind == Attendance) || !percent && !m.AtLeast.IsZero() {
			return ErrMilestones
		}
	}
	for _, l := range v.Lines {
		gates := slices.Clone(l.Gates)
		for _, i := range l.Items {
			gates = append(gates, i.Gates...)
		}
		for _, g := range gates {
			if _, found := v.milestone(g); !found {
				return ErrMilestones
			}
		}
	}
	return nil
}

func (v PlanVersion) milestone(code string) (Milestone, bool) {
	i := slices.IndexFunc(v.Milestones, func(m Milestone) bool { return m.Code == code })
	if i < 0 {
		return Milestone{}, false
	}
	return v.Milestones[i], true
}

// Gates lists the milestones that hold back so many more units of a line, in order: those of the line, and those of the
// units that come next. [ErrUnknownLine].
func (v PlanVersion) Gates(name string, units int) ([]Gate, error) {
	l, err := v.Line(name)
	if err != nil {
		return nil, err
	}
	codes := slices.Clone(l.Gates)
	next := l.open()
	for _, i := range next[:min(units, len(next))] {
		codes = append(codes, i.Gates...)
	}
	var gates []Gate
	for i, code := range codes {
		if m, found := v.milestone(code); found && !slices.Contains(codes[:i], code) {
			gates = append(gates, Gate{name, m})
		}
	}
	return gates, nil
}

// closed are the gates that no decision opens: the newest counts. The word of the requester opens nothing.
func closed(gates []Gate, decisions []MilestoneDecision, asking string) []Gate {
	others := slices.DeleteFunc(slices.Clone(decisions), func(d MilestoneDecision) bool { return d.Met && d.By == asking })
	return slices.DeleteFunc(gates, func(g Gate) bool {
		newest := newestOn(others, g.Milestone.Code)
		return newest != nil && newest.Met
	})
}

// newestOn is the last of decisions on a milestone; nil for none.
func newestOn(decisions []MilestoneDecision, code string) *MilestoneDecision {
	for i := len(decisions) - 1; i >= 0; i-- {
		if decisions[i].Milestone == code {
			return &decisions[i]
		}
	}
	return nil
}

// Units are so many units of a plan line.
type Units struct {
	Line  string
	Count int
}

// MilestoneDecisions are what was found of the milestones of plans, oldest first.
type MilestoneDecisions map[PlanID][]MilestoneDecision

// DecisionsOn reads what was found of the milestones of plans, in one query; in none where no plan has any.
func DecisionsOn(ctx context.Context, tx *store.Tx, plans ...Plan) (MilestoneDecisions, error) {
	var ids []PlanID
	for _, p := range plans {
		if len(p.Current.Milestones) > 0 {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return MilestoneDecisions{}, nil
	}
	return readDecisionsOn(ctx, tx, ids...)
}

// Gates lists the milestones that still hold back so many more units of a plan line, for a requester of their
// money; none where it may go on. [ErrUnknownLine].
func (m MilestoneDecisions) Gates(p Plan, of Units, asking string) ([]Gate, error) {
	gates, err := p.Current.Gates(of.Line, of.Count)
	if err != nil || len(gates) == 0 {
		return nil, err
	}
	return closed(gates, m[p.ID], asking), nil
}

// Milestones lists the milestones of a plan's version in force with what was found of each. [ErrUnknownPlan].
func (r Register) Milestones(ctx context.Context, tx *store.Tx, key string) ([]Progress, error) {
	p, err := r.Plan(ctx, tx, key)
	if err != nil {
		return nil, err
	}
	decisions, err := readMilestoneDecisions(ctx, tx, p.ID, store.Keyset{})
	if err != nil {
		return nil, err
	}
	out := make([]Progress, len(p.Current.Milestones))
	for i, m := range p.Current.Milestones {
		out[i] = Progress{m, newestOn(decisions, m.Code)}
	}
	return out, nil
}

// DecideMilestone puts down whether a milestone of a plan in force was reached, with the document that shows it.
// Whether an attendance is enough follows from what was attained. Who wrote the plan or handed it in does not decide:
// [access.ErrMakerCannotApprove]. [ErrUnknownMilestone], [ErrMilestones] for a percentage where none belongs or none
// where one does, [evidence.ErrUnknown].
func (r Register) DecideMilestone(ctx context.Context, tx *store.Tx, key string,
	d MilestoneDecision) (Progress, error) {
	p, err := planInState(ctx, tx, key, PlanApproved, PlanActive, PlanSuspended)
	if err != nil {
		return Progress{}, err
	}
	m, found := p.Current.milestone(d.Milestone)
	if !found {
		return Progress{}, ErrUnknownMilestone
	}
	if err := notMaker(ctx, tx, p.Current); err != nil {
		return Progress{}, err
	}
	if d.Attained.Sign() < 0 || d.Attained.Cmp(hundredPercent) > 0 || m.Kind != Attendance && !d.Attained.IsZero() {
		return Progress{}, ErrMilestones
	}
	if m.Kind == Attendance {
		d.Met = d.Attained.Cmp(m.AtLeast) >= 0
	}
	if _, err := evidence.Find(ctx, tx, d.Evidence); err != nil {
		return Progress{}, err
	}
	d.ID, d.By, d.At = store.NewID("mld"), tx.By.User, store.FormatTime(tx.At)
	if err := insertMilestoneDecision(ctx, tx, p.ID, d); err != nil {
		return Progress{}, err
	}
	return Progress{m, &d}, access.Record(ctx, tx, access.Event{Action: milestoneDecided, Subject: string(p.ID),
		Fields: []string{d.mark()}})
}

// milestoneDecided is the event by which [Register.Verify] knows what was decided.
const milestoneDecided = "plan.milestone_decided"

// mark binds the event of a decision to what the decision says.
func (d MilestoneDecision) mark() string {
	return access.Mark(d.Milestone, d.ID, strconv.FormatBool(d.Met), percentText(d.Attained), string(d.Evidence), d.By,
		d.At)
}

// notMaker refuses who wrote a version or handed it in.
func notMaker(ctx context.Context, tx *store.Tx, v PlanVersion) error {
	duties, err := access.DutiesOn(ctx, tx, v.ID, 1)
	if err != nil {
		return err
	}
	return access.NotMine(ctx, tx, append(requesters(duties), access.UserID(v.CreatedBy))...)
}

// requesters are those who asked for a decision.
func requesters(duties []access.Duty) (users []access.UserID) {
	for _, d := range duties {
		if d.Step == access.Request {
			users = append(users, d.User)
		}
	}
	return users
}
