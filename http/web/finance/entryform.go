package finance

import (
	"net/http"
	"strconv"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// How many lines the form of an entry begins with, and has at most.
const (
	firstLines = 4
	mostLines  = 40
)

// entryForm is what the form of an entry needs: what may be chosen, how many lines it has, and whether it was checked.
type entryForm struct {
	accounts []account
	funds    []fundOf
	n        int
	checked  *entry // what would be posted, in full
}

// fundOf is a fund to choose.
type fundOf struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// of is the name of a field in a line.
func of(name string, line int) string { return name + "_" + strconv.Itoa(line) }

// linesIn is how many lines a form has.
func linesIn(f frame.Form) int {
	n, err := strconv.Atoi(f.Text("lines"))
	if err != nil {
		return firstLines
	}
	return min(max(n, firstLines), mostLines)
}

func newEntry(v *frame.Visit) (frame.Shown, error) {
	f := frame.NewForm()
	f.Values.Set("date", v.Today())
	return showEntryForm(v, f, nil)
}

func showEntryForm(v *frame.Visit, f frame.Form, checked *entry) (frame.Shown, error) {
	p := entryForm{n: linesIn(f), checked: checked}
	var err error
	if p.accounts, err = chart(v); err != nil {
		return nil, err
	}
	if p.funds, _, err = frame.Every[fundOf](v, "listFunds", rest.Ask{}, 2000); err != nil {
		return nil, err
	}
	return EntryForm(v, p, f), nil
}

type lineBody struct {
	Account   string `json:"account"`
	Fund      string `json:"fund"`
	Direction string `json:"direction"`
	Amount    string `json:"amount"`
}

type entryBody struct {
	Date  string     `json:"date"`
	Text  string     `json:"text"`
	Lines []lineBody `json:"lines"`
}

// writeEntry checks an entry and shows it in full; the second time it posts it. Nothing is posted that was not shown.
func writeEntry(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	back := func(checked *entry) (frame.Shown, error) {
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showEntryForm(v, f, checked) })
	}
	if f.Text("more") != "" {
		f.Values.Set("lines", strconv.Itoa(linesIn(f)+firstLines))
		return back(nil)
	}
	if f.Text("change") != "" {
		return back(nil)
	}
	body := readEntry(v, f)
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return back(nil)
	}
	if f.Text("post") == "" {
		if _, err := v.Site.API.Do(v.C, "postJournalEntry", rest.Ask{Body: body, Key: f.Key, Lang: v.Lang,
			Query: map[string][]string{"dry_run": {"true"}}}); err != nil {
			if err := f.Refused(v, err, nil); err != nil {
				return nil, err
			}
			return back(nil)
		}
		f.Key = frame.NewForm().Key
		shown := entry{Date: body.Date, Text: body.Text}
		for _, l := range body.Lines {
			shown.Lines = append(shown.Lines, entryLine{Account: l.Account, Fund: l.Fund, Direction: l.Direction,
				Amount: frame.Money{Amount: l.Amount, Currency: "DKK"}})
		}
		return back(&shown)
	}
	var made entry
	if err := v.Do("postJournalEntry", rest.Ask{Body: body, Key: f.Key}, &made); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return back(nil)
	}
	return v.To("/journal/" + made.Number + "?done=posted")
}

// readEntry reads the lines that are filled in; each has an amount on one side.
func readEntry(v *frame.Visit, f frame.Form) entryBody {
	body := entryBody{Date: f.Need(v, "date"), Text: f.Need(v, "text")}
	for i := 1; i <= linesIn(f); i++ {
		account, fund := f.Text(of("account", i)), f.Text(of("fund", i))
		debit, credit := f.Text(of("debit", i)), f.Text(of("credit", i))
		if account == "" && debit == "" && credit == "" {
			continue
		}
		l := lineBody{Account: account, Fund: fund, Direction: "debit"}
		f.Need(v, of("account", i))
		f.Need(v, of("fund", i))
		switch {
		case debit != "" && credit != "":
			f.Fault(of("credit", i), v.T("Write the amount on one side only.", "Skriv kun beløbet på den ene side."))
		case credit != "":
			l.Direction, l.Amount = "credit", f.ReadAmount(v, of("credit", i), "DKK")
		default:
			l.Amount = f.ReadAmount(v, of("debit", i), "DKK")
		}
		body.Lines = append(body.Lines, l)
	}
	if len(body.Lines) == 0 {
		f.Fault(of("account", 1), v.T("Write at least two lines.", "Skriv mindst to linjer."))
	}
	return body
}

// fieldsOf are the names of all fields of a form with so many lines.
func fieldsOf(n int) []string {
	names := []string{"date", "text", "lines"}
	for i := 1; i <= n; i++ {
		for _, side := range []string{"debit", "credit"} {
			names = append(names, of(side, i), of(side, i)+".meant", of(side, i)+".asked")
		}
		names = append(names, of("account", i), of("fund", i))
	}
	return names
}
