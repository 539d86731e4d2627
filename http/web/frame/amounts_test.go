package frame

import (
	"slices"
	"testing"

	"supportledger/http/rest"
)

// TestTypedAmounts reads what people type in either language, and guesses nothing.
func TestTypedAmounts(t *testing.T) {
	for typed, want := range map[string]string{
		"4250": "4250.00", "4250,5": "4250.50", "4250.5": "4250.50", "4.250,00": "4250.00", "4,250.00": "4250.00",
		"4.250,00 kr.": "4250.00", "kr. 4.250,00": "4250.00", "DKK 4,250.00": "4250.00", "4250 kr": "4250.00",
		"1.234.567,89": "1234567.89", "1,234,567": "1234567.00", "4 250,00": "4250.00", "4\u00a0250": "4250.00",
		"0,50": "0.50", ",5": "0.50", "0.500": "", "007": "7.00", "-12,50": "-12.50", "−12,50": "-12.50",
		"600,-": "600.00", "4.2500": "", "4.25,00": "", "12.34.56": "", "abc": "", "": "", ".": "", "1e3": "", "4..5": "",
		"4,25,": "", "12345678901234": "", "4 25": "", "0x10": "",
	} {
		if got := ReadAmount(typed, "DKK"); got.Exact != want || got.Broken != (want == "") {
			t.Errorf("%q reads as %+v, want %q", typed, got, want)
		}
	}
	for typed, want := range map[string][]string{
		"4.250": {"4250.00", "4.25"}, "4,250": {"4250.00", "4.25"}, "12.000": {"12000.00", "12.00"},
		"1.255": {"1255.00"},
	} {
		if got := ReadAmount(typed, "DKK"); got.Exact != "" || !slices.Equal(got.May, want) {
			t.Errorf("%q reads as %+v, want to be asked for %v", typed, got, want)
		}
	}
}

// TestAmountsAreReadBack writes amounts in both languages and reads the same figure again.
func TestAmountsAreReadBack(t *testing.T) {
	for _, m := range []Money{{"4250.00", "DKK"}, {"0.05", "DKK"}, {"-1234567.89", "DKK"}, {"999.00", "EUR"},
		{"1000.00", "NGN"}} {
		for _, l := range []rest.Lang{rest.Danish, rest.English} {
			shown := Amount(l, m)
			if got := ReadAmount(shown, m.Currency); got.Exact != m.Amount {
				t.Errorf("%s is shown as %q and read as %+v", m.Amount, shown, got)
			}
		}
	}
	if got := Amount(rest.Danish, Money{"4250.00", "DKK"}); got != "4.250,00\u00a0kr." {
		t.Errorf("Danish: %q", got)
	}
	if got := Amount(rest.English, Money{"4250.00", "DKK"}); got != "DKK\u00a04,250.00" {
		t.Errorf("English: %q", got)
	}
}

// TestLocal refuses to be led to another site.
func TestLocal(t *testing.T) {
	for path, want := range map[string]string{"/inbox?x=1": "/inbox?x=1",
		"//evil.example": "/", "https://evil.example": "/",
		`/\evil.example`: "/", "": "/", "inbox": "/", "/a\r\nSet-Cookie: x": "/", "javascript:alert(1)": "/"} {
		if got := Local(path, "/"); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}
