package banking

import (
	"fmt"
	"strings"
	"testing"

	"supportledger/ledger"
)

// pairing reads lines "2026-03-02 -300.00 P1 P2" and payments "P1 sent 2026-03-02 300.00", and writes what is suggested:
// "0 P1+P2 payment end_to_end_id, 1 nothing".
func pairing(t *testing.T, lines, payments []string) string {
	t.Helper()
	think := &thinking{names: map[BankLineID][]named{}}
	var all []BankLine
	for i, text := range lines {
		w := strings.Fields(text)
		l := BankLine{ID: BankLineID(fmt.Sprint(i)), Account: "1010", Date: ledger.Date(w[0]), Amount: kroner(t, w[1])}
		l.Left = l.Amount
		for _, p := range w[2:] {
			back := strings.TrimSuffix(p, "!") // the bank says that it came back
			think.names[l.ID] = append(think.names[l.ID], named{payment: PaymentID(back), returned: back != p})
		}
		all = append(all, l)
	}
	var known []Payment
	for _, text := range payments {
		w := strings.Fields(text)
		known = append(known, Payment{ID: PaymentID(w[0]), Number: w[0], State: PaymentState(w[1]), Date: ledger.Date(w[2]),
			Amount: kroner(t, w[3])})
	}
	var out []string
	for _, s := range think.suggest(all, known) {
		var ids, numbers []string
		for _, l := range s.Lines {
			ids = append(ids, string(l.ID))
		}
		for _, p := range s.Payments {
			numbers = append(numbers, p.Number)
		}
		text := fmt.Sprintf("%s %s %s %s", strings.Join(ids, "+"), strings.Join(numbers, "+"), s.Proves, s.Reason)
		if s.Others > 0 {
			text += fmt.Sprintf(" or %d others", s.Others)
		}
		if !s.Difference.IsZero() {
			text += " leaves " + s.Difference.String()
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// What lines and payments are thought to belong together: what the bank names before what the amount says, to the øre,
// within the days, and no payment twice.
func TestLinesAndPaymentsThatBelongTogether(t *testing.T) {
	for _, c := range []struct {
		name            string
		lines, payments []string
		want            string
	}{
		{"named, to the øre", []string{"2026-03-02 -300.00 P1"}, []string{"P1 sent 2026-03-02 300.00"},
			"0 P1 payment end_to_end_id"},
		{"two named that sum to it", []string{"2026-03-02 -300.00 P1 P2"},
			[]string{"P1 sent 2026-03-02 100.00", "P2 sent 2026-03-02 200.00"}, "0 P1+P2 payment end_to_end_id"},
		{"two named, an øre too much", []string{"2026-03-02 -300.00 P1 P2"},
			[]string{"P1 sent 2026-03-02 100.00", "P2 sent 2026-03-02 200.01"}, "0 P1+P2  named leaves -300.00"},
		{"two named, an øre left", []string{"2026-03-02 -300.00 P1 P2"},
			[]string{"P1 sent 2026-03-02 100.00", "P2 sent 2026-03-02 199.99"},
			"0 P1+P2 payment end_to_end_id leaves -0.01"},
		{"one in two lines", []string{"2026-03-02 -100.00 P1", "2026-03-03 -200.00 P1"},
			[]string{"P1 sent 2026-03-02 300.00"}, "0+1 P1 payment end_to_end_id"},
		{"one in two lines, an øre short", []string{"2026-03-02 -100.00 P1", "2026-03-03 -199.99 P1"},
			[]string{"P1 sent 2026-03-02 300.00"}, "0 P1  named leaves -100.00, 1 P1  named leaves -199.99"},
		{"in two lines, one of which comes in", []string{"2026-03-02 -400.00 P1", "2026-03-03 100.00 P1"},
			[]string{"P1 sent 2026-03-02 500.00"}, "0 P1  named leaves -400.00, 1 P1  named leaves 100.00"},
		{"in lines of which one is another's", []string{"2026-03-02 -100.00 P2 P1", "2026-03-03 -200.00 P1",
			"2026-03-03 -100.00 P1"}, []string{"P1 sent 2026-03-02 300.00", "P2 confirmed 2026-03-01 500.00"},
			"0 P2 fee end_to_end_id, 1+2 P1 payment end_to_end_id"},
		{"named and less than it", []string{"2026-03-02 -299.99 P1"}, []string{"P1 sent 2026-03-02 300.00"},
			"0 P1  named leaves -299.99"},
		{"named, and none of ours", []string{"2026-03-02 -300.00 P9"}, []string{"P1 sent 2026-03-02 300.00"},
			"0 P1 payment amount_and_date"},
		{"named by two lines", []string{"2026-03-02 -300.00 P1", "2026-03-02 -300.00 P1"},
			[]string{"P1 sent 2026-03-02 300.00"}, "0 P1 payment end_to_end_id, 1 P1  named leaves -300.00"},
		{"failed, and it left", []string{"2026-03-02 -300.00 P1"}, []string{"P1 failed 2026-03-02 300.00"},
			"0 P1 payment end_to_end_id"},
		{"failed, and the bank says that it came back", []string{"2026-03-02 -300.00 P1!"},
			[]string{"P1 failed 2026-03-02 300.00"}, "0 P1  named leaves -300.00"},
		{"came back", []string{"2026-03-09 300.00 P1"}, []string{"P1 confirmed 2026-03-02 300.00"},
			"0 P1 return end_to_end_id"},
		{"its fee", []string{"2026-03-09 -5.00 P1"}, []string{"P1 confirmed 2026-03-02 300.00"},
			"0 P1 fee end_to_end_id"},
		{"as much again is no fee", []string{"2026-03-09 -300.00 P1"}, []string{"P1 confirmed 2026-03-02 300.00"},
			"0 P1  named leaves -300.00"},
		{"seven days late", []string{"2026-03-09 -300.00"}, []string{"P1 sent 2026-03-02 300.00"},
			"0 P1 payment amount_and_date"},
		{"eight days late", []string{"2026-03-10 -300.00"}, []string{"P1 sent 2026-03-02 300.00"}, ""},
		{"seven days early", []string{"2026-03-02 -300.00"}, []string{"P1 sent 2026-03-09 300.00"},
			"0 P1 payment amount_and_date"},
		{"eight days early", []string{"2026-03-02 -300.00"}, []string{"P1 sent 2026-03-10 300.00"}, ""},
		{"an øre off", []string{"2026-03-02 -300.01"}, []string{"P1 sent 2026-03-02 300.00"}, ""},
		{"the nearest of three", []string{"2026-03-05 -300.00"}, []string{"P1 sent 2026-03-01 300.00",
			"P2 sent 2026-03-06 300.00", "P3 sent 2026-03-08 300.00"}, "0 P2 payment amount_and_date or 2 others"},
		{"of two as near the earlier", []string{"2026-03-05 -300.00"}, []string{"P1 sent 2026-03-06 300.00",
			"P2 sent 2026-03-04 300.00"}, "0 P2 payment amount_and_date or 1 others"},
		{"one for each", []string{"2026-03-05 -300.00", "2026-03-05 -300.00"}, []string{"P1 sent 2026-03-05 300.00",
			"P2 sent 2026-03-04 300.00"}, "0 P1 payment amount_and_date or 1 others, 1 P2 payment amount_and_date"},
		{"back on its day", []string{"2026-03-02 300.00"}, []string{"P1 confirmed 2026-03-02 300.00"},
			"0 P1 return amount_and_date"},
		{"back the day before", []string{"2026-03-01 300.00"}, []string{"P1 confirmed 2026-03-02 300.00"}, ""},
		{"back after thirty days", []string{"2026-04-01 300.00"}, []string{"P1 confirmed 2026-03-02 300.00"},
			"0 P1 return amount_and_date"},
		{"back after thirty-one", []string{"2026-04-02 300.00"}, []string{"P1 confirmed 2026-03-02 300.00"}, ""},
		{"back before the bank took it", []string{"2026-03-02 300.00"}, []string{"P1 sent 2026-03-02 300.00"}, ""},
	} {
		if got := pairing(t, c.lines, c.payments); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
