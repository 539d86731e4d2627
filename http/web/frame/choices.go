package frame

import (
	"net/http"

	"supportledger/http/rest"
)

// cookieLasts is how long a choice of language or keys is kept, in seconds.
const cookieLasts = 365 * 24 * 60 * 60

// Remember keeps a choice in the browser; it says nothing about the user.
func (v *Visit) Remember(name, value string) {
	http.SetCookie(v.C.Writer, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: cookieLasts, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: v.C.Request.TLS != nil})
}

// ChooseLanguage is the act of the switch between the languages.
func (v *Visit) ChooseLanguage() (Shown, error) {
	f := v.Form()
	if to := f.Text("to"); to == string(rest.Danish) || to == string(rest.English) {
		v.Remember(LangCookie, to)
	}
	return v.To(Local(f.Text("next"), "/"))
}
