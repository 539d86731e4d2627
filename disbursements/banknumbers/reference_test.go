package banknumbers

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLinesOfBills(t *testing.T) {
	for _, c := range []struct{ in, want, code string }{
		{"+71<000000000012344+87654321<", "+71<000000000012344+87654321<", ""},
		{" +71 < 000000000012344 + 87654321 <", "+71<000000000012344+87654321<", ""},
		{">71<000000000012344+87654321<", "+71<000000000012344+87654321<", ""},
		{"71<000000000012344+87654321", "+71<000000000012344+87654321<", ""},
		{"+75<3141592653589796+87654321<", "+75<3141592653589796+87654321<", ""},
		{"+73<+87654321<", "+73<+87654321<", ""},
		{"+71<000000000012345+87654321<", "", "card_check"},
		{"+71<00000000012344+87654321<", "", "card_length"},
		{"+71<+87654321<", "", "card_length"},
		{"+75<202600170000429+87654321<", "", "card_length"},
		{"+73<12344+87654321<", "", "card_length"},
		{"+71<000000000012344+8765432<", "", "creditor_malformed"},
		{"+04<0000000000012344+12345678<", "", "card_type"},
		{"+01<+12345678<", "", "card_type"},
		{"+71000000000012344", "", "card_malformed"},
		{"+71<00000000001234O+87654321<", "", "card_malformed"},
	} {
		card, err := ParseCard(c.in)
		got := ""
		if err == nil {
			got = card.String()
		}
		if got != c.want || code(err) != c.code || !IsCard(c.in) {
			t.Errorf("%s: %q, %v; want %q, %q", c.in, got, err, c.want, c.code)
		}
	}
	for in, want := range map[string]string{"RF10 FY20 26AB C17": "RF10FY2026ABC17", "rf10fy2026abc17": "RF10FY2026ABC17"} {
		if got, err := ISO11649(in); err != nil || got != want || !IsISO11649(in) {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	if _, err := ISO11649("RF10FY2026ABC71"); code(err) != "reference_check" {
		t.Errorf("two that are swapped: %v", err)
	}
}

// Any one digit of a bill's id that is changed is noticed, and so are two neighbours that are swapped, but for 0 and 9.
func TestLinesOfBillsNoticeSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		serial := fmt.Sprintf("%014d", rapid.Int64Range(0, 99_999_999_999_999).Draw(t, "serial"))
		id := ""
		for check := range 10 {
			if sumsToTen(serial + fmt.Sprint(check)) {
				if id != "" {
					t.Fatalf("%s has two check digits", serial)
				}
				id = serial + fmt.Sprint(check)
			}
		}
		line := func(id string) string { return "+71<" + id + "+87654321<" }
		if _, err := ParseCard(line(id)); err != nil {
			t.Fatal(err)
		}
		at := rapid.IntRange(0, 13).Draw(t, "at")
		other := rapid.SampledFrom(strings.Split(strings.ReplaceAll("0123456789", id[at:at+1], ""), "")).Draw(t, "other")
		if _, err := ParseCard(line(id[:at] + other + id[at+1:])); code(err) != "card_check" {
			t.Errorf("%s at %d for %s is not noticed", other, at, id)
		}
		a, b := id[at], id[at+1]
		if a == b || a+b == '0'+'9' && (a == '0' || b == '0') {
			return
		}
		if _, err := ParseCard(line(id[:at] + string([]byte{b, a}) + id[at+2:])); code(err) != "card_check" {
			t.Errorf("%s swapped at %d is not noticed", id, at)
		}
	})
}
