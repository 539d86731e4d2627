package finance

import (
	"strings"
	"time"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

var provesWords = map[string]rest.Text{
	"payment": {EN: "A payment that left", DA: "En betaling, der gik ud"},
	"return":  {EN: "A payment that came back", DA: "En betaling, der kom retur"},
	"fee":     {EN: "The bank's fee for a payment", DA: "Bankens gebyr for en betaling"},
}

func provesWord(v *frame.Visit, code string) string { return frame.Said(v, provesWords, code) }

func provesOptions(v *frame.Visit) []frame.Option {
	var out []frame.Option
	for _, code := range []string{"payment", "return", "fee"} {
		out = append(out, frame.Option{Value: code, Text: v.In(provesWords[code])})
	}
	return out
}

// kindOfWhy is how sure a suggestion is: the icon beside its reason.
func kindOfWhy(p proposal) string {
	if p.Reason == "end_to_end_id" && p.Others == 0 {
		return "ok"
	}
	return "warning"
}

var runStates = map[string]frame.State{
	"open":     {Icon: "file", Text: rest.Text{EN: "Open", DA: "Åben"}},
	"locked":   {Icon: "clock", Text: rest.Text{EN: "Locked, waits for release", DA: "Låst, venter på frigivelse"}},
	"released": {Icon: "clock", Text: rest.Text{EN: "Released, file not made", DA: "Frigivet, fil ikke dannet"}},
	"exported": {Icon: "clock", Text: rest.Text{EN: "File made, waits for the bank",
		DA: "Fil dannet, venter på banken"}},
	"reconciled": {Icon: "ok", Text: rest.Text{EN: "The bank is done", DA: "Banken er færdig"}},
	"closed":     {Icon: "ok", Text: rest.Text{EN: "Closed", DA: "Lukket"}},
	"aborted":    {Icon: "stop", Text: rest.Text{EN: "Ended", DA: "Afbrudt"}},
}

var monthStates = map[string]frame.State{
	"open":        {Icon: "file", Text: rest.Text{EN: "Open", DA: "Åben"}},
	"soft_closed": {Icon: "clock", Text: rest.Text{EN: "Left to finance", DA: "Forbeholdt økonomi"}},
	"closed":      {Icon: "ok", Text: rest.Text{EN: "Closed", DA: "Lukket"}},
}

var paymentStates = map[string]rest.Text{
	"":          {EN: "Not released", DA: "Ikke frigivet"},
	"planned":   {EN: "Planned", DA: "Planlagt"},
	"in_file":   {EN: "In the file", DA: "I filen"},
	"sent":      {EN: "Given to the bank", DA: "Givet til banken"},
	"confirmed": {EN: "Confirmed by the bank", DA: "Bekræftet af banken"},
	"failed":    {EN: "Never left", DA: "Gik aldrig afsted"},
	"returned":  {EN: "Came back", DA: "Kom retur"},
	"recalled":  {EN: "Recalled", DA: "Kaldt tilbage"},
}

var importStates = map[string]frame.State{
	"previewed": {Icon: "file", Text: rest.Text{EN: "Preview, not on record",
		DA: "Forhåndsvisning, ikke registreret"}},
	"preview": {Icon: "file", Text: rest.Text{EN: "Preview, not on record",
		DA: "Forhåndsvisning, ikke registreret"}},
	"committed": {Icon: "ok", Text: rest.Text{EN: "On record", DA: "Registreret"}},
	"undone":    {Icon: "stop", Text: rest.Text{EN: "Undone", DA: "Fortrudt"}},
	"discarded": {Icon: "stop", Text: rest.Text{EN: "Laid aside", DA: "Lagt til side"}},
}

// payments counts payments in words.
func payments(v *frame.Visit, n int) string {
	if n == 1 {
		return v.T("1 payment", "1 betaling")
	}
	return v.Tf("%d payments", "%d betalinger", n)
}

// findings counts what a check found.
func findings(v *frame.Visit, n int) string {
	if n == 1 {
		return v.T("1 thing to put right", "1 ting at rette")
	}
	return v.Tf("%d things to put right", "%d ting at rette", n)
}

// lastDay is the last day of a month.
func lastDay(month string) string {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return first.AddDate(0, 1, -1).Format(time.DateOnly)
}

// amountOr is an amount, or a dash where there is none.
func amountOr(v *frame.Visit, m frame.Money) string {
	if m.Currency == "" {
		return "–"
	}
	return v.Amount(m)
}

// about is what a line is about beside its account and fund.
func (l entryLine) about() string {
	var out []string
	for _, s := range []string{l.Plan, l.Payee, l.Partner, l.Category} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}

// paperKinds name the kinds of documents.
var paperKinds = map[string]rest.Text{
	"receipt": {EN: "Receipt", DA: "Kvittering"}, "invoice": {EN: "Invoice", DA: "Faktura"},
	"attendance": {EN: "Attendance list", DA: "Fremmødeliste"}, "results": {EN: "Results", DA: "Resultater"},
	"agreement": {EN: "Agreement", DA: "Aftale"}, "bank": {EN: "Bank document", DA: "Bilag fra banken"},
	"other": {EN: "Document", DA: "Bilag"},
}

// kroner is the unit after an amount in base currency.
func kroner(v *frame.Visit) string { return v.T("DKK", "kr.") }

// explanations are what lines of the bank are that are of no payment.
var explanations = map[string]rest.Text{
	"gift":       {EN: "A gift", DA: "En gave"},
	"instalment": {EN: "An instalment of a grant", DA: "En rate af en bevilling"},
	"award":      {EN: "Money that an award still owed", DA: "Restbeløb af en tildeling"},
	"interest":   {EN: "Interest", DA: "Renter"},
	"charge":     {EN: "A charge of the bank", DA: "Bankgebyr"},
	"transfer":   {EN: "A transfer between our own accounts", DA: "Overførsel mellem egne konti"},
	"entry":      {EN: "An entry that is in the books already", DA: "En postering, der allerede er bogført"},
	"suspense":   {EN: "Nobody knows yet: suspense", DA: "Ved ikke endnu: mellemregning"},
}

// reasons are what suggestions rest on.
var reasons = map[string]rest.Text{
	"end_to_end_id":   {EN: "The bank names the payment", DA: "Banken nævner betalingen"},
	"rule":            {EN: "A rule says so", DA: "En regel siger det"},
	"number":          {EN: "The text has a number of ours", DA: "Teksten har et af vores numre"},
	"payer":           {EN: "The same payer gave before", DA: "Samme indbetaler har givet før"},
	"amount_and_date": {EN: "Amount and day go together", DA: "Beløb og dato passer"},
	"named":           {EN: "It names payments that do not fit", DA: "Den nævner betalinger, der ikke passer"},
}
