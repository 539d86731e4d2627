package banknumbers

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func code(err error) string {
	if f := (*Fault)(nil); errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// The good ones are the registers' own examples: ISO 13616 for IBAN, the Central Bank of Nigeria for NUBAN.
func TestNumbers(t *testing.T) {
	iban := func(a ...string) (string, error) { return IBAN(a[0]) }
	bic := func(a ...string) (string, error) { return BIC(a[0]) }
	nuban := func(a ...string) (string, error) { return NUBAN(a[0], a[1]) }
	cvr := func(a ...string) (string, error) { return CVR(a[0]) }
	danish := func(a ...string) (string, error) { return DanishIBAN(a[0], a[1]) }
	for _, c := range []struct {
		name  string
		check func(...string) (string, error)
		in    []string
		want  string
		code  string
	}{
		{"IBAN", iban, []string{"DK50 0040 0440 1162 43"}, "DK5000400440116243", ""},
		{"IBAN in small letters", iban, []string{"gb29nwbk60161331926819"}, "GB29NWBK60161331926819", ""},
		{"IBAN, longest", iban, []string{"RU02044525600 40702810412345678901"}, "RU0204452560040702810412345678901", ""},
		{"IBAN, shortest", iban, []string{"NO93 8601 1117 947"}, "NO9386011117947", ""},
		{"IBAN, two swapped", iban, []string{"DK50 0040 0440 1126 43"}, "", "iban_check"},
		{"IBAN, one short", iban, []string{"DK50 0040 0440 1162 4"}, "", "iban_length"},
		{"IBAN of a country without", iban, []string{"NG50 0040 0440 1162 43"}, "", "iban_country"},
		{"IBAN with letters as check digits", iban, []string{"DKXX00400440116243"}, "", "iban_malformed"},
		{"IBAN, Arabic digits", iban, []string{"DK50٠٠٤٠0440116243"}, "", "iban_malformed"},
		{"BIC", bic, []string{"dabadkkk"}, "DABADKKK", ""},
		{"BIC with a branch", bic, []string{"ZEIBNGLAXXX"}, "ZEIBNGLAXXX", ""},
		{"BIC of nine", bic, []string{"DABADKKKX"}, "", "bic_malformed"},
		{"BIC without a country", bic, []string{"DABA1KKK"}, "", "bic_malformed"},
		{"NUBAN", nuban, []string{"011", "0000014579"}, "0000014579", ""},
		{"NUBAN, second", nuban, []string{"011", "0000000220"}, "0000000220", ""},
		{"NUBAN of another bank", nuban, []string{"058", "0000014579"}, "0000014579", "nuban_check"},
		{"NUBAN of nine", nuban, []string{"011", "000001457"}, "", "nuban_malformed"},
		{"NUBAN, long code", nuban, []string{"50515", "0000014570"}, "0000014570", ""},
		{"CVR", cvr, []string{"DK 13 58 56 28"}, "13585628", ""},
		{"CVR, a digit off", cvr, []string{"13585629"}, "", "cvr_check"},
		{"CVR of seven", cvr, []string{"1358562"}, "", "cvr_malformed"},
		{"Danish account", danish, []string{"40", "440116243"}, "DK5000400440116243", ""},
		{"Danish account of zeros", danish, []string{"0040", "0000000000"}, "", "danish_account"},
		{"Danish account, too long", danish, []string{"0040", "12345678901"}, "", "danish_account"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.check(c.in...)
			if got != c.want || code(err) != c.code {
				t.Errorf("got %q, %v; want %q, %q", got, err, c.want, c.code)
			}
		})
	}
}

// Any one character of an IBAN that is changed, and any two neighbours that are swapped, are noticed.
func TestIBANNoticesSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reg := fmt.Sprintf("%04d", rapid.IntRange(0, 9999).Draw(t, "registration"))
		acc := fmt.Sprintf("%010d", rapid.Int64Range(1, 9_999_999_999).Draw(t, "account"))
		right, err := DanishIBAN(reg, acc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := IBAN(right); err != nil {
			t.Fatalf("%s: %v", right, err)
		}
		at := rapid.IntRange(2, len(right)-2).Draw(t, "at")
		other := rapid.SampledFrom(strings.Split(strings.ReplaceAll("0123456789", right[at:at+1], ""), "")).Draw(t, "other")
		if wrong := right[:at] + other + right[at+1:]; code(second(IBAN(wrong))) != "iban_check" {
			t.Errorf("%s passes, where %s was meant", wrong, right)
		}
		if right[at] == right[at+1] {
			return
		}
		if wrong := right[:at] + right[at+1:at+2] + right[at:at+1] + right[at+2:]; code(second(IBAN(wrong))) != "iban_check" {
			t.Errorf("%s passes, where %s was meant", wrong, right)
		}
	})
}

func second(_ string, err error) error { return err }

// A fault is shown and logged; the number that it is about is not.
func TestFaultsDoNotRepeatTheNumber(t *testing.T) {
	for _, err := range []error{second(IBAN("DK5000400440112643")), second(NUBAN("058", "0000014579")),
		second(CVR("13585629"))} {
		for _, number := range []string{"0440112643", "0000014579", "13585629"} {
			if strings.Contains(err.Error(), number) {
				t.Errorf("%v", err)
			}
		}
	}
}
