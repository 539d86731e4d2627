package frame

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"supportledger/access"
	"supportledger/http/rest"
)

// Site is all pages of a server. Routes are added before the server starts and never after.
type Site struct {
	API    *rest.API
	Demo   bool        // every page is marked, and demo users sign in without a password
	Pseudo bool        // every text is 40 % longer, in tests
	Routes []Route     // in the order of registration
	nav    []NavItem   // in the order of the navigation
	Enter  EnterAs     // opens a session in the browser, for a demo user; nil outside a demo
	Ways   []SignInWay // ways to sign in beside the password
}

// EnterAs opens a session of a demo user.
type EnterAs func(c *gin.Context, handle string) error

// SignInWay is a button on the sign-in page.
type SignInWay struct {
	Path string
	Text rest.Text
}

// Route is one page or form, as the authorisation matrix reads it.
type Route struct {
	Method, Path string
	Needs        []string // operations that the user must be allowed to call; none is anybody who is signed in
	Public       bool
}

// NavItem is a place in the navigation.
type NavItem struct {
	Path  string
	Text  rest.Text
	Needs string // operation without which the item is left out; "" is for everybody
	Order int
	Key   string // second key after g
}

// Navigate adds places to the navigation.
func (s *Site) Navigate(items ...NavItem) {
	s.nav = append(s.nav, items...)
	slices.SortStableFunc(s.nav, func(a, b NavItem) int { return a.Order - b.Order })
}

// Visit is one request for a page.
type Visit struct {
	*rest.Look // the snapshot, and who looks; nil on a public page and in a form's act
	Site       *Site
	C          *gin.Context
	Lang       rest.Lang
	Home       []NavItem // what the navigation shows this user
	acts       []Action  // what may be done next with what the page read
	status     int
}

// Shown is a page that is ready to be sent.
type Shown = templ.Component

// Public registers a page that needs no session.
func (s *Site) Public(path string, show func(v *Visit) (Shown, error)) {
	s.add(http.MethodGet, path, Route{Public: true}, func(v *Visit) { v.answer(show(v)) })
}

// PublicForm registers a form's act that needs no session.
func (s *Site) PublicForm(path string, act func(v *Visit) (Shown, error)) {
	s.add(http.MethodPost, path, Route{Public: true}, func(v *Visit) { v.answer(act(v)) })
}

// Page registers a page for users who may call all of the operations; it reads in one snapshot.
func (s *Site) Page(path string, needs []string, show func(v *Visit) (Shown, error)) {
	s.add(http.MethodGet, path, Route{Needs: needs}, func(v *Visit) { v.answer(v.look(needs, show)) })
}

// Form registers a form's act for users who may call all of the operations. It ends in [Visit.To], or gives the page
// that says what is wrong.
func (s *Site) Form(path string, needs []string, act func(v *Visit) (Shown, error)) {
	s.add(http.MethodPost, path, Route{Needs: needs}, func(v *Visit) {
		_, err := v.look(needs, func(*Visit) (Shown, error) { return nil, nil })
		if err != nil {
			v.answer(nil, err)
			return
		}
		v.answer(act(v))
	})
}

// File registers a document that an operation answers with.
func (s *Site) File(path string, needs []string, read func(v *Visit) (rest.Reply, error)) {
	s.add(http.MethodGet, path, Route{Needs: needs}, func(v *Visit) {
		var file rest.Reply
		_, err := v.look(needs, func(v *Visit) (_ Shown, err error) {
			file, err = read(v)
			return nil, err
		})
		if err != nil {
			v.answer(nil, err)
			return
		}
		v.sendFile(file)
	})
}

// Send ends a public page's visit with a document.
func (v *Visit) Send(file rest.Reply) (Shown, error) {
	v.sendFile(file)
	return nil, errSent
}

// sendFile sends a document: a picture to be shown in a page, anything else to be saved. Nothing in it can run.
func (v *Visit) sendFile(file rest.Reply) {
	h := v.C.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	how := "attachment"
	if strings.HasPrefix(file.Kind, "image/") {
		how = "inline"
	}
	h.Set("Content-Disposition", fmt.Sprintf("%s; filename=%q", how, file.Name))
	if file.Stream == nil {
		v.C.Data(http.StatusOK, file.Kind, file.Body)
		return
	}
	h.Set("Content-Type", file.Kind)
	if err := file.Stream(v.C.Request.Context(), v.C.Writer); err != nil {
		v.C.Set(rest.CauseKey, rest.ForLog(err)) // what is missing of the file is seen by its end
	}
}

func (s *Site) add(method, path string, r Route, serve func(*Visit)) {
	r.Method, r.Path = method, path
	s.Routes = append(s.Routes, r)
	s.API.Engine.Handle(method, path, func(c *gin.Context) {
		v, take := s.visit(c), s.API.Take
		if r.Public {
			take = s.API.TakePublic
		}
		if err := take(c); err != nil {
			v.answer(nil, err)
			return
		}
		serve(v)
	})
}

// LangCookie keeps a browser's choice of language, KeysCookie that shortcuts are off.
const (
	LangCookie = "supportledger-lang"
	KeysCookie = "supportledger-keys"
)

func (s *Site) visit(c *gin.Context) *Visit {
	v := &Visit{Site: s, C: c, Lang: rest.LangOf(c.GetHeader("Accept-Language")), status: http.StatusOK}
	if chosen, _ := c.Cookie(LangCookie); chosen == string(rest.Danish) || chosen == string(rest.English) {
		v.Lang = rest.Lang(chosen)
	}
	return v
}

// look opens the snapshot in which a page is put together.
func (v *Visit) look(needs []string, show func(v *Visit) (Shown, error)) (shown Shown, err error) {
	err = v.Site.API.Look(v.C, v.Lang, func(l *rest.Look) error {
		v.Look, v.Home, v.acts = l, v.Site.home(l), nil
		for _, id := range needs {
			if err := l.May(id); err != nil {
				return err
			}
		}
		shown, err = show(v)
		return err
	})
	return shown, err
}

// home is the part of the navigation that a user may use.
func (s *Site) home(l *rest.Look) []NavItem {
	var items []NavItem
	for _, item := range s.nav {
		if item.Needs == "" || l.Can(item.Needs) {
			items = append(items, item)
		}
	}
	return items
}

// Again reads once more in a form's act, in a snapshot of its own: what the page of a refused form shows, or what has
// to be known before writing. It must not write: [Visit.Do] opens a transaction, and comes before or after.
func (v *Visit) Again(show func(v *Visit) (Shown, error)) (Shown, error) { return v.look(nil, show) }

// In is a text in the language of the visit.
func (v *Visit) In(t rest.Text) string {
	s := t.In(v.Lang)
	if v.Site.Pseudo {
		s += strings.Repeat("~", (len([]rune(s))*2+4)/5)
	}
	return s
}

// T is a text in the language of the visit, given in English and Danish.
func (v *Visit) T(en, da string) string { return v.In(rest.Text{EN: en, DA: da}) }

// Tf puts figures into a text.
func (v *Visit) Tf(en, da string, figures ...any) string { return v.In(rest.Textf(en, da, figures...)) }

// Read performs an operation that reads and gives its answer as the struct of a page.
func Read[T any](v *Visit, id string, ask rest.Ask) (out T, etag string, err error) {
	ask.Lang = v.Lang
	shown, err := v.Reply(id, ask)
	if err != nil {
		return out, "", err
	}
	if err := json.Unmarshal(shown.Body, &out); err != nil {
		return out, "", fmt.Errorf("web: a page reads %s: %w", id, err)
	}
	return out, v.Site.API.Operation(id).Tag(shown.Body), v.note(shown.Body)
}

// Aside is Read of a thing beside the one that the page is about: what may be done next with it is left out.
func Aside[T any](v *Visit, id string, ask rest.Ask) (T, string, error) {
	ask.Plain = true
	return Read[T](v, id, ask)
}

// List is the answer of a list.
type List[T any] struct {
	Data []T `json:"data"`
	Page struct {
		NextCursor string `json:"next_cursor"`
		HasMore    bool   `json:"has_more"`
	} `json:"page"`
}

// Do performs an operation that writes, in a transaction of its own, and reads its answer into a struct.
func (v *Visit) Do(id string, ask rest.Ask, into any) error {
	ask.Lang = v.Lang
	out, err := v.Site.API.Do(v.C, id, ask)
	if err != nil || into == nil || len(out.Body) == 0 {
		return err
	}
	return json.Unmarshal(out.Body, into)
}

// Problem words an error in the language of the visit.
func (v *Visit) Problem(err error) rest.Problem {
	p, _ := v.Site.API.Problems.ProblemOf(err, v.Lang)
	return p
}

// Status sets the status of the answer.
func (v *Visit) Status(code int) { v.status = code }

// sent is the mark of a visit that is answered by a redirect.
var errSent = errors.New("web: sent elsewhere")

// To ends a form's act: the browser reads another page, so that reloading does not send the form again.
func (v *Visit) To(path string) (Shown, error) {
	v.C.Redirect(http.StatusSeeOther, path)
	return nil, errSent
}

// Resend ends a form's act: the browser sends the same form to another path.
func (v *Visit) Resend(path string) (Shown, error) {
	v.C.Redirect(http.StatusTemporaryRedirect, path)
	return nil, errSent
}

// Local is a path of this site out of a form, or the other path where it leads elsewhere.
func Local(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") ||
		strings.ContainsAny(path, "\\\r\n\t") {
		return otherwise
	}
	return path
}

// Here is the path and query of the visit, where a GET can repeat it.
func (v *Visit) Here() string {
	if v.C.Request.Method == http.MethodGet {
		return v.C.Request.URL.RequestURI()
	}
	return v.C.Request.URL.EscapedPath()
}

// answer sends a page, or the page of an error.
func (v *Visit) answer(shown Shown, err error) {
	switch {
	case errors.Is(err, errSent):
		return
	case errors.Is(err, access.ErrUnauthenticated):
		v.signInFirst()
		return
	case err != nil:
		shown = v.refused(err)
	}
	v.send(shown)
}

// refused is the page of an error, and leaves code and cause for the log line.
func (v *Visit) refused(err error) Shown {
	p := v.Problem(err)
	v.C.Set(rest.CodeKey, p.Code)
	if p.Status >= http.StatusInternalServerError {
		v.C.Set(rest.CauseKey, rest.ForLog(err))
	}
	v.status = p.Status
	return Refused(v, p)
}

// Fail answers a request that reached no page, such as an unknown path or a form of another origin.
func (s *Site) Fail(c *gin.Context, err error) {
	v := s.visit(c)
	v.answer(nil, err)
	c.Abort()
}

// signInFirst leads to the sign-in page and back. A form's text goes along, so that nothing is typed twice.
func (v *Visit) signInFirst() {
	if v.C.Request.Method == http.MethodGet {
		v.C.Redirect(http.StatusSeeOther, "/sign-in?next="+url.QueryEscape(v.Here()))
		return
	}
	f := v.Form()
	v.status = http.StatusUnauthorized
	v.send(SignedOut(v, f))
}

// Policy lets a page use our own style, script and pictures, and nothing else.
const Policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// zippers are used over and over: making one costs more than most pages.
var zippers = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

func (v *Visit) send(shown Shown) {
	var page bytes.Buffer
	if err := shown.Render(v.C.Request.Context(), &page); err != nil {
		v.Site.API.Fail(v.C, err)
		return
	}
	h := v.C.Writer.Header()
	h.Set("Content-Security-Policy", Policy)
	h.Set("Content-Language", string(v.Lang))
	h.Set("Vary", "Accept-Encoding, Accept-Language, Cookie")
	body := page.Bytes()
	if strings.Contains(v.C.GetHeader("Accept-Encoding"), "gzip") {
		var small bytes.Buffer
		z, _ := zippers.Get().(*gzip.Writer)
		z.Reset(&small)
		_, _ = z.Write(body) // a buffer takes everything
		_ = z.Close()
		zippers.Put(z)
		h.Set("Content-Encoding", "gzip")
		body = small.Bytes()
	}
	v.C.Data(v.status, "text/html; charset=utf-8", body)
}
