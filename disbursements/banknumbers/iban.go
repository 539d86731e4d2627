package banknumbers

import "fmt"

// ibanLength is how long an IBAN of a country is: the ISO 13616 register, release 99.
var ibanLength = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BI": 27, "BR": 29, "BY": 28,
	"CH": 21,
	"CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18,
	"FO": 18,
	"FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HN": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23,
	"IQ": 23,
	"IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25,
	"MC": 27,
	"MD": 24, "ME": 22, "MK": 19, "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24,
	"PL": 28,
	"PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31, "SD": 18, "SE": 24, "SI": 19, "SK": 24,
	"SM": 27,
	"SO": 23, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20, "YE": 30,
}

// sepa are the countries of the Single Euro Payments Area, by which a euro payment costs what one at home does
// (EPC409-09).
const sepa = "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL " +
	"PT RO RS SE SI SK SM VA "

// IBAN checks an international account number (ISO 13616: length of its country, modulo 97 by ISO 7064) and gives it
// without spaces. Errors are *[Fault].
func IBAN(s string) (string, error) {
	n := compact(s)
	if len(n) < 15 || len(n) > 34 || !only(n, true) || !only(n[2:4], false) {
		return "", &Fault{"iban_malformed",
			"two letters for the country, two check digits, then the account, such as DK50 0040 0440 1162 43"}
	}
	want, known := ibanLength[n[:2]]
	if !known {
		return "", &Fault{"iban_country", fmt.Sprintf("%s has no IBAN; give the account number and the bank's BIC", n[:2])}
	}
	if len(n) != want {
		return "", &Fault{"iban_length", fmt.Sprintf("an IBAN of %s has %d characters, this has %d", n[:2], want, len(n))}
	}
	if modulo97(n[4:]+n[:4]) != 1 {
		return "", &Fault{"iban_check", "a character is wrong or two are swapped; ask the payee for the number in writing"}
	}
	return n, nil
}

// modulo97 reads letters as two digits each, A as 10.
func modulo97(s string) int {
	rest := 0
	for i := range len(s) {
		if c := s[i]; c >= 'A' {
			rest = (rest*100 + int(c-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return rest
}

// InSEPA reports whether a checked IBAN is of a country of the Single Euro Payments Area.
func InSEPA(iban string) bool {
	for i := 0; i+2 < len(sepa); i += 3 {
		if sepa[i:i+2] == iban[:2] {
			return true
		}
	}
	return false
}

// BIC checks the form of a bank's identifier (ISO 9362: four letters or digits, country, two, and three for a branch or
// none) and gives it in capitals. Errors are *[Fault].
func BIC(s string) (string, error) {
	n := compact(s)
	if len(n) != 8 && len(n) != 11 || !only(n, true) || only(n[4:5], false) || only(n[5:6], false) {
		return "", &Fault{"bic_malformed",
			"eight or eleven characters with the country at the fifth and sixth, such as DABADKKK"}
	}
	return n, nil
}
