package giving

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

// verifier is who answers, and the key that signs.
type verifier struct {
	Organisation string `json:"organisation"`
	Signer       string `json:"signer"`
}

// verification is whether a statement stands: no money, no names.
type verification struct {
	Organisation string `json:"organisation"`
	Number       string `json:"number"`
	Version      int    `json:"version"`
	Status       string `json:"status"`
	IssuedOn     string `json:"issued_on"`
	ReplacedBy   int    `json:"replaced_by_version"`
	Code         string `json:"code"`
	Document     string `json:"document_sha256"`
}

// fileVerification is what a file is.
type fileVerification struct {
	Verdict    string        `json:"verdict"`
	LockedCopy bool          `json:"locked_copy"`
	Statement  *verification `json:"statement"`
}

func verifies(v *frame.Visit) (by verifier, err error) {
	err = v.Do("describeVerifications", rest.Ask{}, &by)
	return by, err
}

var hashForm = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// verifyForm takes a code or the hash of a file, and leads to its page.
func verifyForm(v *frame.Visit) (frame.Shown, error) {
	code := strings.TrimSpace(v.C.Query("code"))
	switch {
	case hashForm.MatchString(code):
		return v.To("/verify/files/" + strings.ToLower(code))
	case code != "":
		return v.To("/verify/" + url.PathEscape(code))
	}
	by, err := verifies(v)
	return VerifyForm(v, by, "", ""), err
}

// verify tells whether a statement with a code stands.
func verify(v *frame.Visit) (frame.Shown, error) {
	by, err := verifies(v)
	if err != nil {
		return nil, err
	}
	code := v.C.Param("code")
	var found verification
	if err := v.Do("verifyStatement", rest.Ask{Path: map[string]string{"code": code}}, &found); err != nil {
		if p := v.Problem(err); p.Status != http.StatusNotFound && p.Status != http.StatusUnprocessableEntity {
			return nil, err
		}
		v.Status(http.StatusNotFound)
		return Unknown(v, by, code), nil
	}
	return Verified(v, by, found), nil
}

// verifyFile tells what a file is, of which the browser has sent the checksum and what it claims to be.
func verifyFile(v *frame.Visit) (frame.Shown, error) {
	by, err := verifies(v)
	if err != nil {
		return nil, err
	}
	ask := rest.Ask{Path: map[string]string{"hash": v.C.Param("hash")}, Query: url.Values{}}
	for _, name := range []string{"form", "signer"} {
		if given := v.C.Query(name); given != "" {
			ask.Query.Set(name, given)
		}
	}
	var found fileVerification
	if err := v.Do("verifyFile", ask, &found); err != nil {
		if p := v.Problem(err); p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusBadRequest {
			return nil, err
		}
		v.Status(http.StatusUnprocessableEntity)
		return VerifyForm(v, by, v.C.Param("hash"), v.T("A SHA-256 has sixty-four digits and letters from a to f.",
			"En SHA-256 har 64 tegn: cifre og bogstaverne a til f.")), nil
	}
	return VerifiedFile(v, by, found, v.C.Query("code")), nil
}

// answer is what stands of a statement, in one sentence, and its icon.
func (f verification) answer(v *frame.Visit) (icon, text string) {
	switch f.Status {
	case "replaced":
		return iconWarning, v.Tf("It was issued, and version %d stands instead. Ask us for that one.",
			"Det er udstedt, men version %d gælder i stedet. Bed os om den.", f.ReplacedBy)
	case "withdrawn":
		return iconStop, v.T("It was issued, and withdrawn: it does not stand.",
			"Det er udstedt, men trukket tilbage: det gælder ikke.")
	}
	return iconOK, v.T("It was issued by us and stands.", "Det er udstedt af os og gælder.")
}

const (
	iconOK, iconWarning, iconStop = "ok", "warning", "stop"
)

// fileWords are the verdicts on a file that is none of those that we made.
var fileWords = map[string]struct {
	icon       string
	head, text rest.Text
}{
	"issued": {iconOK, rest.Text{EN: "Genuine", DA: "Ægte"}, rest.Text{
		EN: "Unaltered: the file is exactly the one that we issued, and it stands.",
		DA: "Uændret: Filen er præcis den, vi udstedte, og den gælder."}},
	"locked_copy": {iconOK, rest.Text{EN: "Locked copy of a genuine statement", DA: "Låst kopi af et ægte regnskab"},
		rest.Text{EN: "The file is the copy that we locked with the receiver's passphrase. What it shows is what we " +
			"issued, and it stands.",
			DA: "Filen er den kopi, som vi har låst med modtagerens adgangskode. Indholdet er det, vi udstedte, og det " +
				"gælder."}},
	"not_sealed": {iconWarning, rest.Text{EN: "Not sealed", DA: "Ikke forseglet"}, rest.Text{
		EN: "The file is a draft, or was taken before the statement was sealed. It proves nothing: ask us for the " +
			"sealed one.",
		DA: "Filen er en kladde, eller den er hentet, før regnskabet blev forseglet. Den beviser intet: bed os om det " +
			"forseglede regnskab."}},
	"altered": {iconStop, rest.Text{EN: "Altered", DA: "Ændret"}, rest.Text{
		EN: "The file says that it is a statement of ours, but it is NOT as we issued it. Do not rely on it.",
		DA: "Filen giver sig ud for at være et regnskab fra os, men den er IKKE, som vi udstedte den. Stol ikke på " +
			"den."}},
	"other_key": {iconStop, rest.Text{EN: "Signed with another key", DA: "Signeret med en anden nøgle"}, rest.Text{
		EN: "The file is a sealed statement, but it was not sealed with our key. It is of another organisation, or a " +
			"forgery.",
		DA: "Filen er et forseglet regnskab, men det er ikke forseglet med vores nøgle. Det er en anden forenings, " +
			"eller det er forfalsket."}},
	"not_a_statement": {iconStop, rest.Text{EN: "Not one of ours", DA: "Ikke et af vores regnskaber"}, rest.Text{
		EN: "We have not made this file: it is no statement of ours, or another program has saved it anew.",
		DA: "Vi har ikke lavet denne fil: Det er ikke et regnskab fra os, eller et andet program har gemt det på ny."}},
}

// answer is the verdict: its icon, its name and a sentence.
func (f fileVerification) answer(v *frame.Visit) (icon, head, text string) {
	switch {
	case f.Statement != nil && f.Verdict == "replaced":
		return iconWarning, v.T("Replaced", "Erstattet"), f.lead(v) + " " +
			v.Tf("It was replaced: version %d stands instead.", "Det er erstattet: version %d gælder i stedet.",
				f.Statement.ReplacedBy)
	case f.Statement != nil && f.Verdict == "withdrawn":
		return iconStop, v.T("Withdrawn", "Trukket tilbage"), f.lead(v) + " " +
			v.T("It was withdrawn: it does not stand.", "Det er trukket tilbage: det gælder ikke.")
	}
	words := fileWords[f.Verdict]
	return words.icon, v.In(words.head), v.In(words.text)
}

func (f fileVerification) lead(v *frame.Visit) string {
	if f.LockedCopy {
		return v.T("The file is a copy of ours that is locked with the receiver's passphrase.",
			"Filen er en kopi fra os, låst med modtagerens adgangskode.")
	}
	return v.T("The file is unaltered, as we issued it.", "Filen er uændret, som vi udstedte den.")
}
