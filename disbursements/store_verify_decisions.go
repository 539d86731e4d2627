package disbursements

import (
	"context"
	"slices"

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

// decidedRow is a disbursement with one decision of its round, which is a duty on exactly what the row binds.
type decidedRow struct {
	disbursementRow
	Step       access.Step
	UserID     access.UserID
	OnBehalfOf access.UserID
	Roles      string
}

// eachDecided goes through the disbursements that somebody approved or authorised. One whose row cannot be read is left
// out: [verifier.disbursements] has found it.
func (req Requests) eachDecided(ctx context.Context, tx *store.Tx, fn func(decided)) error {
	q := tx.NewSelect().TableExpr("disbursements AS d").ColumnExpr(evidenceColumn).
		ColumnExpr("d.*, COALESCE(a.step, '') AS step").
		ColumnExpr("COALESCE(a.user_id, '') AS user_id, COALESCE(a.on_behalf_of, '') AS on_behalf_of, COALESCE(a.roles, " +
			"'') AS roles").
		Join("LEFT JOIN disbursement_approvals AS a ON a.disbursement_id = d.id AND a.round = d.round " +
			"AND EXISTS (SELECT 1 FROM duties AS u WHERE u.subject = d.id AND u.round = d.round AND u.step = a.step " +
			"AND u.user_id = a.user_id AND u.payload = d.payload)").
		Where("d.state IN ('approved', 'authorised', 'on_hold', 'released', 'paid', 'returned', 'evidenced', 'verified', " +
			"'disallowed')").
		OrderExpr("d.id, a.user_id")
	var last decided
	err := store.EachRow(ctx, tx, q, func(r decidedRow) error {
		if r.ID != last.row.ID {
			if last.ID != "" {
				fn(last)
			}
			d, err := r.written(req.Book.Base)
			if err != nil {
				d.ID = ""
			}
			last = decided{Disbursement: d, row: r.disbursementRow}
		}
		if r.UserID != "" {
			last.given = append(last.given,
				Approval{Step: r.Step, User: r.UserID, OnBehalfOf: r.OnBehalfOf, Roles: parseRoles(r.Roles)})
		}
		return nil
	})
	if err == nil && last.ID != "" {
		fn(last)
	}
	return err
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
