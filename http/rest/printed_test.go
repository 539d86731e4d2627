package rest

import (
	"strings"
	"testing"

	"supportledger/access/vault"
)

// A letter that the paper cannot show is refused where it is entered, and named, whatever else is in the text.
func TestPrintedLetters(t *testing.T) {
	type request struct {
		Title string `json:"title" validate:"max=40,printed"`
	}
	for text, letter := range map[string]string{"Skole og støtte – Ẹgbẹ́": "", "Łódź, İzmir, Ελένη": "", "": "",
		"مدرسة": "U+0645", "学校": "U+5B66", "Hjælp 🙂": "U+1F642", "two\nlines": "U+000A"} {
		err := Validate(request{text})
		if letter == "" {
			if err != nil {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "letter_not_printable") ||
			!strings.Contains(err.Error(), letter) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A text of several lines may have their ends, also where it is personal: the answer names the letter and nothing else.
func TestPrintedLines(t *testing.T) {
	type request struct {
		Address vault.Personal `json:"address" validate:"printed=lines"`
	}
	if err := Validate(request{"Nørregade 1\r\n1165 København"}); err != nil {
		t.Error(err)
	}
	err := Validate(request{"Nørregade 1\n東京"})
	if err == nil || !strings.Contains(err.Error(), "U+6771") || strings.Contains(err.Error(), "Nørregade") {
		t.Errorf("%v", err)
	}
}
