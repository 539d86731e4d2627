package figures_test

import (
	"slices"
	"supportledger/statements/figures"
	"supportledger/statements/figures/figurestest"
	"testing"
)

// A later version says what the totals were that differ, and of one without a difference that there is none.
func TestCorrect(t *testing.T) {
	first, second := figurestest.G1(), figurestest.G1()
	second.Lines[0].InPeriod = second.Lines[0].InPeriod.Add(figurestest.Dec("100.00"))
	second.Lines[0].ToDate = second.Lines[0].ToDate.Add(figurestest.Dec("100.00"))
	second.Total()
	figures.Correct(&second, &first, "S-2026-0001, version 1")
	codes := figures.Each(second.Notes, func(n figures.Note) figures.NoteCode { return n.Code })
	want := []figures.NoteCode{figures.NoteReplacedFigures, figures.NoteWasSpent, figures.NoteWasClosing}
	if got := codes[len(codes)-3:]; !slices.Equal(got, want) {
		t.Errorf("it says %v, want %v", got, want)
	}
	if was := second.Notes[len(codes)-2].Amount; !was.Amount.Equal(first.Spent) {
		t.Errorf("spent was %s, not %s", first.Spent, was)
	}
	same := figurestest.Donor()
	figures.Correct(&same, figurestest.Ref(figurestest.Donor()), "S-2026-0007, version 1")
	if last := same.Notes[len(same.Notes)-1]; last.Code != figures.NoteReplacedWords {
		t.Errorf("nothing changed, and it says %s", last.Code)
	}
}
