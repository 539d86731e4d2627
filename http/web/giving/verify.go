package giving

import (
	"net/http"
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// verification is whether a statement stands: no money, no names.
type verification struct {
	Number     string `json:"number"`
	Version    int    `json:"version"`
	Status     string `json:"status"`
	IssuedOn   string `json:"issued_on"`
	ReplacedBy int    `json:"replaced_by_version"`
	Document   string `json:"document_sha256"`
}

// verifyForm takes a code, and leads to its page.
func verifyForm(v *frame.Visit) (frame.Shown, error) {
	if code := strings.TrimSpace(v.C.Query("code")); code != "" {
		return v.To("/verify/" + url.PathEscape(code))
	}
	return VerifyForm(v), nil
}

// verify tells whether a statement with a code stands. A file that somebody holds against it is hashed in the browser
// and stays there.
func verify(v *frame.Visit) (frame.Shown, error) {
	code := v.C.Param("code")
	var found verification
	err := v.Do("verifyStatement", rest.Ask{Path: map[string]string{"code": code}}, &found)
	if err != nil {
		if p := v.Problem(err); p.Status != http.StatusNotFound && p.Status != http.StatusUnprocessableEntity {
			return nil, err
		}
		v.Status(http.StatusNotFound)
		return Unknown(v, code), nil
	}
	return Verified(v, code, found), nil
}

// answer is what stands of a statement, in one sentence, and its icon.
func (f verification) answer(v *frame.Visit) (icon, text string) {
	switch f.Status {
	case "replaced":
		return "warning", v.Tf("It was issued, and version %d stands instead. Ask us for that one.",
			"Den er udstedt, men version %d gælder i stedet. Bed os om den.", f.ReplacedBy)
	case "withdrawn":
		return "stop", v.T("It was issued, and withdrawn: it does not stand.",
			"Den er udstedt, men trukket tilbage: den gælder ikke.")
	}
	return "ok", v.T("It was issued by us and stands.", "Den er udstedt af os og gælder.")
}

// same is what the browser says of a file that is the one we issued.
func (f verification) same(v *frame.Visit) string {
	switch f.Status {
	case "replaced":
		return v.Tf("Unaltered, but replaced: the file is as we issued it, and version %d stands instead.",
			"Uændret, men erstattet: Filen er, som vi udstedte den, men version %d gælder i stedet.", f.ReplacedBy)
	case "withdrawn":
		return v.T("Unaltered, but withdrawn: the file is as we issued it, and it does not stand.",
			"Uændret, men trukket tilbage: Filen er, som vi udstedte den, men den gælder ikke.")
	}
	return v.T("Unaltered: the file is exactly the one that we issued.",
		"Uændret: Filen er præcis den, vi udstedte.")
}
