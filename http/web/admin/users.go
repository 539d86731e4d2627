package admin

import (
	"cmp"
	"net/http"
	"slices"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

const (
	getUser   = "getUser"
	getChange = "getAccountChange"
	perPage   = "50"
	most      = 2000 // users and changes that a page reads to name them
)

func users(s *frame.Site) {
	s.Page("/users", []string{"listUsers"}, func(v *frame.Visit) (frame.Shown, error) {
		return listed(v, frame.NewForm())
	})
	s.Form("/users", []string{"createUser"}, create)
	s.Page("/users/:id", []string{getUser, "listAccountChanges"}, func(v *frame.Visit) (frame.Shown, error) {
		return one(v, frame.NoForms())
	})
	s.Form("/users/:id/roles", []string{"requestAccountChange"}, askRoles)
	s.Form("/users/:id/invitations", []string{"requestAccountChange"}, askInvitation)
	s.Form("/users/:id/same-person", []string{"requestAccountChange"}, askSamePerson)
	s.Form("/users/:id/end", []string{"endUser"}, end)
	s.Form("/users/:id/close", []string{"disableUser"}, disable)
	s.Form("/users/:id/sign-out", []string{"revokeTokensOfUser"}, signOut)
}

// user is an account.
type user struct {
	ID         string        `json:"id"`
	Handle     string        `json:"handle"`
	Roles      []access.Role `json:"roles"`
	Works      bool          `json:"works"`
	CreatedAt  string        `json:"created_at"`
	EndsAt     string        `json:"ends_at"`
	DisabledAt string        `json:"disabled_at"`
	Person     string        `json:"same_person_as"`
}

func listed(v *frame.Visit, f frame.Form) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[user]](v, "listUsers", v.ListAsk(perPage))
	return Users(v, list, f), err
}

func create(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	var made user
	err := v.Do("createUser", rest.Ask{Key: f.Key, Body: struct {
		Handle string `json:"handle"`
		EndsOn string `json:"ends_on,omitzero"`
	}{f.Need(v, "handle"), f.Text("ends_on")}}, &made)
	if err == nil {
		return v.To("/users/" + made.Handle + "?done=saved")
	}
	if err := f.Refused(v, err, nil); err != nil {
		return nil, err
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return listed(v, f) })
}

func byID(v *frame.Visit) rest.Ask { return rest.ByID(v.C.Param("id")) }

// one is the page of an account, with the forms of which one may have come back.
func one(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	u, seen, err := frame.Read[user](v, getUser, byID(v))
	if err != nil {
		return nil, err
	}
	if err := v.Offer("revokeTokensOfUser", map[string]string{"id": v.C.Param("id")}, nil); err != nil {
		return nil, err
	}
	all, _, err := frame.Every[change](v, "listAccountChanges", rest.Ask{}, most)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(c change) bool { return c.User != u.ID })
	names, err := handles(v)
	return User(v, u, named(all, names), forms, seen), err
}

// back shows the page of an account again with what is wrong in one of its forms.
func back(v *frame.Visit, name string, f frame.Form, err error) (frame.Shown, error) {
	if err := f.Refused(v, err, map[string]string{"reason": name}); err != nil {
		return nil, err
	}
	return v.Again(func(v *frame.Visit) (frame.Shown, error) { return one(v, frame.Back(name, f)) })
}

// wish is what is asked for an account.
type wish struct {
	User   string   `json:"user"`
	Kind   string   `json:"kind"`
	Grant  []string `json:"grant,omitempty"`
	Revoke []string `json:"revoke,omitempty"`
	Other  string   `json:"same_person_as,omitempty"`
	Reason string   `json:"reason"`
}

// ask asks for a change, and says whether it waits for another person.
func ask(v *frame.Visit, name string, f frame.Form, w wish) (frame.Shown, error) {
	w.User, w.Reason = v.C.Param("id"), f.Need(v, name)
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return one(v, frame.Back(name, f)) })
	}
	var made change
	err := v.Do("requestAccountChange", rest.Ask{Key: f.Key, Body: w}, &made)
	if err != nil {
		return back(v, name, f, err)
	}
	if made.State == string(access.Requested) {
		return v.To("/account-changes?done=requested")
	}
	return v.To("/users/" + v.C.Param("id") + "?done=applied")
}

func askRoles(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	return ask(v, "roles_reason", f, wish{Kind: string(access.RoleChange), Grant: f.Values["grant"],
		Revoke: f.Values["revoke"]})
}

func askInvitation(v *frame.Visit) (frame.Shown, error) {
	return ask(v, "invite_reason", v.Form(), wish{Kind: string(access.Invitation)})
}

func askSamePerson(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	return ask(v, "same_reason", f, wish{Kind: string(access.SamePerson), Other: f.Need(v, "other")})
}

func end(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	act := byID(v)
	act.Body = struct {
		EndsOn string `json:"ends_on"`
	}{f.Need(v, "ends_on")}
	if err := v.Do("endUser", f.SeenOf(act, getUser), nil); err != nil {
		return back(v, "ends_on", f, err)
	}
	return v.To("/users/" + v.C.Param("id") + "?done=saved")
}

func disable(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	act := byID(v)
	act.Body = frame.Reason{Reason: f.Need(v, "close_reason")}
	if err := v.Do("disableUser", f.SeenOf(act, getUser), nil); err != nil {
		return back(v, "close_reason", f, err)
	}
	return v.To("/users/" + v.C.Param("id") + "?done=account-ended")
}

func signOut(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	act := byID(v)
	act.Key = f.Key
	if err := v.Do("revokeTokensOfUser", act, nil); err != nil {
		return nil, err
	}
	return v.To("/users/" + v.C.Param("id") + "?done=signed")
}

// handles are the work names of all accounts by id.
func handles(v *frame.Visit) (map[string]string, error) {
	names := map[string]string{}
	if !v.Can("listUsers") {
		return names, nil
	}
	all, _, err := frame.Every[user](v, "listUsers", rest.Ask{}, most)
	for _, u := range all {
		names[u.ID] = u.Handle
	}
	return names, err
}

// roleOptions are roles in their words.
func roleOptions(v *frame.Visit, only func(access.Role) bool) []frame.Option {
	var all []frame.Option
	for _, r := range access.Roles {
		if only(r) {
			all = append(all, frame.Option{Value: string(r), Text: v.In(frame.RoleWords[r])})
		}
	}
	return all
}

// others are the roles that an account could be given: those it lacks and that are for a person who works here.
func (u user) others(r access.Role) bool {
	return r != access.DonorRole && !slices.Contains(u.Roles, r)
}

func (u user) has(r access.Role) bool { return slices.Contains(u.Roles, r) }

// said names roles in words.
func said(v *frame.Visit, roles []access.Role) string {
	text := ""
	for i, r := range roles {
		if i > 0 {
			text += ", "
		}
		text += frame.Said(v, words, string(r))
	}
	return cmp.Or(text, "–")
}

// words are the roles by their codes.
var words = func() map[string]rest.Text {
	all := map[string]rest.Text{}
	for r, t := range frame.RoleWords {
		all[string(r)] = t
	}
	return all
}()
