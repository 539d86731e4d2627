package reporting

import (
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// rules say why a privacy check did something.
var rules = map[string]rest.Text{
	"amounts_of_few": {EN: "few people stand behind it", DA: "der står få personer bag"},
	"too_few_people": {EN: "few people stand behind it", DA: "der står få personer bag"},
	"dates_finer_than_a_quarter": {EN: "days would tell when somebody was helped",
		DA: "datoer kan røbe, hvornår nogen fik hjælp"},
	"free_text": {EN: "free text may tell of a person", DA: "fri tekst kan handle om en person"},
	"category_not_cleared": {EN: "the kind of support would tell too much",
		DA: "støttens art ville fortælle for meget"},
	"partner": {EN: "a partner could tell where somebody is",
		DA: "en partner kan røbe, hvor nogen er"},
	"other_donors": {EN: "it tells of other donors", DA: "det handler om andre donorer"},
	"unknown_kind": {EN: "its kind is unknown", DA: "typen er ukendt"},
}

var actions = map[string]rest.Text{
	"merged":   {EN: "Added to another figure", DA: "Lagt sammen med et andet tal"},
	"withheld": {EN: "Left out", DA: "Udeladt"},
	"banded":   {EN: "Shown as a range", DA: "Vist som et interval"},
	"refused":  {EN: "Not cleared", DA: "Ikke frigivet"},
}

// parts name what a privacy check looks at, by the first word of its key.
var parts = map[string]rest.Text{
	"advances":       {EN: "Advances", DA: "Forskud"},
	"shared_costs":   {EN: "Shared costs", DA: "Fælles omkostninger"},
	"ledger":         {EN: "Ledger extract", DA: "Kontoudskrift"},
	"commitments":    {EN: "Set aside for plans", DA: "Disponeret til planer"},
	"rates":          {EN: "Exchange rates", DA: "Valutakurser"},
	"budget":         {EN: "Budget line", DA: "Budgetlinje"},
	"disallowed":     {EN: "Disallowed cost", DA: "Underkendte omkostninger"},
	"forecast":       {EN: "Forecast", DA: "Prognose"},
	"in_kind":        {EN: "Gifts in kind", DA: "Naturalier"},
	"budget_changes": {EN: "Changes of the budget", DA: "Budgetændringer"},
	"vouchers":       {EN: "Vouchers", DA: "Bilag"},
	"lines":          {EN: "Kind of support", DA: "Støtteart"},
	"closing":        {EN: "Where the money is", DA: "Hvor pengene er"},
	"receipts":       {EN: "Money received", DA: "Modtagne midler"},
	"notes":          {EN: "Notes", DA: "Noter"},
	"spent":          {EN: "Spent", DA: "Brugt"},
	"statement":      {EN: "The whole statement", DA: "Hele regnskabet"},
}

// what names the parts of a finding.
func (f finding) what(v *frame.Visit) string {
	var out []string
	for _, one := range strings.Split(f.Figure, ", ") {
		first, rest, more := strings.Cut(one, ".")
		text := frame.Said(v, parts, first)
		if more {
			text += " " + rest
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

var outcomes = map[string]rest.Text{
	"sent":     {EN: "Taken by the mail server", DA: "Modtaget af mailserveren"},
	"deferred": {EN: "Not taken yet, tried again", DA: "Ikke modtaget endnu, prøves igen"},
	"refused":  {EN: "Refused", DA: "Afvist"},
}

// orNone is a figure, or a dash where it is not there.
func orNone(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
