package http

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"supportledger/http/rest"
	"supportledger/statements/figures"
	"supportledger/store/storetest"
)

// printedFrom are the requests that each text of a statement comes from, by operation and field. What the program makes
// itself, such as numbers and codes of closed lists, comes from none.
var printedFrom = map[string][]string{
	"Organisation.Name":         nil, // of the books: the wizard and init refuse letters
	"Organisation.Registration": {"setLetterhead registration"},
	"Organisation.Address":      {"setLetterhead address"},
	"Organisation.Contact":      {"setLetterhead contact"},
	"Organisation.TaxApproval":  {"setLetterhead tax_approval"},
	"Organisation.Account":      {"setLetterhead account"},
	"Organisation.Binds":        {"setLetterhead binds"},
	"Organisation.Auditor":      {"setLetterhead auditor"},
	"Grantor.Code":              {"registerDonor code"},
	"Grantor.Name":              {"registerDonor name"},
	"GrantStatement.Number":     nil,
	"GrantStatement.Replaces":   nil,
	"GrantStatement.Grant":      {"signGrant code"},
	"GrantStatement.Agreement":  {"signGrant policy.report.agreement", "amendGrant report.agreement"},
	"GrantStatement.Reference":  {"signGrant policy.report.own_reference", "amendGrant report.own_reference"},
	"GrantStatement.Project":    {"signGrant title"},
	"GrantStatement.CutOff":     nil,
	"Receipt.Text":              {"receiveInstalment text", "receiveGift number"},
	"Name.EN":                   {"addAccount name_en", "addAccount path", "openFund name"},
	"Name.DA":                   {"addAccount name_da", "addAccount path", "openFund name"},
	"Line.Key":                  {"addAccount path"},
	"Line.BudgetLine":           {"signGrant budget_lines.line_no"},
	"BudgetLine.No":             {"signGrant budget_lines.line_no"},
	"BudgetLine.Text":           {"signGrant budget_lines.text"},
	"BudgetLine.Explanation":    {"draftStatement explanations.text"},
	"BudgetLine.Unit":           {"signGrant budget_lines.unit"},
	"Indirect.Excluded":         {"addAccount path"},
	"Part.Holder":               {"registerPartner code", "addAccount path"},
	"Advance.Partner":           {"registerPartner code"},
	"Shared.Key":                {"addAccount path"},
	"Amendment.Rules":           nil,
	"Disallowed.Ref":            {"disallowCost finding", "disallowDisbursement finding", "raiseFinding number"},
	"BudgetChange.Letter":       {"decideBudget letter"},
	"BudgetChange.Reason":       {"moveBudget reason"},
	"BudgetMove.From":           {"signGrant budget_lines.line_no"},
	"BudgetMove.To":             {"signGrant budget_lines.line_no"},
	"ForecastLine.BudgetLine":   {"signGrant budget_lines.line_no"},
	"InKind.Key":                {"addAccount path"},
	"InKind.Memos":              {"receiveInKind memo"},
	"Voucher.BudgetLine":        {"signGrant budget_lines.line_no"},
	"Voucher.Ref":               nil,
	"Voucher.Entry":             nil,
	"Results.People":            nil,
	"Results.Milestones":        nil,
	"AppliedRate.Source":        nil,
	"AppliedRate.IDs":           nil,
	"RateUsed.Ref":              {"requestTransfer number"},
	"Note.Text":                 {"setLetterhead tax_approval"},
	"Signature.Name":            {"setLetterhead binds", "setLetterhead auditor"},
	"FundStatement.Number":      nil,
	"FundStatement.Replaces":    nil,
	"FundStatement.Subject":     {"registerDonor code", "openFund code", "signGrant code"},
	"FundStatement.CutOff":      nil,
	"Purpose.Fund":              {"openFund code"},
}

// onLetters are texts of a donor's letter beside the statement. What the office writes for all is checked by
// statements/letters.
var onLetters = []string{"sealDonor name", "sealDonor address"}

// textsOf lists the texts of a statement that are of no closed type, by struct and field.
func textsOf(t reflect.Type, seen map[reflect.Type]bool) (texts []string) {
	if seen[t] || t.Kind() != reflect.Struct || t.PkgPath() != reflect.TypeFor[figures.Line]().PkgPath() {
		return nil
	}
	seen[t] = true
	for _, f := range reflect.VisibleFields(t) {
		of := f.Type
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of == reflect.TypeFor[string]() && len(f.Index) == 1 {
			texts = append(texts, t.Name()+"."+f.Name)
		}
		texts = append(texts, textsOf(of, seen)...)
	}
	return texts
}

// printedRules are the fields of all requests, by operation and path, with whether their letters are checked: by the
// rule printed, or since a reference has only letters that can be printed.
func printedRules(op, path string, t reflect.Type, found map[string]bool) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for _, f := range reflect.VisibleFields(t) {
		name := rest.JSONName(f)
		if name == "" || f.Anonymous {
			continue
		}
		rules := strings.FieldsFunc(f.Tag.Get("validate"), func(r rune) bool { return r == ',' || r == '=' })
		found[op+" "+path+name] = slices.Contains(rules, "printed") || f.Type == reflect.TypeFor[rest.Ref]()
		printedRules(op, path+name+".", f.Type, found)
	}
}

// TestWhatIsPrintedIsChecked goes over all texts of a statement: each says here which requests it comes from, and each
// of these refuses a letter that paper cannot show.
func TestWhatIsPrintedIsChecked(t *testing.T) {
	s, err := New(storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	checked := map[string]bool{}
	for _, e := range s.api.Endpoints {
		printedRules(e.Op.ID, "", e.In.GoType, checked)
	}
	seen := map[reflect.Type]bool{}
	texts := slices.Concat(textsOf(reflect.TypeFor[figures.GrantStatement](), seen),
		textsOf(reflect.TypeFor[figures.FundStatement](), seen))
	for _, text := range texts {
		if _, known := printedFrom[text]; !known {
			t.Errorf("%s is on a statement: say in printedFrom which requests it comes from", text)
		}
	}
	from := slices.Clone(onLetters)
	for text, requests := range printedFrom {
		if !slices.Contains(texts, text) {
			t.Errorf("printedFrom has %s, which no statement has", text)
		}
		from = append(from, requests...)
	}
	for _, field := range from {
		if is, there := checked[field]; !there || !is {
			t.Errorf("%s reaches paper and takes letters that the fonts lack; known: %v", field, there)
		}
	}
	if len(texts) < 50 {
		t.Errorf("only %d texts were found", len(texts))
	}
}
