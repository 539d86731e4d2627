package story

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Statement is a statement that the player had issued.
type Statement struct {
	ID      string `json:"id"`
	Number  string `json:"number"`
	Subject string `json:"subject"`
	To      string `json:"to"`
	Lang    string `json:"language"`
}

// IssueStatements has a statement issued for every grant of the story at the end of every half-year in which the
// story plays and the grant was signed a quarter before, each from the start of the grant: drafted and cleared by
// finance, reviewed by the programme lead, issued by the treasurer. Every second one is in Danish.
func (p *Player) IssueStatements(ctx context.Context, s Story) ([]Statement, error) {
	var issued []Statement
	for _, day := range s.halfYears() {
		over, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return nil, fmt.Errorf("story: %q is not a day", day)
		}
		if p.Clock != nil {
			p.Clock(over.AddDate(0, 0, 20)) // a statement is of days that are over
		}
		for _, g := range p.known.grants {
			if signed, err := time.Parse(time.DateOnly, g.signed); err != nil || signed.AddDate(0, 2, 0).After(over) {
				continue // a quarter at least
			}
			p.step++
			var out Statement
			if err := p.post(ctx, financeOfficer, "/statements",
				body{"subject": g.code, "to": day, "language": languages[len(issued)%2]}, &out); err != nil {
				return nil, err
			}
			for _, step := range []struct{ role, noun string }{{financeOfficer, "privacy-checks"}, {programmeLead, "reviews"},
				{treasurer, "issues"}} {
				p.step++
				if err := p.post(ctx, step.role, "/statements/"+out.ID+"/"+step.noun, nil, &out); err != nil {
					return nil, err
				}
			}
			issued = append(issued, out)
		}
	}
	return issued, nil
}

var languages = [2]string{"en", "da"}

// Seal completes an issued statement's document, once a checkpoint covers it.
func (p *Player) Seal(ctx context.Context, id string) error {
	p.step++
	return p.post(ctx, financeOfficer, "/statements/"+id+"/seals", nil, nil)
}

// halfYears are the ends of the half-years that lie between the story's first and last day. A story that ends before
// any has the next one.
func (s Story) halfYears() []string {
	var first, last string
	for _, a := range s {
		if first == "" || a.Date < first {
			first = a.Date
		}
		last = max(last, a.Date)
	}
	var days []string
	for year := first[:min(4, len(first))]; year != "" && year <= last[:4]; year = next(year) {
		for _, end := range []string{"-06-30", "-12-31"} {
			if day := year + end; day >= first && day <= last {
				days = append(days, day)
			}
		}
	}
	if len(days) == 0 && last != "" {
		end := "-06-30"
		if last[4:] > end {
			end = "-12-31"
		}
		days = []string{last[:4] + end}
	}
	return days
}

func next(year string) string {
	var n int
	if _, err := fmt.Sscan(year, &n); err != nil {
		return ""
	}
	return fmt.Sprintf("%04d", n+1)
}

// Document fetches an issued statement as PDF.
func (p *Player) Document(ctx context.Context, id string) ([]byte, error) {
	path := "/statements/" + id + "/document"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Base+"/api/v1"+path, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.Tokens[financeOfficer])
	resp, err := p.client().Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, p.refusal(http.MethodGet, path, resp.StatusCode, answer)
	}
	return answer, nil
}
