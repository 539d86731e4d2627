package disbursements

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/proof"
	"supportledger/store"
)

// decided is a disbursement, its row, and who decided on it.
type decided struct {
	Disbursement
	row   disbursementRow
	given []Approval
}

// verifyDecisions holds who decided on disbursements against what their policies ask for: the roles are there, nobody
// claimed a role that they never had, and what the policy asks of such an amount, fund and cash whatever else is
// known is among what was asked.
func (req Requests) verifyDecisions(ctx context.Context, tx *store.Tx, out *proof.Findings) error {
	known, err := req.Policies.Policies(ctx, tx, store.Keyset{})
	if err != nil {
		return err
	}
	policies := map[PolicyID]Policy{}
	for _, p := range known {
		policies[p.ID] = p
	}
	held, err := rolesHeld(ctx, tx)
	if err != nil {
		return err
	}
	return req.eachDecided(ctx, tx, func(d decided) {
		place := "disbursement " + d.Number
		policy, named := policies[d.Policy]
		if !named {
			if d.Policy != "" || len(d.given) > 0 {
				out.Add("approval", place, "it was decided on under no policy that is on record")
			}
			return // asked for before there were policies
		}
		if d.row.Needs == "" || d.row.ApprovalsNeeded != approvalsNeeded(d.Needs) {
			out.Add("approval", place, "how many people have to approve it does not read")
			return
		}
		if !policy.least(d.Disbursement, d.Needs) {
			out.Add("approval", place, "fewer people, or other roles, were asked for than its policy wants")
		}
		for _, a := range d.given {
			who := a.User
			if a.OnBehalfOf != "" {
				who = a.OnBehalfOf
			}
			if slices.ContainsFunc(a.Roles, func(r access.Role) bool { return !held[who][r] }) {
				out.Add("approval", place, "somebody decided in a role that they never had")
			}
		}
		if d.lacks(progress(d.Needs, d.given)) {
			out.Add("approval", place, "it is %s without the roles that its policy wants", d.State)
		}
	})
}

// lacks reports whether a state was reached without somebody who was needed. An emergency is approved after it is paid.
func (d decided) lacks(far Progress) bool {
	after := d.Emergency && slices.Contains(paidFirst, d.State)
	return far.Waits(access.Approve) && !after || d.State != Approved && far.Waits(access.Authorise)
}

// least reports whether needs hold all that the policy asks for by what the row itself says: more is asked where a
// payee was new, or where what went to the same payee came to more.
func (p Policy) least(d Disbursement, needs []Need) bool {
	f := facts{amount: d.Base, known: true, funds: d.Funds(), cash: d.Settlement == ByPettyCash}
	return !slices.ContainsFunc(p.needs(f), func(want Need) bool {
		return !slices.ContainsFunc(needs, want.within) && !stoodIn(want, needs)
	})
}

// stoodIn reports whether needs hold what [withoutRequester] asks for in place of an approval that only the requester
// could have given: somebody of casework approves, and the treasurer authorises.
func stoodIn(want Need, needs []Need) bool {
	board := Need{access.Authorise, 1, []access.Role{access.Treasurer}}
	return want.Step == access.Approve && slices.ContainsFunc(needs, board.within) &&
		slices.ContainsFunc(needs, Need{access.Approve, want.People, casework}.within)
}

// eachDecided goes through the disbursements that somebody approved or authorised. One whose row cannot be read is left
// out: [verifier.disbursements] has found it.
func (req Requests) eachDecided(ctx context.Context, tx *store.Tx, fn func(decided)) error {
	read := func(at store.Keyset) (rows []disbursementRow, err error) {
		err = at.Ascending(tx.NewSelect().TableExpr("disbursements AS d").ColumnExpr("d.*").
			Where("d.state IN (?)", bun.List(slices.Sorted(maps.Keys(behind)))), "d.id").Scan(ctx, &rows)
		return rows, err
	}
	id := func(r disbursementRow) string { return string(r.ID) }
	return store.EachPage(atOnce, id, read, func(rows []disbursementRow) error {
		if err := fill(ctx, tx, pointersTo(rows, itself)); err != nil {
			return err
		}
		given, err := readDecisions(ctx, tx, rows)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if d, err := r.written(req.Book.Base); err == nil {
				fn(decided{Disbursement: d, row: r, given: given[r.ID]})
			}
		}
		return nil
	})
}

// readDecisions reads the approvals of the rounds that disbursements are in which are duties on exactly what their rows
// bind.
func readDecisions(ctx context.Context, tx *store.Tx, of []disbursementRow) (map[DisbursementID][]Approval, error) {
	given, ids := map[DisbursementID][]Approval{}, make([]DisbursementID, len(of))
	for i, r := range of {
		ids[i] = r.ID
	}
	var rows []approvalRow
	err := tx.NewSelect().TableExpr("disbursement_approvals AS a").ColumnExpr("a.*").
		Join("JOIN disbursements AS d ON d.id = a.disbursement_id AND d.round = a.round").
		Where("a.disbursement_id IN (?)", bun.List(ids)).
		Where("EXISTS (SELECT 1 FROM duties AS u WHERE u.subject = d.id AND u.round = d.round AND u.step = a.step "+
			"AND u.user_id = a.user_id AND u.payload = d.payload)").OrderExpr("d.id, a.user_id").Scan(ctx, &rows)
	for _, r := range rows {
		given[r.DisbursementID] = append(given[r.DisbursementID],
			Approval{Step: r.Step, User: r.UserID, OnBehalfOf: r.OnBehalfOf, Roles: parseRoles(r.Roles)})
	}
	return given, err
}

// rolesHeld are the roles that accounts have, or had at some time by the changes on record.
func rolesHeld(ctx context.Context, tx *store.Tx) (map[access.UserID]map[access.Role]bool, error) {
	const text = `SELECT user_id, role FROM user_roles UNION SELECT c.user_id, r.role FROM account_changes AS c
		JOIN account_change_roles AS r ON r.change_id = c.id WHERE c.state = 'applied'`
	held := map[access.UserID]map[access.Role]bool{}
	err := tx.Stream(ctx, text, func(rows store.Scanner) error {
		var user access.UserID
		var role access.Role
		if err := rows.Scan(&user, &role); err != nil {
			return err
		}
		if held[user] == nil {
			held[user] = map[access.Role]bool{}
		}
		held[user][role] = true
		return nil
	})
	return held, err
}
