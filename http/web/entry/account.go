package entry

import (
	"net/http"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// account adds the pages of the own account.
func account(s *frame.Site) {
	s.Page("/me", []string{"listSessions", "getPasskeys"}, me)
	s.Form("/me/sessions/:id/end", []string{"endSession"}, endSession)
	s.Form("/me/sign-out-everywhere", []string{"listSessions", "endSession"}, signOutEverywhere)
	s.Form("/me/keys", nil, chooseKeys)
	s.Page("/me/second-factor", []string{"beginSecondFactor"}, func(v *frame.Visit) (frame.Shown, error) {
		return BeginFactor(v, frame.NewForm()), nil
	})
	s.Form("/me/second-factor", []string{"beginSecondFactor"}, beginFactor)
	s.Form("/me/second-factor/confirm", []string{"confirmSecondFactor"}, confirmFactor)
}

// session is one of a user's sessions.
type session struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	CreatedAt string `json:"created_at"`
	ExpiresAt string `json:"expires_at"`
	RevokedAt string `json:"revoked_at"`
}

// sessions lists those that still count, the latest first.
func sessions(v *frame.Visit) ([]session, error) {
	var open []session
	ask := rest.Ask{Query: map[string][]string{"limit": {"200"}}}
	for {
		found, _, err := frame.Read[frame.List[session]](v, "listSessions", ask)
		if err != nil {
			return nil, err
		}
		for _, one := range found.Data {
			if one.RevokedAt == "" && one.ExpiresAt > v.Now() {
				open = append([]session{one}, open...)
			}
		}
		if !found.Page.HasMore {
			return open, nil
		}
		ask.Query.Set("cursor", found.Page.NextCursor)
	}
}

func me(v *frame.Visit) (frame.Shown, error) {
	open, err := sessions(v)
	if err != nil {
		return nil, err
	}
	keys, err := ownPasskeys(v)
	return Me(v, open, keys), err
}

func endSession(v *frame.Visit) (frame.Shown, error) {
	if err := v.Do("endSession", rest.ByID(v.C.Param("id")), nil); err != nil {
		return nil, err
	}
	return v.To("/me?done=ended")
}

// signOutEverywhere ends all sessions of the user, this one last.
func signOutEverywhere(v *frame.Visit) (frame.Shown, error) {
	var open []session
	if _, err := v.Again(func(v *frame.Visit) (_ frame.Shown, err error) {
		open, err = sessions(v)
		return nil, err
	}); err != nil {
		return nil, err
	}
	for _, one := range open {
		if one.ID == string(v.Who.Token) {
			continue
		}
		if err := v.Do("endSession", rest.ByID(one.ID), nil); err != nil {
			return nil, err
		}
	}
	return signOut(v)
}

func chooseKeys(v *frame.Visit) (frame.Shown, error) {
	to := "on"
	if v.Form().Text("to") == "off" {
		to = "off"
	}
	v.Remember(frame.KeysCookie, to)
	return v.To("/me?done=saved")
}

// rolesOf names the roles of the user.
func rolesOf(v *frame.Visit) string {
	words := make([]string, len(v.Who.Roles))
	for i, r := range v.Who.Roles {
		words[i] = v.In(frame.RoleWords[r])
	}
	return strings.Join(words, ", ")
}

// factor is what an authenticator app needs.
type factor struct {
	Secret string `json:"secret"`
	URI    string `json:"otpauth_uri"`
}

type factorBody struct {
	Password string `json:"password"`
	Code     string `json:"code"`
}

func factorForm(v *frame.Visit) (frame.Form, factorBody) {
	f := v.Form()
	in := factorBody{f.Values.Get("password"), strings.ReplaceAll(f.Text("code"), " ", "")}
	if in.Password == "" {
		f.Fault("password", v.T("Write your password.", "Skriv din adgangskode."))
	}
	return f, in
}

// again shows a page of the account after a refusal.
func again(v *frame.Visit, f frame.Form, err error, page func(v *frame.Visit) frame.Shown) (frame.Shown, error) {
	if err != nil {
		p := v.Problem(err)
		if p.Status >= http.StatusInternalServerError || p.Code == "unauthenticated" {
			return nil, err
		}
		f.Above = append(f.Above, frame.Sentence(p))
		v.Status(p.Status)
	} else {
		v.Status(http.StatusUnprocessableEntity)
	}
	return page(v), nil
}

func beginFactor(v *frame.Visit) (frame.Shown, error) {
	f, in := factorForm(v)
	var made factor
	var err error
	if f.Good() {
		if err = v.Do("beginSecondFactor", rest.Ask{Body: in}, &made); err == nil {
			return ConfirmFactor(v, frame.NewForm(), made), nil
		}
	}
	return again(v, f, err, func(v *frame.Visit) frame.Shown {
		f := f
		if err != nil {
			f.Above = []string{frame.Sentence(v.Problem(err))}
		}
		return BeginFactor(v, f)
	})
}

func confirmFactor(v *frame.Visit) (frame.Shown, error) {
	f, in := factorForm(v)
	made := factor{f.Text("secret"), f.Text("uri")}
	if in.Code == "" {
		f.Fault("code", v.T("Write the six digits that the app shows.", "Skriv de seks cifre, som appen viser."))
	}
	var codes struct {
		Codes []string `json:"recovery_codes"`
	}
	var err error
	if f.Good() {
		if err = v.Do("confirmSecondFactor", rest.Ask{Body: in}, &codes); err == nil {
			return RecoveryCodes(v, codes.Codes), nil
		}
	}
	return again(v, f, err, func(v *frame.Visit) frame.Shown {
		f := f
		if err != nil {
			f.Above = []string{frame.Sentence(v.Problem(err))}
		}
		return ConfirmFactor(v, f, made)
	})
}
