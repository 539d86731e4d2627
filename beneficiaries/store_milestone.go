package beneficiaries

import (
	"context"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

type milestoneRow struct {
	bun.BaseModel `bun:"table:plan_milestones"`
	VersionID     string `bun:",pk"`
	Code          string `bun:",pk"`
	Kind          MilestoneKind
	AtLeast       string
	DueOn         ledger.Date
}

type gateRow struct {
	bun.BaseModel `bun:"table:plan_gates"`
	VersionID     string `bun:",pk"`
	Line          string `bun:",pk"`
	Position      int    `bun:",pk"`
	Milestone     string `bun:",pk"`
}

type milestoneDecisionRow struct {
	bun.BaseModel `bun:"table:milestone_decisions"`
	ID            string `bun:",pk"`
	PlanID        PlanID
	Milestone     string
	Result        string
	Attained      string
	EvidenceID    evidence.ID
	DecidedBy     string
	DecidedAt     string
}

// wholeLine is the position of a gate that holds a whole line.
const wholeLine = -1

// percentText writes a percentage, "" for none.
func percentText(d decimal.Decimal) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func parsePercent(text string) (decimal.Decimal, error) {
	if text == "" {
		return decimal.Zero, nil
	}
	return decimal.NewFromString(text)
}

// insertMilestones writes a version's milestones, and which money they hold back.
func insertMilestones(ctx context.Context, tx *store.Tx, v PlanVersion) error {
	if len(v.Milestones) == 0 {
		return nil
	}
	rows := make([]milestoneRow, len(v.Milestones))
	for i, m := range v.Milestones {
		rows[i] = milestoneRow{VersionID: v.ID, Code: m.Code, Kind: m.Kind, AtLeast: percentText(m.AtLeast), DueOn: m.DueOn}
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return err
	}
	var gates []gateRow
	for _, l := range v.Lines {
		for _, code := range l.Gates {
			gates = append(gates, gateRow{VersionID: v.ID, Line: l.Line, Position: wholeLine, Milestone: code})
		}
		for _, i := range l.Items {
			for _, code := range i.Gates {
				gates = append(gates, gateRow{VersionID: v.ID, Line: l.Line, Position: i.Position, Milestone: code})
			}
		}
	}
	if len(gates) == 0 {
		return nil
	}
	_, err := tx.NewInsert().Model(&gates).Exec(ctx)
	return err
}

// readMilestones fills in versions' milestones and gates.
func readMilestones(ctx context.Context, tx *store.Tx, ids []string, of map[string]*PlanVersion) error {
	var rows []milestoneRow
	if err := tx.NewSelect().Model(&rows).Where("version_id IN (?)", bun.List(ids)).Order("version_id", "code").
		Scan(ctx); err != nil || len(rows) == 0 {
		return err
	}
	for _, r := range rows {
		percent, err := parsePercent(r.AtLeast)
		if err != nil {
			return err
		}
		v := of[r.VersionID]
		v.Milestones = append(v.Milestones, Milestone{r.Code, r.Kind, percent, r.DueOn})
	}
	var gates []gateRow
	if err := tx.NewSelect().Model(&gates).Where("version_id IN (?)", bun.List(ids)).
		Order("version_id", "line", "position", "milestone").Scan(ctx); err != nil {
		return err
	}
	for _, g := range gates {
		of[g.VersionID].gate(g)
	}
	return nil
}

// gate lays a gate on a line of the version, or on one of its items.
func (v *PlanVersion) gate(g gateRow) {
	if g.Position != wholeLine {
		if item := v.item(g.Line, g.Position); item != nil {
			item.Gates = append(item.Gates, g.Milestone)
		}
		return
	}
	for i := range v.Lines {
		if v.Lines[i].Line == g.Line {
			v.Lines[i].Gates = append(v.Lines[i].Gates, g.Milestone)
		}
	}
}

func insertMilestoneDecision(ctx context.Context, tx *store.Tx, plan PlanID, d MilestoneDecision) error {
	row := milestoneDecisionRow{ID: d.ID, PlanID: plan, Milestone: d.Milestone, Result: "missed",
		Attained: percentText(d.Attained), EvidenceID: d.Evidence,
		DecidedBy: d.By, DecidedAt: d.At}
	if d.Met {
		row.Result = "met"
	}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readMilestoneDecisions lists a page of what was found of a plan's milestones, oldest first.
func readMilestoneDecisions(ctx context.Context, tx *store.Tx, plan PlanID, page store.Keyset) ([]MilestoneDecision,
	error) {
	var rows []milestoneDecisionRow
	q := tx.NewSelect().Model(&rows).Where("plan_id = ?", plan)
	if err := page.Ascending(q, "decided_at", "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]MilestoneDecision, len(rows))
	for i, r := range rows {
		var err error
		if all[i], err = r.decision(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readDecisionsOn reads what was found of the milestones of some plans, oldest first; of all where none is named.
func readDecisionsOn(ctx context.Context, tx *store.Tx, plans ...PlanID) (MilestoneDecisions, error) {
	var rows []milestoneDecisionRow
	q := tx.NewSelect().Model(&rows)
	if len(plans) > 0 {
		q = q.Where("plan_id IN (?)", bun.List(plans))
	}
	if err := q.Order("decided_at", "id").Scan(ctx); err != nil {
		return nil, err
	}
	of := MilestoneDecisions{}
	for _, r := range rows {
		d, err := r.decision()
		if err != nil {
			return nil, err
		}
		of[r.PlanID] = append(of[r.PlanID], d)
	}
	return of, nil
}

func (r milestoneDecisionRow) decision() (MilestoneDecision, error) {
	attained, err := parsePercent(r.Attained)
	return MilestoneDecision{ID: r.ID, Milestone: r.Milestone, Met: r.Result == "met", Attained: attained,
		Evidence: r.EvidenceID, By: r.DecidedBy, At: r.DecidedAt}, err
}
