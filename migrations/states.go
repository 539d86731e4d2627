package migrations

import "strings"

// Life is the states that the rows of a table go through. The CHECK of the column, the names in Go and the lists of the
// API are compared with it by tests; the triggers on where a row begins and what follows are written from it.
type Life struct {
	Table  string
	Column string // "" is state
	States string // in the order of the CHECK, a space between
	Code   string // of its refusals

	First string // the state in which a row begins; "" where the database does not ask
	Also  string // a condition on NEW that is refused as well
	Begin string // what an INSERT that begins otherwise is told

	Next   map[string]string // what may follow a state; the database does not ask about one that is missing
	Follow string            // what an UPDATE to another state is told
	Late   bool              // it is told so after the hand-written triggers have asked for duties
}

var lives = []Life{
	{Table: "account_changes", States: "requested applied rejected"},
	{Table: "webhook_endpoints", States: "requested active disabled rejected", Code: "state_conflict",
		First: "requested", Begin: "a receiver of events starts as a request",
		Next:   map[string]string{"requested": "active rejected", "active": "disabled", "disabled": "active", "rejected": ""},
		Follow: "a receiver of events does not go from this state to that one", Late: true},
	{Table: "periods", States: "open soft_closed closed"},
	{Table: "imports", States: "uploaded previewed committed undone", Code: "import_state",
		First: "uploaded", Begin: "an import begins as uploaded, once",
		Next:   map[string]string{"uploaded": "previewed", "previewed": "committed", "committed": "undone", "undone": ""},
		Follow: "an import is uploaded, previewed, committed, undone, in this order, and its file never changes"},
	{Table: "grants", States: "draft signed active suspended ended final_reported closed terminated"},
	{Table: "grant_moves", States: "draft signed active suspended ended final_reported closed terminated"},
	{Table: "grant_budgets", States: "effective submitted refused"},
	{Table: "grant_condition_decisions", States: "open met waived missed"},
	{Table: "fx_rates", States: "provisional locked"},
	{Table: "donor_imports", States: "previewed committed undone discarded", Code: "import_state",
		First: "previewed", Begin: "an import begins as a preview, once",
		Next:   map[string]string{"previewed": "committed discarded", "committed": "undone", "undone": "", "discarded": ""},
		Follow: "an import is previewed, then committed and undone, or discarded, and never changes"},
	{Table: "beneficiaries", Column: "status", States: "active paused ended erased"},
	{Table: "plans", States: "draft in_review approved active suspended completed exited", Code: "state_conflict",
		First: "draft", Begin: "a plan starts as a draft"},
	{Table: "plan_versions", States: "draft in_review approved superseded returned rejected", Code: "state_conflict",
		First: "draft", Begin: "a version of a plan starts as a draft",
		Next:   map[string]string{"approved": "superseded", "superseded": "", "returned": "", "rejected": ""},
		Follow: "what became of a version is not undone", Late: true},
	{Table: "transfers", States: "requested authorised",
		Code: "state_conflict", First: "requested", Also: "NEW.entry_id IS NOT NULL",
		Begin: "a transfer starts as a request"},
	{Table: "prepayments", States: "requested authorised cancelled",
		Code: "state_conflict", First: "requested", Also: "NEW.entry_id IS NOT NULL",
		Begin: "money paid ahead starts as a request"},
	{Table: "approval_policies", States: "proposed confirmed rejected",
		Code: "approval_missing", First: "proposed", Begin: "an approval policy starts as a proposal"},
	{Table: "disbursements", Code: "state_conflict",
		States: "draft info_requested submitted approved authorised on_hold released paid evidenced verified " +
			"rejected cancelled returned disallowed",
		First: "draft", Also: "NEW.entry_id IS NOT NULL", Begin: "a disbursement starts as a draft",
		Next: map[string]string{
			"draft":          "submitted cancelled",
			"submitted":      "draft info_requested rejected approved authorised cancelled",
			"info_requested": "submitted draft rejected cancelled",
			"approved":       "authorised draft rejected cancelled",
			"authorised":     "on_hold released evidenced draft cancelled",
			"on_hold":        "authorised draft cancelled",
			"released":       "paid",
			"paid":           "released evidenced returned",
			"returned":       "paid",
			"evidenced":      "verified disallowed",
			"verified":       "disallowed",
			"rejected":       "",
			"cancelled":      "",
			"disallowed":     "",
		},
		Follow: "a disbursement does not go from this state to that one", Late: true},
	{Table: "time_sheets", States: "submitted approved rejected", Code: "state_conflict",
		First: "submitted", Begin: "a time sheet is handed in first",
		Next:   map[string]string{"submitted": "approved rejected", "approved": "", "rejected": ""},
		Follow: "a time sheet is decided on once"},
	{Table: "complaints", States: "open in_progress closed", Code: "state_conflict",
		First: "open", Begin: "a complaint starts as open",
		Next:   map[string]string{"open": "in_progress closed", "in_progress": "closed", "closed": ""},
		Follow: "a complaint that was closed stays closed"},
	{Table: "payments", States: "planned in_file sent confirmed failed returned recalled",
		Code: "state_conflict", First: "planned", Begin: "a payment starts as planned", Also: "NEW.entry_id IS NOT NULL"},
	{Table: "payment_batches", States: "open locked released exported reconciled closed aborted", Code: "state_conflict",
		First: "open", Also: "NEW.released_by <> '' OR NEW.file_sha256 <> ''", Begin: "a batch starts open",
		Next: map[string]string{
			"open":       "locked aborted",
			"locked":     "open released aborted",
			"released":   "exported aborted",
			"exported":   "reconciled",
			"reconciled": "closed",
			"closed":     "",
			"aborted":    "",
		},
		Follow: "a batch goes one way"},
	{Table: "bank_rules", States: "active ended"},
	{Table: "bank_imports", States: "previewed committed undone", Code: "bank_import_state",
		First: "previewed", Begin: "a bank statement begins as a preview, once",
		Next:   map[string]string{"previewed": "committed undone", "committed": "undone", "undone": ""},
		Follow: "a bank statement is previewed, committed, undone, in this order, and never changes"},
	{Table: "statements", States: "DRAFT PRIVACY_CHECKED REVIEWED ISSUED SENT SUPERSEDED WITHDRAWN",
		Code:  "statement_issued",
		First: "DRAFT", Also: "NEW.number IS NOT NULL", Begin: "a statement begins as a draft",
		Next: map[string]string{
			"ISSUED":     "SENT SUPERSEDED WITHDRAWN",
			"SENT":       "SUPERSEDED WITHDRAWN",
			"SUPERSEDED": "",
			"WITHDRAWN":  "",
		},
		Follow: "an issued statement is never changed; replace it"},
}

// States lists the states of a table's rows in their order, nil for a table that has none.
func States(table string) []string {
	for _, l := range lives {
		if l.Table == table {
			return strings.Fields(l.States)
		}
	}
	return nil
}

// Next lists what may follow a state of a table's rows, and whether the database asks.
func Next(table, state string) (states []string, asked bool) {
	for _, l := range lives {
		if l.Table == table {
			next, asked := l.Next[state]
			return strings.Fields(next), asked
		}
	}
	return nil, false
}
