package entry

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// Register adds the pages.
func Register(s *frame.Site) {
	s.Public("/", front)
	s.Public("/sign-in", signInPage)
	s.PublicForm("/sign-in", signIn)
	s.PublicForm("/sign-out", signOut)
	s.PublicForm("/language", func(v *frame.Visit) (frame.Shown, error) { return v.ChooseLanguage() })
	s.Public("/hidden", func(v *frame.Visit) (frame.Shown, error) { return Hidden(v), nil })
	s.Public("/invitation", func(v *frame.Visit) (frame.Shown, error) { return Invitation(v, frame.NewForm()), nil })
	s.PublicForm("/invitation", acceptInvitation)
	if s.Demo {
		s.PublicForm("/demo/sign-in", demoSignIn)
	}
	account(s)
	passkeys(s)
	s.Navigate(frame.NavItem{Path: "/me", Text: rest.Text{EN: "Me", DA: "Mig"}, Needs: "", Order: 90, Key: "m"})
}

// front leads to the first place of a user's navigation.
func front(v *frame.Visit) (frame.Shown, error) {
	to := "/sign-in"
	_, err := v.Again(func(v *frame.Visit) (frame.Shown, error) {
		to = v.Home[0].Path
		return nil, nil
	})
	if err != nil && !errors.Is(err, access.ErrUnauthenticated) {
		return nil, err
	}
	return v.To(to)
}

func signInPage(v *frame.Visit) (frame.Shown, error) {
	return SignIn(v, frame.NewForm(), frame.Local(v.C.Query("next"), "/")), nil
}

type signInBody struct {
	Handle   string `json:"handle"`
	Password string `json:"password"`
	Code     string `json:"code"`
}

// signIn opens a session. A form that was interrupted goes on from there.
func signIn(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	next := frame.Local(f.Text("next"), "/")
	in := signInBody{Handle: f.Need(v, "handle"), Password: f.Values.Get("password"),
		Code: strings.ReplaceAll(f.Text("code"), " ", "")}
	if in.Password == "" {
		f.Fault("password", v.T("Write your password.", "Skriv din adgangskode."))
	}
	if f.Good() {
		var entered struct {
			Factors int `json:"factors"`
		}
		err := v.Do("signIn", rest.Ask{Body: in}, &entered)
		if err == nil {
			return goOn(v, f, next)
		}
		if p := v.Problem(err); p.Status >= http.StatusInternalServerError && p.Status != http.StatusServiceUnavailable {
			return nil, err
		}
		p := v.Problem(err)
		v.C.Set(rest.CodeKey, p.Code)
		v.Status(p.Status)
		f.Above = append(f.Above, frame.Sentence(p))
	} else {
		v.Status(http.StatusUnprocessableEntity)
	}
	return SignIn(v, f, next), nil
}

// goOn leads to where the user wanted to go, with the form that was carried along.
func goOn(v *frame.Visit, f frame.Form, next string) (frame.Shown, error) {
	kept := frame.NewForm()
	kept.Values = carried(f)
	if len(kept.Values) == 0 {
		return v.To(next)
	}
	return GoOn(v, kept, next), nil
}

// carried are the fields of the form that was interrupted.
func carried(f frame.Form) url.Values {
	all := url.Values{}
	for name, values := range f.Values {
		if name, ok := strings.CutPrefix(name, "kept."); ok {
			all[name] = values
		}
	}
	return all
}

func signOut(v *frame.Visit) (frame.Shown, error) {
	err := v.Do("endSession", rest.ByID("current"), nil)
	if err != nil && !errors.Is(err, access.ErrUnauthenticated) {
		return nil, err
	}
	return v.To("/sign-in?done=signed-out")
}

// acceptInvitation sets the first or a new password.
func acceptInvitation(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	in := struct {
		Invitation string `json:"invitation"`
		Password   string `json:"password"`
	}{f.Need(v, "invitation"), f.Values.Get("password")}
	switch {
	case in.Password == "":
		f.Fault("password", v.T("Choose a password.", "Vælg en adgangskode."))
	case in.Password != f.Values.Get("again"):
		f.Fault("again", v.T("The two passwords are not the same.", "De to adgangskoder er ikke ens."))
	}
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return Invitation(v, f), nil
	}
	if err := v.Do("setPassword", rest.Ask{Body: in}, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return Invitation(v, f), nil
	}
	return v.To("/sign-in?done=password")
}

// demoSignIn opens a session of a demo user without a password; it is there in a demo only.
func demoSignIn(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	if err := v.Site.Enter(v.C, f.Text("user")); err != nil {
		return nil, err
	}
	return v.To(frame.Local(f.Text("next"), "/"))
}
