package page

import (
	"regexp"
	"strings"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"testing"
)

// forbidden are Danish words that a Danish accountant or donor reads otherwise than they were meant, with what to
// write.
var forbidden = map[string]string{
	`\b[Ff]ond(en|ens|e|es|enes)?\b`: "a foundation; write formål, bevilling or midler",
	`[Uu]ndervisningsafgift`:         "studieafgift",
	`[Bb]idragyder`:                  "donor",
	`[Ii] naturalier|Naturalier`:     "naturalydelser",
	`[Ee]n bleg`:                     "den lyse",
	`[Pp]ersonnummer`:                "CPR-nr.",
	`[Oo]pgørelse`:                   "regnskab: one word for the paper",
	`[Bb]undet til`:                  "øremærkning",
	`[Kk]lientkonto`:                 "forudbetalt honorar",
	`− −`:                            "one sign",
	`[^.]\.\.(\s|$)`:                 "one full stop, also after an abbreviation",
	`expenses:`:                      "a word, not an account's path",
	`\(of `:                          "no English",
	` 0,00 kr\.( |$)(Vi|Du)`:         "a sentence for nothing",
}

// What is printed in Danish, of every statement and of every text there is, has none of the forbidden words.
func TestForbiddenDanish(t *testing.T) {
	var texts []string
	for _, n := range figures.Names() {
		texts = append(texts, n.DA)
	}
	_, situations := situations()
	for _, v := range append(situations, figurestest.Ref(figurestest.G1()), figurestest.Ref(figurestest.G2()),
		figurestest.Ref(figurestest.ECB()), figurestest.Ref(figurestest.G3()), figurestest.Ref(figurestest.Whole()),
		figurestest.Ref(figurestest.Donor()), figurestest.Ref(figurestest.Fund())) {
		texts = append(texts, Text(v, figures.Danish))
	}
	all := strings.Join(texts, "\n")
	for form, write := range forbidden {
		if found := regexp.MustCompile(form).FindString(all); found != "" {
			t.Errorf("%q: %s", found, write)
		}
	}
}
