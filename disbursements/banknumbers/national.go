package banknumbers

import (
	"fmt"
	"strings"
)

// DanishAccount checks a registration number of up to four digits and an account number of up to ten, and gives both
// filled up with zeros. Errors are *[Fault]. The numbers have no check digit of their own: [DanishIBAN] gives them
// one.
func DanishAccount(registration, account string) (reg, acc string, err error) {
	reg, acc = compact(registration), compact(account)
	if len(reg) > 4 || len(acc) > 10 || !only(reg, false) || !only(acc, false) || strings.Trim(acc, "0") == "" {
		return "", "", &Fault{"danish_account", "a registration number of four digits and an account number of up to ten"}
	}
	return strings.Repeat("0", 4-len(reg)) + reg, strings.Repeat("0", 10-len(acc)) + acc, nil
}

// DanishIBAN is the IBAN of a Danish account, as the bank computes it. Errors are *[Fault].
func DanishIBAN(registration, account string) (string, error) {
	reg, acc, err := DanishAccount(registration, account)
	if err != nil {
		return "", err
	}
	check := 98 - modulo97(reg+acc+"DK00")
	return fmt.Sprintf("DK%02d%s%s", check, reg, acc), nil
}

// NUBAN checks a Nigerian account number of ten digits against its bank's code of three (Central Bank of Nigeria,
// 2010: weights 3, 7, 3 over code and serial, tens' complement). Codes of five and six digits came in 2020 with
// another rule that we have not seen in writing: with such a code only the form is checked. Errors are *[Fault]; one
// of Code nuban_check is a warning, since banks have issued numbers that fail it, and asks for a second person's
// word.
func NUBAN(bank, number string) (string, error) {
	code, n := compact(bank), compact(number)
	if len(n) != 10 || !only(n, false) || !only(code, false) || len(code) != 3 && len(code) != 5 && len(code) != 6 {
		return "", &Fault{"nuban_malformed", "ten digits, and the bank's code of three (or five or six)"}
	}
	if len(code) == 3 && (10-weighted(code+n[:9], 3, 7, 3)%10)%10 != int(n[9]-'0') {
		return n, &Fault{"nuban_check",
			"the last digit does not fit the bank's code; have a second person confirm the number with the payee"}
	}
	return n, nil
}

// CVR checks the number of a Danish company: eight digits, the weighted sum of which is divisible by eleven. Errors are
// *[Fault].
func CVR(s string) (string, error) {
	n := strings.TrimPrefix(compact(s), "DK")
	if len(n) != 8 || !only(n, false) || n[0] == '0' {
		return "", &Fault{"cvr_malformed", "eight digits, as in the register of companies"}
	}
	if weighted(n, 2, 7, 6, 5, 4, 3, 2, 1)%11 != 0 {
		return "", &Fault{"cvr_check", "a digit is wrong; look the company up in the register"}
	}
	return n, nil
}
