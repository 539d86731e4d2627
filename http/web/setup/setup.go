package setup

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"supportledger/access"
	"supportledger/http/rest"
	"supportledger/http/web/entry"
	"supportledger/http/web/frame"
	"supportledger/ledger"
	"supportledger/statements/page"
)

// Desk is what the wizard is made of.
type Desk struct {
	Word  string      // the secret of the link, which the operator of the machine sees
	Today ledger.Date // proposes the first day
	Keys  []string    // files that the keys are made in, "" is none
	Next  string      // command that serves the books from then on
	Open  func(ctx context.Context, o Opening) ([]Person, error)
	Done  func() // ends the wizard for good
}

// wizard is a setup under way. What Open gave is kept until the operator has handed the words out: a page that was lost
// on the way is shown again.
type wizard struct {
	Desk
	mu    sync.Mutex
	given []Person
}

const (
	path      = "/setup"
	wordField = "word"
	cookie    = "supportledger-setup"
)

// Register adds the wizard to a site that has nothing else.
func Register(s *frame.Site, d Desk) {
	w := &wizard{Desk: d}
	s.ServeAssets()
	s.Public("/", func(v *frame.Visit) (frame.Shown, error) { return v.To(path) })
	s.Public(path, w.begin)
	s.PublicForm(path, w.step)
	s.PublicForm(path+"/finish", w.finish)
	s.PublicForm("/language", func(v *frame.Visit) (frame.Shown, error) { return v.ChooseLanguage() })
	s.Public("/hidden", func(v *frame.Visit) (frame.Shown, error) { return entry.Hidden(v), nil })
	s.Public("/help", func(v *frame.Visit) (frame.Shown, error) { return v.To(path) })
}

// known tells whether the browser showed the word of the link.
func (w *wizard) known(v *frame.Visit) bool {
	held, _ := v.C.Cookie(cookie) // none is not the word
	return w.is(held)
}

func (w *wizard) is(word string) bool {
	return subtle.ConstantTimeCompare([]byte(word), []byte(w.Word)) == 1
}

// begin takes the word out of the link and keeps it in the browser, so that it stands in no address.
func (w *wizard) begin(v *frame.Visit) (frame.Shown, error) {
	word, sent := v.C.GetQuery(wordField)
	if !sent && w.known(v) {
		if given := w.opened(); given != nil {
			return w.done(v, given), nil
		}
		return Organisation(v, w.fresh()), nil
	}
	if sent && w.is(word) {
		http.SetCookie(v.C.Writer, &http.Cookie{Name: cookie, Value: word, Path: "/", HttpOnly: true,
			SameSite: http.SameSiteStrictMode, Secure: v.C.Request.TLS != nil})
		return v.To(path)
	}
	f := frame.NewForm()
	if sent {
		v.Status(http.StatusForbidden)
		f.Fault(wordField, v.T("This is not the word that the server printed when it started.",
			"Det er ikke det ord, som serveren skrev, da den startede."))
	}
	return Word(v, f), nil
}

func (w *wizard) opened() []Person {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.given
}

// fresh is the form with what we propose.
func (w *wizard) fresh() frame.Form {
	f := frame.NewForm()
	f.Values.Set("base", "DKK")
	f.Values.Set("from", string(w.Today)[:len("2006")]+"-01-01")
	for _, p := range posts {
		if !p.optional {
			f.Values.Set(p.field(), p.proposed)
		}
	}
	return f
}

// The steps, as the button names that lead to them.
const (
	toOrganisation = "organisation"
	toPeople       = "people"
	toKeys         = "keys"
	toCheck        = "check"
	toOpen         = "open"
)

// step reads the whole form, which every step carries along, and shows the step that the button names, or the first
// one that something is wrong in.
func (w *wizard) step(v *frame.Visit) (frame.Shown, error) {
	if !w.known(v) {
		return v.To(path)
	}
	if given := w.opened(); given != nil {
		return w.done(v, given), nil
	}
	f := v.Form()
	to := f.Text("to")
	if to == toOrganisation {
		return Organisation(v, f), nil
	}
	var o Opening
	organisation(v, f, &o)
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return Organisation(v, f), nil
	}
	if to == toPeople {
		return People(v, f), nil
	}
	w.people(v, f, &o)
	if !f.Good() {
		v.Status(http.StatusUnprocessableEntity)
		return People(v, f), nil
	}
	if to == toKeys {
		return Keys(v, f, w.Keys), nil
	}
	if f.Text("kept") == "" && len(w.Keys) > 0 {
		f.Fault("kept", v.T("Say that you will copy the keys: without them nobody reads the data again.",
			"Bekræft, at du kopierer nøglerne: Uden dem kan ingen læse oplysningerne igen."))
		v.Status(http.StatusUnprocessableEntity)
		return Keys(v, f, w.Keys), nil
	}
	if to != toOpen {
		return Check(v, f, o, w.Keys), nil
	}
	return w.open(v, f, o)
}

// open opens the books, once, whatever is sent twice.
func (w *wizard) open(v *frame.Visit, f frame.Form, o Opening) (frame.Shown, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.given == nil {
		given, err := w.Open(v.C.Request.Context(), o)
		if errors.Is(err, ledger.ErrAlreadyOpened) {
			return nil, rest.Refuse("no_such_path")
		}
		if err != nil {
			if err := f.Refused(v, err, nil); err != nil {
				return nil, err
			}
			return Check(v, f, o, w.Keys), nil
		}
		w.given = given
	}
	return w.done(v, w.given), nil
}

func (w *wizard) done(v *frame.Visit, given []Person) frame.Shown {
	return Opened(v, frame.NewForm(), given, w.Next)
}

// finish ends the wizard. The operator's password goes on to the page that takes it, at the server that comes after.
func (w *wizard) finish(v *frame.Visit) (frame.Shown, error) {
	given := w.opened()
	if !w.known(v) || given == nil {
		return v.To(path)
	}
	http.SetCookie(v.C.Writer, &http.Cookie{Name: cookie, Path: "/", MaxAge: -1, HttpOnly: true,
		SameSite: http.SameSiteStrictMode, Secure: v.C.Request.TLS != nil})
	w.Done()
	return v.Resend("/invitation")
}

func organisation(v *frame.Visit, f frame.Form, o *Opening) {
	o.Organisation = f.Need(v, "organisation")
	if len([]rune(o.Organisation)) > 200 {
		f.Fault("organisation", v.T("At most 200 letters.", "Højst 200 tegn."))
	}
	if letter, missing := page.Missing(o.Organisation); missing {
		f.Fault("organisation", v.T(fmt.Sprintf("The letter %q cannot be printed on a statement.", letter),
			fmt.Sprintf("Tegnet %q kan ikke trykkes i et regnskab.", letter)))
	}
	base, err := ledger.ParseCurrency(strings.ToUpper(f.Text("base")))
	if err != nil {
		f.Fault("base", v.T("Write a currency's three letters, such as DKK or EUR.",
			"Skriv en valutas tre bogstaver, for eksempel DKK eller EUR."))
	}
	o.Base = base
	from, err := ledger.ParseDate(f.Text("from"))
	if err != nil {
		f.Fault("from", v.T("Write a day.", "Skriv en dato."))
	}
	o.From = from
}

// people reads the handles. One handle at two posts is one person with both roles.
func (w *wizard) people(v *frame.Visit, f frame.Form, o *Opening) {
	o.People = nil
	for _, p := range posts {
		handle := f.Text(p.field())
		switch {
		case handle == "" && p.optional:
			continue
		case !rest.GoodRef(handle):
			f.Fault(p.field(), v.T("Write a work name of letters, figures, - and ., without spaces.",
				"Skriv et arbejdsnavn af bogstaver a–z, tal, - og . uden mellemrum."))
			continue
		}
		i := slices.IndexFunc(o.People, func(q Person) bool { return q.Handle == handle })
		if i < 0 {
			o.People = append(o.People, Person{Handle: handle, Roles: []access.Role{p.role}})
			continue
		}
		both := append(slices.Clone(o.People[i].Roles), p.role)
		var clash *access.Clash
		if err := access.Compatible(both); errors.As(err, &clash) {
			f.Fault(p.field(), v.Tf("%s cannot be both %s and %s: choose another person for one of them.",
				"%s kan ikke både være %s og %s: Vælg en anden person til det ene.", handle,
				v.In(frame.RoleWords[clash.A]), v.In(frame.RoleWords[clash.B])))
			continue
		}
		o.People[i].Roles = both
	}
}

// post is a duty that a first user has.
type post struct {
	role     access.Role
	proposed string
	optional bool
	does     rest.Text
}

func (p post) field() string { return "who." + string(p.role) }

// posts are the duties, the operator's own first.
var posts = []post{
	{access.Admin, "admin", false, rest.Text{EN: "You. Keeps the user accounts; has no money and no identities.",
		DA: "Dig. Vedligeholder brugerne; har hverken penge eller identiteter."}},
	{access.Caseworker, "caseworker", false, rest.Text{EN: "Knows the people supported, and asks for payments.",
		DA: "Kender de støttede og anmoder om betalinger."}},
	{access.ProgrammeLead, "programme-lead", false, rest.Text{EN: "Approves plans and requests.",
		DA: "Godkender planer og anmodninger."}},
	{access.FinanceOfficer, "finance", false, rest.Text{EN: "Books, pays and closes the months.",
		DA: "Bogfører, betaler og lukker månederne."}},
	{access.Treasurer, "treasurer", false, rest.Text{EN: "Authorises payments and releases them; often of the board.",
		DA: "Bemyndiger betalinger og frigiver dem; ofte fra bestyrelsen."}},
	{access.PrivacyOfficer, "privacy", true, rest.Text{EN: "Looks after erasures and who opened identities.",
		DA: "Følger sletninger og åbninger af identiteter."}},
	{access.Auditor, "auditor", true, rest.Text{EN: "Sees the books and changes nothing.",
		DA: "Ser regnskabet og ændrer intet."}},
}

// answers are the fields that every step carries along, but those that it asks for itself.
func answers(f frame.Form, but ...string) []string {
	all := []string{"organisation", "base", "from", "kept"}
	for _, p := range posts {
		all = append(all, p.field())
	}
	return slices.DeleteFunc(all, func(name string) bool {
		return slices.Contains(but, name) || f.Text(name) == ""
	})
}

// rolesOf names the roles of a person.
func rolesOf(v *frame.Visit, p Person) string {
	words := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		words[i] = v.In(frame.RoleWords[r])
	}
	return strings.Join(words, ", ")
}

// chart is the accounts that new books have.
func chart() []ledger.Account {
	all, err := ledger.StandardChart()
	if err != nil {
		return nil // it is compiled in, and opening the books says so
	}
	return all
}

// name is an account's name in the language of the visit.
func name(v *frame.Visit, a ledger.Account) string { return v.T(a.NameEN, a.NameDA) }

// steps are what the reader sees of them.
var steps = []struct {
	key  string
	text rest.Text
}{
	{toOrganisation, rest.Text{EN: "1. Organisation", DA: "1. Organisation"}},
	{toPeople, rest.Text{EN: "2. Users", DA: "2. Brugere"}},
	{toKeys, rest.Text{EN: "3. Keys", DA: "3. Nøgler"}},
	{toCheck, rest.Text{EN: "4. Check and open", DA: "4. Kontrollér og åbn"}},
}

func postFields() []string {
	all := make([]string, len(posts))
	for i, p := range posts {
		all[i] = p.field()
	}
	return all
}
