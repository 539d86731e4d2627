package story

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"supportledger/http/rest"
)

// Player plays stories against one server.
type Player struct {
	Base   string            // of the server, without a slash at the end
	Tokens map[string]string // by role: caseworker, programme_lead, finance_officer, treasurer
	Client *http.Client
	Clock  func(time.Time)                // told when an act is entered, so that the server's clock can follow
	Report func(done, total int, act Act) // called after each act; may be nil
	Keys   string                         // prefix of the Idempotency-Keys; "story" where it is empty

	act   Act
	step  int
	known world

	keyless bool // what is sent is personal, and repeated under no key
}

// world is what the player has to remember, since a story names things and the API wants to know more.
type world struct {
	partners   map[string]string // code → currency
	plans      map[string]string // number → state: draft or approved
	entries    map[string]string // ref → id of the entry
	grants     []signed          // in order of signing
	donors     map[string]bool   // persons on record, by code
	awardRates map[string]string // by grant
	currencies map[string]string // of plans, by number
	told       map[string]bool   // plans that the story makes itself
	invoices   map[string]string // ref → id of the disbursement
	payments   map[string]paid   // by name
	byCard     bool              // the policy lets a story's payments leave by card
}

// paid is a payment that the bank has made.
type paid struct{ id, account, amount string }

// signed is a grant of the story.
type signed struct{ code, signed string }

// Refusal is an act that the API refused, with its problem document.
type Refusal struct {
	Act     Act
	Method  string
	Path    string
	Status  int
	Code    string
	Problem json.RawMessage
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("story: line %d (%s of %s): %s %s answered %d %s:\n%s", r.Act.Line, r.Act.Name, r.Act.Date,
		r.Method, r.Path, r.Status, r.Code, r.Problem)
}

// ErrUnknownAct is wrapped by the error of an act that no story has.
var ErrUnknownAct = errors.New("story: there is no such act")

// Play plays a story from its first act to its last, and stops at the first error: a [*Refusal], or what kept the
// player from asking.
func (p *Player) Play(ctx context.Context, s Story) error {
	p.Start(s)
	for i, a := range s {
		if err := p.Do(ctx, a); err != nil {
			return err
		}
		if p.Report != nil {
			p.Report(i+1, len(s), a)
		}
	}
	return nil
}

// Start begins a story, of which no act is played yet.
func (p *Player) Start(s Story) {
	p.known = world{partners: map[string]string{}, plans: map[string]string{}, entries: map[string]string{},
		donors: map[string]bool{}, awardRates: map[string]string{},
		currencies: map[string]string{}, told: map[string]bool{}, invoices: map[string]string{}, payments: map[string]paid{}}
	for _, a := range s {
		if a.Name == "make_plan" {
			p.known.told[a.plan()] = true
		}
	}
}

// Do plays one act of the story that was started. After a [*Refusal] others can be played as if this one had not been
// told.
func (p *Player) Do(ctx context.Context, a Act) error {
	play, ok := acts[a.Name]
	if !ok {
		return fmt.Errorf("%w: %q in line %d", ErrUnknownAct, a.Name, a.Line)
	}
	p.act, p.step = a, 0
	if err := p.setClock(); err != nil {
		return err
	}
	return play(ctx, p, a)
}

// enteredAt is the time of day at which acts are entered.
const enteredAt = "09:00:00Z"

func (p *Player) setClock() error {
	at, err := time.Parse(time.RFC3339, p.act.Entered+"T"+enteredAt)
	if err != nil {
		return fmt.Errorf("story: line %d: %q is not a day", p.act.Line, p.act.Entered)
	}
	if p.Clock != nil {
		p.Clock(at)
	}
	return nil
}

// fields reads an act's own fields; a field that the act does not have stops the player, so that a story cannot say
// something and be ignored.
func fields[T any](a Act) (T, error) {
	var f T
	if err := jsonv2.Unmarshal(a.fields, &f, jsonv2.RejectUnknownMembers(true)); err != nil {
		return f, fmt.Errorf("story: line %d (%s): %w", a.Line, a.Name, err)
	}
	return f, nil
}

// post sends one request as a user of a role and reads the answer into out; body and out may be nil. A story means what
// it says: where the server asks whether something unusual is meant, the player says so.
func (p *Player) post(ctx context.Context, role, path string, body, out any) error {
	err := p.try(ctx, role, path, body, out)
	var refused *Refusal
	if !errors.As(err, &refused) || refused.Code != "confirmation_required" {
		return err
	}
	meant, err := confirmed(body, refused.Problem)
	if err != nil {
		return err
	}
	return p.try(ctx, role, path, meant, out)
}

// personal is post for what is personal.
func (p *Player) personal(ctx context.Context, role, path string, about body) error {
	p.keyless = true
	defer func() { p.keyless = false }()
	return p.post(ctx, role, path, about, nil)
}

// confirmed is a body with a reason for each question of a refusal.
func confirmed(body any, problem []byte) (map[string]any, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	members, reasons := map[string]any{}, map[string]string{}
	var asked struct{ Errors []struct{ Code string } }
	if err := errors.Join(json.Unmarshal(text, &members), json.Unmarshal(problem, &asked)); err != nil {
		return nil, err
	}
	for _, e := range asked.Errors {
		reasons[e.Code] = "The story says so."
	}
	members[rest.ConfirmMember] = reasons
	return members, nil
}

func (p *Player) try(ctx context.Context, role, path string, body, out any) error {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Base+"/api/v1"+path, content)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	p.step++
	return p.sent(req, role, path, out)
}

// sent signs a request, sends it and reads the answer.
func (p *Player) sent(req *http.Request, role, path string, out any) error {
	prefix := p.Keys
	if prefix == "" {
		prefix = "story"
	}
	req.Header.Set("Authorization", "Bearer "+p.Tokens[role])
	if !p.keyless {
		req.Header.Set("Idempotency-Key", fmt.Sprintf("%s-%d-%d", prefix, p.act.Line, p.step))
	}
	resp, err := p.client().Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return p.refusal(http.MethodPost, path, resp.StatusCode, answer)
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	return json.Unmarshal(answer, out)
}

// client decides on what is there when it asks.
func (p *Player) client() *http.Client {
	if p.Client == nil {
		return &http.Client{Transport: rest.Seeing{}}
	}
	seeing := *p.Client
	seeing.Transport = rest.Seeing{Under: p.Client.Transport}
	return &seeing
}

func (p *Player) refusal(method, path string, status int, answer []byte) error {
	r := &Refusal{Act: p.act, Method: method, Path: path, Status: status, Problem: bytes.TrimSpace(answer)}
	var problem struct {
		Code string `json:"code"`
	}
	if err := json.Unmarshal(answer, &problem); err == nil {
		r.Code = problem.Code
	}
	var pretty bytes.Buffer
	if json.Indent(&pretty, r.Problem, "", "  ") == nil {
		r.Problem = pretty.Bytes()
	}
	return r
}

// money is an amount with its currency as the API wants it.
type money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// amount reads "2000.00 EUR", or "2000.00" in a currency that the context gives.
func amount(text, otherwise string) money {
	number, currency, found := strings.Cut(text, " ")
	if !found {
		currency = otherwise
	}
	return money{number, currency}
}

// base is the currency of the books that stories are told in.
const base = "DKK"

// inBase reads an amount that must be in base currency.
func inBase(text string) (string, error) {
	m := amount(text, base)
	if m.Currency != base {
		return "", fmt.Errorf("story: %q is not in %s", text, base)
	}
	return m.Amount, nil
}
