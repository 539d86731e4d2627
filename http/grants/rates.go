package grants

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"

	"supportledger/grants"
	"supportledger/grants/rates"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// exchangeRates registers the rates on record. Nothing is fetched: people bring the files.
func exchangeRates(api *resource.API) {
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/exchange-rates", ID: "listExchangeRates", Tag: "exchange-rates",
		Roles:   resource.Bookkeeper,
		Summary: "List the exchange rates on record", Danish: "Vis valutakurserne"}, listRates)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/exchange-rates/:id", ID: "getExchangeRate",
		Tag: "exchange-rates", Roles: resource.Bookkeeper,
		Summary: "One exchange rate, with the statements that stand on it",
		Danish:  "Én valutakurs og de regnskaber, der bygger på den",
		Refuses: []error{rates.ErrUnknownRate}}, getRate)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/exchange-rates", ID: "enterExchangeRate", Tag: "exchange-rates",
		NoMatch: rest.MakesNew,
		Roles:   resource.Finance,
		Summary: "Enter an exchange rate by hand, with the document that shows it",
		Danish:  "Indtast en valutakurs med det bilag, der viser den",
		About:   "The same pair and day again corrects the rate while it is provisional.",
		Refuses: []error{rates.ErrRateEvidence, rates.ErrRateLocked, evidence.ErrUnknown},
		Example: `{"date":"2026-12-31","rate":"226 NGN/DKK","evidence_id":"evd_06f8k1v2m3n4p5q6r7s8t9v0w1"}`}, enterRate)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/exchange-rate-imports", ID: "importExchangeRates",
		NoMatch: rest.MakesNew,
		Tag:     "exchange-rates", Roles: resource.Finance, Body: maxRateBody,
		Status: http.StatusOK, Summary: "Read a file of the European Central Bank or InforEuro",
		Danish: "Indlæs en fil fra Den Europæiske Centralbank eller InforEuro",
		About: "CSV or XML as published, at most 3 MiB. The rates are provisional until they are locked, by hand or by a " +
			"statement that stands on them. " +
			"A file that cannot be read, or that contradicts a locked rate, changes nothing; ?dry_run=true shows what it " +
			"would do.",
		Refuses: []error{rates.ErrRateFile, rates.ErrRateLocked},
		Example: `{"source":"ecb","content":"RGF0ZSxES0ssCjIwMjYtMTItMzEsNy40NjkwLAo=","currencies":["DKK"]}`}, importRates)
	resource.Route(api, rest.Op{Method: rest.Post, Path: "/exchange-rate-locks", ID: "lockExchangeRates",
		NoMatch: rest.ByRule,
		Tag:     "exchange-rates", Roles: resource.Finance, Status: http.StatusOK,
		Summary: "Lock exchange rates: they never change again", Danish: "Lås valutakurser: de ændres aldrig mere",
		Example: `{"source":"ecb","to":"2026-12-31"}`}, lockRates)
	resource.Route(api, rest.Op{Method: rest.Get, Path: "/grants/:id/conversion", ID: "getGrantConversion", Tag: "grants",
		Roles:   resource.Bookkeeper,
		Summary: "The rates at which a grant's report of a period converts",
		Danish:  "De kurser, som en bevillings regnskab for en periode omregnes til",
		Refuses: []error{grants.ErrUnknownGrant, rates.ErrRateGap, rates.ErrRateMissing}}, grantConversion)
}

// maxRateBody has room for the largest file in base64 and the JSON around it.
const maxRateBody = rates.MaxFile*4/3 + 16<<10

type rateView struct {
	ID       rates.ID     `json:"id"`
	Source   rates.Source `json:"source" enum:"ecb,inforeuro,manual"`
	Kind     string       `json:"kind" enum:"daily,monthly"`
	Date     ledger.Date  `json:"date" description:"Of a monthly rate the first of the month."`
	Rate     string       `json:"rate" description:"As quoted."`
	State    rates.State  `json:"state" enum:"provisional,locked"`
	Evidence evidence.ID  `json:"evidence_id,omitempty"`
	File     string       `json:"file_sha256,omitempty" description:"Of the file that it came in."`
}

func viewRate(q rates.Quote) rateView {
	v := rateView{ID: q.ID, Source: q.Source, Kind: "daily", Date: q.On, Rate: q.Rate.String(), State: q.State,
		Evidence: q.Evidence, File: q.File}
	if q.Monthly {
		v.Kind = "monthly"
	}
	return v
}

type listRatesRequest struct {
	rest.Page
	Source   rates.Source    `query:"source" json:"-" validate:"omitempty,oneof=ecb inforeuro manual"`
	Currency ledger.Currency `query:"currency" json:"-" description:"On either side of the pair."`
	From     ledger.Date     `query:"from" json:"-"`
	To       ledger.Date     `query:"to" json:"-"`
}

func listRates(ctx context.Context, tx *store.Tx, d resource.Domain, in listRatesRequest) (rest.List[rateView], error) {
	page, err := in.Keyset(4)
	if err != nil {
		return rest.List[rateView]{}, err
	}
	found, err := rates.List(ctx, tx, rates.Filter{Source: in.Source, Currency: in.Currency, From: in.From, To: in.To,
		Page: page})
	if err != nil {
		return rest.List[rateView]{}, err
	}
	return rest.ListOf(in.Page, found, viewRate, rates.Quote.Place), nil
}

type rateWithUses struct {
	rateView
	Statements []string `json:"statements" description:"Ids of issued statements that stand on it."`
}

func getRate(ctx context.Context, tx *store.Tx, d resource.Domain, in struct {
	ID rest.Ref `path:"id" json:"-"`
}) (rateWithUses, error) {
	k, err := rates.Find(ctx, tx, rates.ID(in.ID))
	if err != nil {
		return rateWithUses{}, err
	}
	uses, err := rates.Uses(ctx, tx, k.ID)
	return rateWithUses{viewRate(k), emptyNotNil(uses)}, err
}

type enterRateRequest struct {
	Date     ledger.Date `json:"date" validate:"required"`
	Rate     ledger.Rate `json:"rate" validate:"required" description:"As the document quotes it."`
	Evidence evidence.ID `json:"evidence_id" validate:"required,max=40"`
}

func enterRate(ctx context.Context, tx *store.Tx, d resource.Domain, in enterRateRequest) (rateView, error) {
	if in.Rate.Num == in.Rate.Den {
		return rateView{}, rest.At("/rate", &ledger.AmountError{Code: "rate_malformed", Got: in.Rate.String(),
			Hint: "a rate between two currencies"})
	}
	k, err := rates.Enter(ctx, tx, d.Book, rates.Quote{On: in.Date, Rate: in.Rate, Evidence: in.Evidence})
	return viewRate(k), err
}

type importRatesRequest struct {
	Source     rates.Source      `json:"source" validate:"required,oneof=ecb inforeuro"`
	Content    string            `json:"content" validate:"required" description:"The bytes of the file in base64."`
	Month      string            `json:"month" validate:"max=7" description:"Such as 2026-01: of an InforEuro file that has no column for it."`
	Currencies []ledger.Currency `json:"currencies" validate:"max=60,unique" description:"Only these; all where none is named."`
	From       ledger.Date       `json:"from" validate:"omitempty" description:"Only from this day."`
	To         ledger.Date       `json:"to" validate:"omitempty" description:"Only up to this day."`
}

type rateImportView struct {
	File      string       `json:"file_sha256"`
	Source    rates.Source `json:"source"`
	New       int          `json:"new"`
	Corrected int          `json:"corrected" description:"Provisional rates that got another value."`
	Known     int          `json:"known" description:"On record already, with this value."`
	From      ledger.Date  `json:"from"`
	To        ledger.Date  `json:"to"`
	Sample    []rateView   `json:"rates" description:"The first hundred."`
}

func importRates(ctx context.Context, tx *store.Tx, d resource.Domain, in importRatesRequest) (rateImportView, error) {
	content, err := base64.StdEncoding.DecodeString(in.Content)
	if err != nil {
		return rateImportView{}, &rest.Refusal{Code: "validation_failed",
			Faults: []*rest.Fault{{Pointer: "/content", Code: "not_base64",
				Message: rest.Text{EN: "This is not base64.", DA: "Dette er ikke base64."}}}}
	}
	out, err := rates.Import(ctx, tx, rates.File{Source: in.Source, Content: content, Month: in.Month,
		Currencies: in.Currencies, From: in.From, To: in.To})
	if errors.Is(err, rates.ErrRateFile) {
		err = rest.At("/content", err)
	}
	if err != nil {
		return rateImportView{}, err
	}
	return rateImportView{File: out.File, Source: out.Source, New: out.New, Corrected: out.Corrected, Known: out.Known,
		From: out.From, To: out.To, Sample: rest.Views(out.Quotes[:min(len(out.Quotes), 100)], viewRate)}, nil
}

type lockRatesRequest struct {
	Source   rates.Source    `json:"source" validate:"required,oneof=ecb inforeuro manual"`
	Currency ledger.Currency `json:"currency" validate:"omitempty"`
	From     ledger.Date     `json:"from" validate:"omitempty"`
	To       ledger.Date     `json:"to" validate:"required" description:"Up to and including this day."`
}

type lockedRatesView struct {
	Locked int `json:"locked" description:"How many became locked now."`
}

func lockRates(ctx context.Context, tx *store.Tx, d resource.Domain, in lockRatesRequest) (lockedRatesView, error) {
	n, err := rates.Lock(ctx, tx, rates.Filter{Source: in.Source, Currency: in.Currency, From: in.From, To: in.To})
	return lockedRatesView{n}, err
}

type conversionRequest struct {
	ID   rest.Ref    `path:"id" json:"-" description:"Id or code of the grant."`
	From ledger.Date `query:"from" json:"-"`
	To   ledger.Date `query:"to" json:"-"`
}

type appliedRateView struct {
	Source  string      `json:"source" enum:"ecb,inforeuro,manual,budget"`
	From    ledger.Date `json:"from"`
	To      ledger.Date `json:"to"`
	Value   string      `json:"value" description:"Rounded to six decimals to be read; the conversion uses the exact average."`
	Pair    string      `json:"pair" description:"DKK/EUR: so many DKK for one EUR."`
	Average int         `json:"average_of" description:"How many published rates."`
	IDs     []rates.ID  `json:"rate_ids"`
}

type conversionView struct {
	Grant     string            `json:"grant"`
	Method    rates.Method      `json:"rate_method" enum:"own,receipt,ecb_average,inforeuro,budget"`
	From      ledger.Date       `json:"from,omitempty"`
	To        ledger.Date       `json:"to"`
	FromBooks bool              `json:"from_books" description:"The books' own figures are those of the report; nothing is converted."`
	Rates     []appliedRateView `json:"rates"`
}

func grantConversion(
	ctx context.Context, tx *store.Tx, d resource.Domain, in conversionRequest,
) (conversionView, error) {
	g, err := d.Grants.Grant(ctx, tx, string(in.ID))
	if err != nil {
		return conversionView{}, err
	}
	c, err := rates.NewConverter(ctx, tx,
		g.Conversion(d.Book.Base, ledger.Span{From: in.From, To: resource.Today(tx, in.To)}))
	if err != nil {
		return conversionView{}, err
	}
	return conversionView{Grant: g.Code, Method: c.Method, From: c.Period.From, To: c.Period.To, FromBooks: c.FromBooks,
		Rates: rest.Views(c.Applied(), viewApplied)}, nil
}

func viewApplied(a rates.AppliedRate) appliedRateView {
	v := appliedRateView{Source: string(a.Source), From: a.From, To: a.To, Value: a.Value.String(),
		Pair: string(a.Num + "/" + a.Den), Average: a.Days, IDs: a.Of}
	if a.Source == "" {
		v.Source, v.IDs = "budget", []rates.ID{}
	}
	return v
}
