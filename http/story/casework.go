package story

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
)

// Casework is a month's work that the story leaves undone, so that the pages have something to show: a plan in force,
// and requests in every state that somebody has to look at.
type Casework struct {
	Plan, Beneficiary string
	Requests          []string // numbers, in the order of writing
}

// Payees are put on record on preparedDay. Three days later, when their accounts may be paid to, the requests are
// written: the story's clock stands still then.
const (
	preparedDay = "2027-02-01"
	caseworkDay = "2027-02-04"
)

// BoardMember is the handle of a second treasurer, who has a hand in no request and so may release what it pays.
const BoardMember = "board_member"

// LeaveCasework writes it, after a story that has the fund UNR and the account 1010.
func (p *Player) LeaveCasework(ctx context.Context) (Casework, error) {
	left := Casework{Plan: "P-410"}
	for i, line := range []string{
		`{"act":"make_plan","date":"2027-01-04","plan":"P-410","currency":"DKK","split":[["UNR","100"]],"lines":[` +
			`{"line":"bolig","category":"stipend","unit_price":"4250.00","due":` + monthly("2027", 12) + `},` +
			`{"line":"terapi","category":"therapy","unit_price":"900.00","due":` + monthly("2027", 10) + `}]}`,
		`{"act":"approve_plan_year","date":"2027-01-05","plan":"P-410","year":2027}`,
	} {
		acts, err := Parse(strings.NewReader(line))
		if err != nil {
			return left, err
		}
		acts[0].Line = 9000 + i
		if acts[0].Entered = preparedDay; acts[0].Name == "make_plan" {
			p.known.told[left.Plan] = true
		}
		if err := p.Do(ctx, acts[0]); err != nil {
			return left, err
		}
	}
	p.act = Act{Line: 9100, Name: "casework", Date: preparedDay, Entered: preparedDay}
	for _, prepare := range []func(context.Context) error{p.usualCards, p.boardMember, p.ownAccount, p.payees} {
		if err := prepare(ctx); err != nil {
			return left, err
		}
	}
	p.act.Date, p.act.Entered = caseworkDay, caseworkDay
	if err := p.setClock(); err != nil {
		return left, err
	}
	for _, r := range caseworkRequests {
		number, err := p.request(ctx, left.Plan, r)
		if err != nil {
			return left, err
		}
		left.Requests = append(left.Requests, number)
	}
	return left, nil
}

// monthly lists the first of so many months of a year.
func monthly(year string, n int) string {
	days := make([]string, n)
	for i := range days {
		days[i] = fmt.Sprintf("%q", fmt.Sprintf("%s-%02d-01", year, i+1))
	}
	return "[" + strings.Join(days, ",") + "]"
}

// caseworkRequest is a request that is left undone.
type caseworkRequest struct {
	category, payee, text, amount string
	paper                         bool
	then                          []string // what happened to it: submit, return, ask, approve, authorise
}

var caseworkRequests = []caseworkRequest{
	{"stipend", "H-11", "Husleje februar", "4250.00", true, []string{"submit"}},
	{"therapy", "C-07", "Samtaler i januar, 4 timer", "3600.00", true, []string{"submit", "approve"}},
	{"stipend", "H-11", "Depositum for lejlighed", "12750.00", true, []string{"submit", "return"}},
	{"emergency-aid", "S-02", "Vinterjakke og støvler", "1199.50", false, []string{"submit"}},
	{"therapy", "C-07", "Tolk til lægebesøg", "600.00", true, []string{"submit", "ask"}},
	{"emergency-aid", "S-02", "Månedskort til bus", "435.00", true, nil},
	{"stipend", "H-11", "El og varme januar", "812.75", true, []string{"submit", "approve", "authorise"}},
}

// boardMember has a second treasurer made, by two people.
func (p *Player) boardMember(ctx context.Context) error {
	var change struct{ ID string }
	if err := p.post(ctx, admin, "/users", body{"handle": BoardMember}, nil); err != nil {
		return err
	}
	if err := p.post(ctx, admin, "/account-changes", body{"user": BoardMember, "kind": "roles",
		"grant": []string{treasurer}, "reason": "Frigiver betalinger"}, &change); err != nil {
		return err
	}
	return p.personal(ctx, treasurer, "/account-changes/"+change.ID+"/decisions", body{"decision": "approve"})
}

// ownAccount says where the account is that pays, with a bank that nobody has.
func (p *Player) ownAccount(ctx context.Context) error {
	return p.post(ctx, financeOfficer, "/bank-accounts", body{"account": "1010", "name": "Fyrlys",
		"iban": "DK5000400440116243", "bic": "DABADKKK"}, nil)
}

// payees registers who is paid, and where: one person enters the accounts and another verifies them.
func (p *Player) payees(ctx context.Context) error {
	for i, code := range []string{"H-11", "C-07", "S-02"} {
		kind := []string{"person", "clinic", "partner"}[i]
		payee := body{"code": code, "kind": kind, "alias": fmt.Sprintf("Aftale %d", i+1)}
		if err := p.post(ctx, caseworker, "/payees", payee, nil); err != nil {
			return err
		}
		at := "/payees/" + code + "/bank-details"
		if err := p.personal(ctx, caseworker, at, body{"registration_number": "0040",
			"account_number": fmt.Sprintf("044011625%d", i)}); err != nil {
			return err
		}
		if err := p.post(ctx, financeOfficer, at+"/1/verifications",
			body{"how": "callback", "note": "ringet op på nummeret i aftalen"}, nil); err != nil {
			return err
		}
	}
	return nil
}

// request writes one, and takes the steps that it has gone.
func (p *Player) request(ctx context.Context, plan string, r caseworkRequest) (string, error) {
	var made struct{ ID, Number string }
	about := body{"settlement": "payment", "date": caseworkDay, "plan": plan, "category": r.category, "account": "1010",
		"amount": r.amount, "payee": r.payee, "shares": []body{{"fund": "UNR", "percent": "100"}}, "text": r.text}
	var err error
	if r.paper {
		err = p.postWithPaper(ctx, caseworker, "/disbursements", about, &made)
	} else {
		err = p.post(ctx, caseworker, "/disbursements", about, &made)
	}
	if err != nil {
		return "", err
	}
	for _, step := range r.then {
		at := "/disbursements/" + made.ID
		switch step {
		case "submit":
			err = p.post(ctx, caseworker, at+"/submissions", nil, nil)
		case "approve":
			err = p.post(ctx, programmeLead, at+"/decisions", body{"decision": "approve"}, nil)
		case "authorise":
			err = p.post(ctx, treasurer, at+"/authorisations", nil, nil)
		case "return":
			err = p.post(ctx, programmeLead, at+"/decisions",
				body{"decision": "return", "reason": "Lejekontrakten mangler. Vedlæg den, og send igen."}, nil)
		case "ask":
			err = p.post(ctx, programmeLead, at+"/decisions",
				body{"decision": "request_info", "reason": "Er det tolken, vi plejer at bruge?"}, nil)
		}
		if err != nil {
			return "", err
		}
	}
	return made.Number, nil
}

// postWithPaper sends a request together with a receipt that is drawn here.
func (p *Player) postWithPaper(ctx context.Context, role, path string, about body, out any) error {
	text, err := json.Marshal(about)
	if err != nil {
		return err
	}
	p.step++
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for _, part := range []struct {
		name, kind string
		content    []byte
	}{{"disbursement", "application/json", text}, {"receipt", "image/png", receipt(p.step)}} {
		h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, part.name)},
			"Content-Type": {part.kind}}
		into, err := w.CreatePart(h)
		if err != nil {
			return err
		}
		if _, err := into.Write(part.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Base+"/api/v1"+path, &form)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return p.sent(req, role, path, out)
}

// receipt draws a picture of a receipt: lines of a till, no two alike, with nothing to read.
func receipt(seed int) []byte {
	const wide, high = 360, 480
	paper := image.NewGray(image.Rect(0, 0, wide, high))
	for i := range paper.Pix {
		paper.Pix[i] = 0xf4
	}
	bar := func(x, y, w, h int) {
		for row := y; row < y+h; row++ {
			for column := x; column < x+w; column++ {
				paper.SetGray(column, row, color.Gray{Y: 0x50})
			}
		}
	}
	bar(110, 40, 140, 18)
	for i := range 8 {
		bar(40, 110+i*34, 90+(seed*37+i*53)%110, 8)
		bar(270, 110+i*34, 50, 8)
	}
	bar(40, 400, 100, 14)
	bar(240, 400, 80, 14)
	var out bytes.Buffer
	_ = png.Encode(&out, paper) // a buffer takes everything
	return out.Bytes()
}
