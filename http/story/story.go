package story

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Story is a list of acts in order of entry.
type Story []Act

// Act is one line of a story.
type Act struct {
	Line     int    // in the text, from 1
	Name     string // sign_grant, transfer ...
	Date     string // accounting date
	Entered  string // the day it is entered; the same day where the story says nothing
	Scenario string // a label for filtering
	fields   jsontext.Value
}

// common are the fields that every act has.
type common struct {
	Act      string `json:"act"`
	Date     string `json:"date"`
	Entered  string `json:"entered"`
	Scenario string `json:"scenario"`
}

// plan is the plan that an act names, if any.
func (a Act) plan() string {
	var f struct {
		Plan string `json:"plan"`
	}
	if err := json.Unmarshal(a.fields, &f); err != nil {
		return ""
	}
	return f.Plan
}

// maxLine bounds one act.
const maxLine = 1 << 20

// Parse reads a story. An error names the line.
func Parse(r io.Reader) (Story, error) {
	var s Story
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		var c common
		if err := json.Unmarshal(text, &c); err != nil {
			return nil, fmt.Errorf("story: line %d: %w", n, err)
		}
		if c.Act == "" || c.Date == "" {
			return nil, fmt.Errorf("story: line %d: an act has at least \"act\" and \"date\"", n)
		}
		if c.Entered == "" {
			c.Entered = c.Date
		}
		s = append(s, Act{
			Line: n, Name: c.Act, Date: c.Date, Entered: c.Entered, Scenario: c.Scenario,
			fields: slices.Clone(jsontext.Value(text)),
		})
	}
	return s, lines.Err()
}

// Of keeps the acts of some scenarios. Acts without a scenario belong to every selection.
func (s Story) Of(scenarios []string) Story {
	return slices.DeleteFunc(slices.Clone(s), func(a Act) bool {
		return a.Scenario != "" && !slices.Contains(scenarios, a.Scenario)
	})
}

// Scenarios reads a selection such as "S00-S06", "S01,S03" or "all"; all is nil.
func Scenarios(text string) ([]string, error) {
	if text == "" || text == "all" {
		return nil, nil
	}
	var selected []string
	for part := range strings.SplitSeq(text, ",") {
		first, last, ranged := strings.Cut(part, "-")
		if !ranged {
			last = first
		}
		var from, to int
		if _, err := fmt.Sscanf(first+" "+last, "S%02d S%02d", &from, &to); err != nil || from > to {
			return nil, fmt.Errorf("story: %q selects no scenarios; write S00-S06, S01,S03 or all", text)
		}
		for n := from; n <= to; n++ {
			selected = append(selected, fmt.Sprintf("S%02d", n))
		}
	}
	return selected, nil
}
