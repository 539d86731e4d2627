package learn

import (
	"os"
	"strings"
	"testing"
)

// TestTheWordsAreTheGlossarys holds every word of the help page to the table of docs/GLOSSARY.md, in both languages.
func TestTheWordsAreTheGlossarys(t *testing.T) {
	text, err := os.ReadFile("../../../docs/GLOSSARY.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, "|"); len(cells) > 3 {
			known[strings.TrimSpace(cells[1])] = strings.TrimSpace(cells[2])
		}
	}
	for _, w := range glossary {
		if got := known[w.word.EN]; got != w.word.DA {
			t.Errorf("the glossary calls %q %q, the help page %q", w.word.EN, got, w.word.DA)
		}
	}
}
