package entry

import (
	"net/http"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func passkeys(s *frame.Site) {
	s.Page("/me/passkey", []string{"beginPasskey"}, func(v *frame.Visit) (frame.Shown, error) {
		return BeginPasskey(v, frame.NewForm()), nil
	})
	s.Form("/me/passkey", []string{"beginPasskey"}, beginPasskey)
	s.Form("/me/passkeys", []string{"addPasskey"}, addPasskey)
	s.Form("/me/passkeys/:id/remove", []string{"removePasskey"}, removePasskey)
	s.PublicForm("/sign-in/passkey", signInByPasskey)
}

// passkey is a key on one of the user's devices.
type passkey struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Synced    bool   `json:"synced"`
	CreatedAt string `json:"created_at"`
	UsedAt    string `json:"used_at"`
}

// ownPasskeys are the passkeys of the user.
func ownPasskeys(v *frame.Visit) ([]passkey, error) {
	found, _, err := frame.Read[struct {
		Passkeys []passkey `json:"passkeys"`
	}](v, "getPasskeys", rest.Ask{})
	return found.Passkeys, err
}

// beginPasskey takes the password, and has the browser ask the device.
func beginPasskey(v *frame.Visit) (frame.Shown, error) {
	f, in := factorForm(v)
	var asked struct {
		Options string `json:"options"`
	}
	var err error
	if f.Good() {
		if err = v.Do("beginPasskey", rest.Ask{Body: in}, &asked); err == nil {
			return MakePasskey(v, frame.NewForm(), asked.Options), nil
		}
	}
	return again(v, f, err, func(v *frame.Visit) frame.Shown {
		f := f
		if err != nil {
			f.Above = []string{frame.Sentence(v.Problem(err))}
		}
		return BeginPasskey(v, f)
	})
}

func addPasskey(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	err := v.Do("addPasskey", rest.Ask{Body: map[string]string{"name": f.Text("name"),
		"credential": f.Text("credential")}}, nil)
	if err == nil {
		return v.To("/me?done=passkey")
	}
	return again(v, f, err, func(v *frame.Visit) frame.Shown {
		f := frame.NewForm()
		f.Above = []string{frame.Sentence(v.Problem(err))}
		return BeginPasskey(v, f)
	})
}

func removePasskey(v *frame.Visit) (frame.Shown, error) {
	if err := v.Do("removePasskey", rest.ByID(v.C.Param("id")), nil); err != nil {
		return nil, err
	}
	return v.To("/me?done=passkey-gone")
}

// signInByPasskey opens a session for whom a device vouches for.
func signInByPasskey(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	next := frame.Local(f.Text("next"), "/")
	err := v.Do("signInByPasskey", rest.Ask{Body: map[string]string{"credential": f.Text("credential")}}, nil)
	if err == nil {
		return goOn(v, f, next)
	}
	p := v.Problem(err)
	if p.Status >= http.StatusInternalServerError {
		return nil, err
	}
	v.C.Set(rest.CodeKey, p.Code)
	v.Status(p.Status)
	again := frame.NewForm()
	again.Above = append(again.Above, frame.Sentence(p))
	return SignIn(v, again, next), nil
}
