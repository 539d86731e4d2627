package books

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// The lines of the books, which is where every figure of a report leads.

// Knowledge is what every report takes: how much of the books counts.
type Knowledge struct {
	KnownAt time.Time `query:"known_at" json:"-" description:"What the books said then: entries posted later do not count, whatever their dates."`
	Through int64     `query:"through" json:"-" description:"Sequence number of the last entry that counts: the same, exactly. Reports answer with it, and their links carry it; -1 lets nothing through."`
}

// of is the cut-off that the request asks for; 0 reads the books as they are.
func (k Knowledge) of(ctx context.Context, tx *store.Tx, d resource.Domain) (int64, error) {
	if k.KnownAt.IsZero() {
		return k.Through, nil
	}
	at, err := d.Book.ThroughAt(ctx, tx, k.KnownAt)
	if k.Through != 0 {
		at = min(at, k.Through)
	}
	return at, err
}

type listLinesRequest struct {
	rest.Page
	Knowledge
	Account  []ledger.AccountNo `query:"account" json:"-" description:"Numbers, separated by commas."`
	Fund     []ledger.FundCode  `query:"fund" json:"-" description:"Codes, separated by commas."`
	From     ledger.Date        `query:"from" json:"-" description:"First accounting date."`
	To       ledger.Date        `query:"to" json:"-" description:"Last accounting date."`
	Category []string           `query:"category" json:"-"`
	Plan     []string           `query:"plan" json:"-" description:"Numbers of plans."`
	Partner  []string           `query:"partner" json:"-" description:"Codes of partners."`
	Lot      []ledger.LotID     `query:"lot" json:"-" description:"Ids of lots; none stands for lines without one."`
	Currency ledger.Currency    `query:"currency" json:"-" description:"Of the line."`
	Closing  string             `query:"closing" json:"-" validate:"omitempty,oneof=with without" description:"Whether year-end closing entries count; with where nothing is said."`
	Until    linePlace          `query:"until" json:"-" description:"The last line, by date: what a running balance is the sum of, as its link has it."`
}

// linePlace is the place of a line by date: 2026-01-31.17.2 is the second line of entry 17 in order of posting.
type linePlace string

func linePlaceOf(p ledger.Position) linePlace {
	return linePlace(fmt.Sprintf("%s.%d.%d", p.Date, p.Seq, p.Line))
}

// UnmarshalText checks the shape of a place.
func (p *linePlace) UnmarshalText(b []byte) error {
	if _, err := linePlace(b).position(); err != nil {
		return &rest.Fault{Code: "place_malformed", Message: rest.Text{EN: "This is not the place of a line.",
			DA: "Dette er ikke en linjes plads."},
			Hint: rest.Text{EN: "take it from a link of a general ledger", DA: "tag den fra et link i en finanskonto"}}
	}
	*p = linePlace(b)
	return nil
}

func (p linePlace) position() (ledger.Position, error) {
	if p == "" {
		return ledger.Position{}, nil
	}
	parts := strings.Split(string(p), ".")
	if len(parts) != 3 {
		return ledger.Position{}, strconv.ErrSyntax
	}
	day, err := ledger.ParseDate(parts[0])
	if err != nil {
		return ledger.Position{}, err
	}
	seq, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return ledger.Position{}, err
	}
	line, err := strconv.Atoi(parts[2])
	return ledger.Position{Date: day, Seq: seq, Line: line}, err
}

// BookedView is a posted line with its entry.
type BookedView struct {
	Entry  string         `json:"entry" description:"Number of the entry."`
	ID     ledger.EntryID `json:"entry_id"`
	LineNo int            `json:"line" description:"Within the entry, from 1."`
	Date   ledger.Date    `json:"date"`
	Text   string         `json:"text"`
	Act    string         `json:"act"`
	lineView
}

// ViewBooked shows a posted line.
func ViewBooked(b ledger.Booked) BookedView {
	return BookedView{Entry: b.Number, ID: b.Entry, LineNo: b.Position.Line, Date: b.Date, Text: b.Text, Act: b.Act,
		lineView: viewLine(b.Line)}
}

func listLines(ctx context.Context, tx *store.Tx, d resource.Domain, in listLinesRequest) (rest.List[BookedView],
	error) {
	through, err := in.of(ctx, tx, d)
	if err != nil {
		return rest.List[BookedView]{}, err
	}
	until, err := in.Until.position()
	if err != nil {
		return rest.List[BookedView]{}, err
	}
	s := ledger.Selection{Span: ledger.Span{From: in.From, To: in.To, Through: through}, Accounts: in.Account,
		Funds: in.Fund, Categories: in.Category,
		Plans: in.Plan, Partners: in.Partner, Lots: in.Lot, Currency: in.Currency, Until: until}
	if in.Closing == string(ledger.WithoutClosing) {
		s.Closing = ledger.WithoutClosing
	}
	after, err := in.position(in.After(2))
	if err != nil {
		return rest.List[BookedView]{}, err
	}
	rows, err := d.Book.Lines(ctx, tx, s, after, in.Size()+1)
	if err != nil {
		return rest.List[BookedView]{}, err
	}
	return rest.ListOf(in.Page, rows, ViewBooked, func(b ledger.Booked) []string {
		return []string{strconv.FormatInt(b.Seq, 10), strconv.Itoa(b.Position.Line)}
	}), nil
}

// position reads the cursor's parts.
func (listLinesRequest) position(after []string, err error) (ledger.Position, error) {
	if err != nil || after == nil {
		return ledger.Position{}, err
	}
	seq, wrongSeq := strconv.ParseInt(after[0], 10, 64)
	line, wrongLine := strconv.Atoi(after[1])
	if wrongSeq != nil || wrongLine != nil {
		return ledger.Position{}, rest.Refuse("cursor_invalid")
	}
	return ledger.Position{Seq: seq, Line: line}, nil
}

// href is the address of the lines of a selection.
func href(s ledger.Selection) string {
	var query []string
	add := func(name string, values ...string) {
		for i, v := range values {
			values[i] = url.QueryEscape(v)
		}
		if all := strings.Join(values, ","); all != "" {
			query = append(query, name+"="+all)
		}
	}
	add("account", texts(s.Accounts)...)
	add("fund", texts(s.Funds)...)
	add("from", string(s.From))
	add("to", string(s.To))
	add("category", texts(s.Categories)...)
	add("plan", texts(s.Plans)...)
	add("partner", texts(s.Partners)...)
	add("lot", texts(s.Lots)...)
	add("currency", string(s.Currency))
	add("closing", string(s.Closing))
	if s.Until.Date != "" {
		add("until", string(linePlaceOf(s.Until)))
	}
	if s.Through != 0 {
		add("through", strconv.FormatInt(s.Through, 10))
	}
	return rest.Base + "/journal-lines?" + strings.Join(query, "&")
}

// texts gives words of the trade as plain strings.
func texts[T ~string](of []T) []string {
	out := make([]string, len(of))
	for i, s := range of {
		out[i] = string(s)
	}
	return out
}
