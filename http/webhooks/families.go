package webhooks

import (
	"context"
	"errors"
	"maps"
	"slices"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/store"
)

// errFamily refuses to tell of events that programs are not told of.
var errFamily = errors.New("webhooks: no event that programs are told of begins so")

// families are the events that programs are told of: the beginning of their types up to the dot, and the operation by
// which what they are about is read. Whoever may not call it does not see them. What is not here is never told: it is
// about people, about ways in, or about keys.
var families = map[string]string{
	"account":         "listAccounts",
	"advance":         "getTransfer",
	"approval_policy": "listApprovalPolicies",
	"award":           "listGrants",
	"bank":            "listBankAccounts",
	"bank_import":     "listBankImports",
	"bank_line":       "listBankLines",
	"bank_lines":      "listBankLines",
	"bank_rule":       "listBankRules",
	"budget":          "listBudgetVersions",
	"condition":       "listConditions",
	"cost":            "listCostClaims",
	"currency":        "listJournalEntries",
	"disbursement":    "listDisbursements",
	"draft":           "listDrafts",
	"entry":           "listJournalEntries",
	"evidence":        "getEvidence",
	"finding":         "listFindings",
	"fund":            "listFunds",
	"gift":            "listGifts",
	"grant":           "listGrants",
	"import":          "listImports",
	"in_kind":         "listInKind",
	"indirect":        "listGrants",
	"instalment":      "listGrants",
	"interest":        "listGrants",
	"opening_balance": "listJournalEntries",
	"own_account":     "listBankAccounts",
	"payment":         "listPayments",
	"payment_batch":   "listPaymentBatches",
	"period":          "listPeriods",
	"plan":            "listPlans",
	"pledge":          "listPledges",
	"prepayment":      "listPrepayments",
	"rate":            "listExchangeRates",
	"statement":       "listStatements",
	"statement_run":   "listStatementRuns",
	"transfer":        "getTransfer",
	"year":            "listPeriods",
}

// Families are the beginnings of the types of events that programs are told of, sorted.
func Families() []string { return slices.Sorted(maps.Keys(families)) }

// seenBy are the families of events that the caller may see.
func seenBy(ctx context.Context, tx *store.Tx, api *rest.API) ([]string, error) {
	who, err := access.PrincipalOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	var seen []string
	for _, family := range Families() {
		if access.Allow(who, api.Operation(families[family]).Action()) == nil {
			seen = append(seen, family)
		}
	}
	return seen, nil
}
