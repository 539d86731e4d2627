package story

import (
	"context"
	"fmt"
)

// entry is the id of the entry that a story calls by a reference.
func (p *Player) entry(a Act, ref string) (string, error) {
	id, known := p.known.entries[ref]
	if !known || ref == "" {
		return "", fmt.Errorf("story: line %d (%s): nothing before it is called %q", a.Line, a.Name, ref)
	}
	return id, nil
}

func reverse(ctx context.Context, p *Player, a Act) error {
	f, err := fields[struct {
		common
		Of string `json:"of"`
	}](a)
	if err != nil {
		return err
	}
	id, err := p.entry(a, f.Of)
	if err != nil {
		return err
	}
	return p.post(ctx, financeOfficer, "/journal-entries/"+id+"/reversals", body{"date": a.Date, "reason": "Wrong as posted: " + f.Of}, nil)
}
