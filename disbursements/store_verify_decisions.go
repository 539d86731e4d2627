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
		if len(d.row.parts.needs) == 0 || d.row.ApprovalsNeeded != approvalsNeeded(d.Needs) {
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
	return store.EachPage(atOnce, disbursementRow.key, read, func(rows []disbursementRow) error {
		if err := fill(ctx, tx, rows, itself); err != nil {
			return err
		}
		var all []decided
		var of []Disbursement
		for _, r := range rows {
			if d, err := r.written(req.Book.Base); err == nil {
				all, of = append(all, decided{Disbursement: d, row: r}), append(of, d)
			}
		}
		given, err := readApprovalsOf(ctx, tx, of, bound)
		if err != nil {
			return err
		}
		for _, d := range all {
			d.given = given[d.ID]
			fn(d)
		}
		return nil
	})
}

// bound narrows approvals to those that are duties on exactly what the row of their disbursement binds.
func bound(q *bun.SelectQuery) *bun.SelectQuery {
	return q.Where("EXISTS (SELECT 1 FROM duties AS t WHERE t.subject = d.id AND t.round = d.round AND t.step = a.step " +
		"AND t.user_id = a.user_id AND t.payload = d.payload)")
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
