package admin

import (
	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func changes(s *frame.Site) {
	s.Page("/account-changes", []string{"listAccountChanges"}, func(v *frame.Visit) (frame.Shown, error) {
		return waiting(v, frame.NoForms())
	})
	s.Form("/account-changes/:id/decisions", []string{"decideAccountChange"}, decideChange)
}

// change is what was asked for an account.
type change struct {
	ID         string        `json:"id"`
	User       string        `json:"user_id"`
	Kind       string        `json:"kind"`
	Grant      []access.Role `json:"grant"`
	Revoke     []access.Role `json:"revoke"`
	Other      string        `json:"same_person_as"`
	Reason     string        `json:"reason"`
	State      string        `json:"state"`
	By         string        `json:"created_by"`
	At         string        `json:"created_at"`
	Invitation string        `json:"invitation"`

	seen string
}

// named puts work names in the place of ids.
func named(all []change, names map[string]string) []change {
	for i := range all {
		for _, id := range []*string{&all[i].User, &all[i].Other, &all[i].By} {
			if name, known := names[*id]; known {
				*id = name
			}
		}
	}
	return all
}

// changeStates say what became of a wish.
var changeStates = map[string]frame.State{
	string(access.Requested): {Icon: "clock",
		Text: rest.Text{EN: "waits for another person", DA: "venter på en anden person"}},
	string(access.Applied):  {Icon: "ok", Text: rest.Text{EN: "done", DA: "udført"}},
	string(access.Rejected): {Icon: "stop", Text: rest.Text{EN: "rejected", DA: "afvist"}},
}

// what says what is asked for.
func (c change) what(v *frame.Visit) string {
	switch c.Kind {
	case string(access.Invitation):
		return v.T("A new way in: a new password and second factor", "Ny adgang: ny adgangskode og anden faktor")
	case string(access.SamePerson):
		return v.Tf("Is the same person as %s", "Er samme person som %s", c.Other)
	}
	text := ""
	if len(c.Grant) > 0 {
		text = v.Tf("Give: %s", "Giv: %s", said(v, c.Grant))
	}
	if len(c.Revoke) > 0 {
		if text != "" {
			text += ". "
		}
		text += v.Tf("Take: %s", "Fjern: %s", said(v, c.Revoke))
	}
	return text
}

// waiting shows what waits for a decision, and what was decided before.
func waiting(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	all, _, err := frame.Every[change](v, "listAccountChanges", rest.Ask{}, most)
	if err != nil {
		return nil, err
	}
	names, err := handles(v)
	if err != nil {
		return nil, err
	}
	var open, past []change
	for _, c := range all {
		if c.State != string(access.Requested) {
			past = append([]change{c}, past...)
			continue
		}
		read, seen, err := frame.Read[change](v, getChange, rest.ByID(c.ID))
		if err != nil {
			return nil, err
		}
		read.seen = seen
		open = append(open, read)
	}
	if len(past) > shownPast {
		past = past[:shownPast]
	}
	return Changes(v, named(open, names), named(past, names), forms), nil
}

// shownPast is how many changes of before the page shows.
const shownPast = 30

// reasonOf is the field for why something is rejected.
func reasonOf(id string) string { return "reason-" + id }

// decided is the word in the address that says what was done.
func decided(yes bool, word string) string {
	if yes {
		return word
	}
	return "turned"
}

// decideChange approves or rejects. The word of an invitation is shown only here.
func decideChange(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	act := byID(v)
	act.Body = struct {
		Decision string `json:"decision"`
		Reason   string `json:"reason,omitempty"`
	}{f.Text("decision"), f.Text(reasonOf(v.C.Param("id")))}
	var made change
	if err := v.Do("decideAccountChange", f.SeenOf(act, getChange), &made); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": reasonOf(v.C.Param("id"))}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return waiting(v, frame.Back(v.C.Param("id"), f)) })
	}
	if made.Invitation == "" {
		return v.To("/account-changes?done=" + decided(made.State == string(access.Applied), "applied"))
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) {
		names, err := handles(v)
		return Invited(v, names[made.User], made.Invitation), err
	})
}
