package disbursements

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"
	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/beneficiaries"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// parts are the rows of a disbursement in tables of their own, in the order of their keys.
type parts struct {
	shares   []shareRow
	items    []itemRow
	needs    []needRow
	evidence []evidence.ID
}

type shareRow struct {
	bun.BaseModel  `bun:"table:disbursement_shares"`
	DisbursementID DisbursementID
	Position       int
	Fund           ledger.FundCode
	Percent        string
}

// itemRow has amounts in base currency.
type itemRow struct {
	bun.BaseModel  `bun:"table:disbursement_items"`
	DisbursementID DisbursementID
	Position       int
	Line           string
	Kind           string
	Units          int
	UnitPrice      *int64
	Fund           *ledger.FundCode
	Category       string
	Amount         int64
}

type needRow struct {
	bun.BaseModel  `bun:"table:disbursement_needs"`
	DisbursementID DisbursementID
	Position       int
	Step           access.Step
	People         int
	Roles          []access.Role `bun:"-"` // of disbursement_need_roles
}

type needRoleRow struct {
	bun.BaseModel  `bun:"table:disbursement_need_roles"`
	DisbursementID DisbursementID
	Position       int
	Role           access.Role
}

type evidenceRow struct {
	bun.BaseModel  `bun:"table:disbursement_evidence"`
	DisbursementID DisbursementID
	EvidenceID     evidence.ID
}

// atOnce is how many disbursements are read with what they are made of at once.
const atOnce = 1000

// fill reads the parts of disbursements, a thousand at a time: a query within that of the disbursements would run once
// for each of them, and as badly as PostgreSQL's guess of how many rows it finds is.
func fill[T any](ctx context.Context, tx *store.Tx, rows []T, part func(*T) *disbursementRow) error {
	for some := range slices.Chunk(rows, atOnce) {
		ids, of := make([]DisbursementID, len(some)), make(map[DisbursementID]*parts, len(some))
		for i := range some {
			r := part(&some[i])
			ids[i], of[r.ID] = r.ID, &r.parts
		}
		if err := cmp.Or(
			eachPart(ctx, tx, ids, "position", func(r shareRow) {
				of[r.DisbursementID].shares = append(of[r.DisbursementID].shares, r)
			}),
			eachPart(ctx, tx, ids, "position", func(r itemRow) {
				of[r.DisbursementID].items = append(of[r.DisbursementID].items, r)
			}),
			eachPart(ctx, tx, ids, "position", func(r needRow) {
				of[r.DisbursementID].needs = append(of[r.DisbursementID].needs, r)
			}),
			eachPart(ctx, tx, ids, "position, role", func(r needRoleRow) {
				of[r.DisbursementID].joins(r)
			}),
			eachPart(ctx, tx, ids, "evidence_id", func(r evidenceRow) {
				of[r.DisbursementID].evidence = append(of[r.DisbursementID].evidence, r.EvidenceID)
			})); err != nil {
			return err
		}
	}
	return nil
}

// eachPart reads the rows of a table that belong to some disbursements, those of each in an order.
func eachPart[T any](ctx context.Context, tx *store.Tx, ids []DisbursementID, order bun.Safe, add func(T)) error {
	var rows []T
	err := tx.NewSelect().Model(&rows).Where("disbursement_id IN (?)", bun.List(ids)).
		OrderExpr("disbursement_id, ?", order).Scan(ctx)
	for _, r := range rows {
		add(r)
	}
	return err
}

// joins adds a role to the need that it is of.
func (p *parts) joins(r needRoleRow) {
	for i := range p.needs {
		if p.needs[i].Position == r.Position {
			p.needs[i].Roles = append(p.needs[i].Roles, r.Role)
		}
	}
}

func (row disbursementRow) key() string { return string(row.ID) }

func itself(r *disbursementRow) *disbursementRow { return r }

// SharesOf reads the splits of some disbursements.
func SharesOf(ctx context.Context, tx *store.Tx, ids []DisbursementID) (map[DisbursementID][]beneficiaries.Share,
	error) {
	shares := make(map[DisbursementID][]beneficiaries.Share, len(ids))
	var unread error
	err := eachPart(ctx, tx, ids, "position", func(r shareRow) {
		share, err := r.read()
		shares[r.DisbursementID] = append(shares[r.DisbursementID], share)
		unread = cmp.Or(unread, err)
	})
	return shares, cmp.Or(err, unread)
}

// read refuses a percentage that is not written as its decimal is: decisions bind what stands there.
func (r shareRow) read() (beneficiaries.Share, error) {
	percent, err := decimal.NewFromString(r.Percent)
	if err != nil || percent.String() != r.Percent {
		return beneficiaries.Share{}, fmt.Errorf("disbursements: stored percentage %q: %w", r.Percent,
			cmp.Or(err, beneficiaries.ErrShares))
	}
	return beneficiaries.Share{Fund: r.Fund, Percent: percent}, nil
}

// into reads the parts into a disbursement, in base currency. One without needs was not asked for yet: it shows those
// that are usual.
func (p parts) into(d *Disbursement, base ledger.Currency) error {
	d.Evidence, d.Needs = p.evidence, usualNeeds
	for _, r := range p.shares {
		share, err := r.read()
		if err != nil {
			return err
		}
		d.Shares = append(d.Shares, share)
	}
	for _, r := range p.items {
		item := Item{Line: r.Line, Kind: r.Kind, Units: r.Units, Fund: store.ZeroIfNull(r.Fund), Category: r.Category,
			Amount: ledger.OfMinor(r.Amount, base)}
		if r.UnitPrice != nil {
			item.UnitPrice = ledger.OfMinor(*r.UnitPrice, base)
		}
		d.Items = append(d.Items, item)
	}
	if len(p.needs) > 0 {
		d.Needs = nil
	}
	for _, r := range p.needs {
		d.Needs = append(d.Needs, Need{r.Step, r.People, r.Roles})
	}
	return nil
}

// writeParts writes the parts of a draft, in place of those that it has.
func writeParts(ctx context.Context, tx *store.Tx, d Disbursement) error {
	items := make([]itemRow, len(d.Items))
	for i, item := range d.Items {
		items[i] = itemRow{DisbursementID: d.ID, Position: i, Line: item.Line, Kind: item.Kind, Units: item.Units,
			Fund: store.NullIfZero(item.Fund), Category: item.Category, Amount: item.Amount.Minor()}
		if item.UnitPrice.Currency != "" {
			minor := item.UnitPrice.Minor()
			items[i].UnitPrice = &minor
		}
	}
	documents := make([]evidenceRow, len(d.Evidence))
	for i, id := range d.Evidence {
		documents[i] = evidenceRow{DisbursementID: d.ID, EvidenceID: id}
	}
	var s store.Script
	dropParts(&s, tx, d.ID, (*shareRow)(nil), (*itemRow)(nil), (*evidenceRow)(nil))
	store.AddRows(&s, tx, d.shareRows())
	store.AddRows(&s, tx, items)
	store.AddRows(&s, tx, documents)
	return s.Run(ctx, tx)
}

func (d Disbursement) shareRows() []shareRow {
	rows := make([]shareRow, len(d.Shares))
	for i, s := range d.Shares {
		rows[i] = shareRow{DisbursementID: d.ID, Position: i, Fund: s.Fund, Percent: s.Percent.String()}
	}
	return rows
}

// fixParts writes what submitting fixes of a draft: its split, and what the policy wants of it.
func fixParts(ctx context.Context, tx *store.Tx, d Disbursement) error {
	var needs []needRow
	var roles []needRoleRow
	for i, n := range d.Needs {
		needs = append(needs, needRow{DisbursementID: d.ID, Position: i, Step: n.Step, People: n.People})
		for _, role := range n.Roles {
			roles = append(roles, needRoleRow{DisbursementID: d.ID, Position: i, Role: role})
		}
	}
	var s store.Script
	dropParts(&s, tx, d.ID, (*needRoleRow)(nil), (*needRow)(nil), (*shareRow)(nil))
	store.AddRows(&s, tx, d.shareRows())
	store.AddRows(&s, tx, needs)
	store.AddRows(&s, tx, roles)
	return s.Run(ctx, tx)
}

// dropParts takes back what a draft has in some tables.
func dropParts(s *store.Script, tx *store.Tx, id DisbursementID, models ...any) {
	for _, model := range models {
		s.Add(tx.NewDelete().Model(model).Where("disbursement_id = ?", id))
	}
}
