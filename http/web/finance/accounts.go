package finance

import (
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// account is an account of the chart.
type account struct {
	Number string `json:"number"`
	Path   string `json:"path"`
	Type   string `json:"type"`
	NameEN string `json:"name_en"`
	NameDA string `json:"name_da"`
}

// name is what an account is called in the language of the visit.
func (a account) name(v *frame.Visit) string { return rest.Text{EN: a.NameEN, DA: a.NameDA}.In(v.Lang) }

// titled is the number and the name.
func (a account) titled(v *frame.Visit) string { return strings.TrimSpace(a.Number + " " + a.name(v)) }

// chart reads the chart of accounts.
func chart(v *frame.Visit) ([]account, error) {
	all, _, err := frame.Every[account](v, "listAccounts", rest.Ask{}, 2000)
	return all, err
}

// banks reads our bank accounts in the chart.
func banks(v *frame.Visit) ([]account, error) {
	all, err := chart(v)
	var out []account
	for _, a := range all {
		if strings.HasPrefix(a.Path, "assets:bank:") {
			out = append(out, a)
		}
	}
	return out, err
}

// chosen is the bank account that the address names, or the first.
func chosen(v *frame.Visit, all []account) account {
	for _, a := range all {
		if a.Number == v.C.Query("account") {
			return a
		}
	}
	if len(all) == 0 {
		return account{}
	}
	return all[0]
}

// accountOptions are accounts to choose from.
func accountOptions(v *frame.Visit, all []account) []frame.Option {
	out := make([]frame.Option, 0, len(all))
	for _, a := range all {
		out = append(out, frame.Option{Value: a.Number, Text: a.titled(v)})
	}
	return out
}
