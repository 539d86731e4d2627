package finance

import (
	"net/url"
	"strings"

	"supportledger/http/rest"
	"supportledger/http/web/frame"
)

func journalPages(s *frame.Site) {
	s.Page("/journal", []string{"listJournalEntries"}, journal)
	s.Page("/journal/drafts", []string{"listDrafts"}, drafts)
	s.Page("/journal/new", []string{"postJournalEntry"}, newEntry)
	s.Form("/journal/new", []string{"postJournalEntry"}, writeEntry)
	s.Form("/journal/drafts/:id/postings", []string{"postDraft"}, postDraft)
	s.Page("/journal/:id", []string{"getJournalEntry"}, entryPage)
	s.Form("/journal/:id/reversals", []string{"reverseJournalEntry"}, reverse)
	s.Form("/journal/:id/evidence", []string{"attachEvidence", "storeEvidence"}, attach)
	s.Page("/accounts", []string{"listAccounts", "reportTrialBalance"}, accounts)
	s.Page("/accounts/:number", []string{"reportGeneralLedger"}, accountPage)
}

// entryLine is a line of an entry.
type entryLine struct {
	Account   string      `json:"account"`
	Fund      string      `json:"fund"`
	Direction string      `json:"direction"`
	Amount    frame.Money `json:"amount"`
	Base      frame.Money `json:"base_amount"`
	Category  string      `json:"category"`
	Plan      string      `json:"plan"`
	Payee     string      `json:"payee"`
	Partner   string      `json:"partner"`
}

// entry is a posting of the journal, or a draft of one.
type entry struct {
	ID          string      `json:"id"`
	Number      string      `json:"number"`
	Date        string      `json:"date"`
	Text        string      `json:"text"`
	Act         string      `json:"act"`
	Source      string      `json:"source"`
	Lines       []entryLine `json:"lines"`
	Reverses    string      `json:"reverses"`
	ReversedBy  string      `json:"reversed_by"`
	Corrects    string      `json:"corrects"`
	CorrectedBy string      `json:"corrected_by"`
	Reason      string      `json:"reason"`
	ExternalID  string      `json:"external_id"`
	Evidence    []string    `json:"evidence"`
	CreatedAt   string      `json:"created_at"`
	State       string      `json:"state"`
	seen        string
}

// sum is what its debits come to in base currency.
func (e entry) sum() frame.Money {
	var sum frame.Money
	for _, l := range e.Lines {
		m := l.Base
		if m.Currency == "" {
			m = l.Amount
		}
		switch {
		case l.Direction != "debit":
		case sum.Currency == "":
			sum = m
		case sum.Currency == m.Currency:
			sum = sum.Plus(m)
		}
	}
	return sum
}

// from is the page of what an entry was posted for, by the prefix of its id: there stand the approvals.
func (e entry) from() string {
	for prefix, path := range map[string]string{"dsb_": "/disbursements/", "sta_": "/statements/"} {
		if strings.HasPrefix(e.Source, prefix) {
			return path + e.Source
		}
	}
	return ""
}

func journal(v *frame.Visit) (frame.Shown, error) {
	list, _, err := frame.Read[frame.List[entry]](v, "listJournalEntries", v.ListAsk("50", "from", "to"))
	if err != nil {
		return nil, err
	}
	f := frame.NewForm()
	f.Values.Set("from", v.C.Query("from"))
	f.Values.Set("to", v.C.Query("to"))
	return Journal(v, list, f), nil
}

func drafts(v *frame.Visit) (frame.Shown, error) { return showDrafts(v, frame.NoForms()) }

func showDrafts(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	all, _, err := frame.Every[entry](v, "listDrafts", rest.Ask{}, 400)
	if err != nil {
		return nil, err
	}
	var open []entry
	for _, d := range all {
		if d.State != "draft" {
			continue
		}
		if d, d.seen, err = frame.Read[entry](v, "getDraft", rest.ByID(d.ID)); err != nil {
			return nil, err
		}
		open = append(open, d)
	}
	return Drafts(v, open, forms), nil
}

func postDraft(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getDraft")
	if err := v.Do("postDraft", ask, nil); err != nil {
		if err := f.Refused(v, err, nil); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showDrafts(v, frame.Back(v.C.Param("id"), f)) })
	}
	return v.To("/journal/drafts?done=posted")
}

// paper is what is known of a document.
type paper struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	MediaType string `json:"media_type"`
	TakenOn   string `json:"taken_on"`
}

// entryView is what the page of an entry shows.
type entryView struct {
	entry
	papers []paper
}

func entryPage(v *frame.Visit) (frame.Shown, error) { return showEntry(v, frame.NoForms()) }

func showEntry(v *frame.Visit, forms frame.Forms) (frame.Shown, error) {
	var p entryView
	var err error
	if p.entry, p.seen, err = frame.Read[entry](v, "getJournalEntry", rest.ByID(v.C.Param("id"))); err != nil {
		return nil, err
	}
	for _, id := range p.Evidence {
		one, _, err := frame.Read[paper](v, "getEvidence", rest.ByID(id))
		if err != nil {
			return nil, err
		}
		p.papers = append(p.papers, one)
	}
	return Entry(v, p, forms), nil
}

func reverse(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getJournalEntry")
	body := map[string]string{"reason": f.Text("reverse_reason")}
	if date := f.Text("date"); date != "" {
		body["date"] = date
	}
	ask.Body = body
	var made entry
	if err := v.Do("reverseJournalEntry", ask, &made); err != nil {
		if err := f.Refused(v, err, map[string]string{"reason": "reverse_reason"}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showEntry(v, frame.Back("reverse_reason", f)) })
	}
	return v.To("/journal/" + made.ID + "?done=reversed")
}

// attach keeps a document, and says that it proves the entry.
func attach(v *frame.Visit) (frame.Shown, error) {
	f := v.Form()
	files := f.Files["file"]
	if len(files) == 0 {
		f.Fault("file", v.T("Choose a document.", "Vælg et bilag."))
		v.Status(422)
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showEntry(v, frame.Back("attach", f)) })
	}
	content, err := frame.Content(files[0])
	if err != nil {
		return nil, err
	}
	var kept struct {
		ID string `json:"id"`
	}
	err = v.Do("storeEvidence", rest.Ask{Query: url.Values{"kind": {f.Text("kind")}}, Raw: content, Key: f.Key}, &kept)
	if err == nil {
		ask := f.SeenOf(rest.ByID(v.C.Param("id")), "getJournalEntry")
		ask.Key, ask.Body = f.Key+"a", struct {
			Evidence string `json:"evidence_id"`
		}{kept.ID}
		err = v.Do("attachEvidence", ask, nil)
	}
	if err != nil {
		if err := f.Refused(v, err, map[string]string{"": "file"}); err != nil {
			return nil, err
		}
		return v.Again(func(v *frame.Visit) (frame.Shown, error) { return showEntry(v, frame.Back("attach", f)) })
	}
	return v.To("/journal/" + v.C.Param("id") + "?done=attached")
}

// held is an account of the chart with what it holds.
type held struct {
	account
	debit, credit *figure
}

func accounts(v *frame.Visit) (frame.Shown, error) {
	all, err := chart(v)
	if err != nil {
		return nil, err
	}
	balances, _, err := frame.Read[struct {
		Rows []struct {
			Account string  `json:"account"`
			Debit   *figure `json:"debit"`
			Credit  *figure `json:"credit"`
		} `json:"rows"`
	}](v, "reportTrialBalance", rest.Ask{})
	if err != nil {
		return nil, err
	}
	rows := make([]held, 0, len(all))
	for _, a := range all {
		h := held{account: a}
		for _, b := range balances.Rows {
			if b.Account == a.Number {
				h.debit, h.credit = b.Debit, b.Credit
			}
		}
		rows = append(rows, h)
	}
	return Accounts(v, rows), nil
}

// ledgerRow is a line of an account with the balance after it.
type ledgerRow struct {
	Kind    string       `json:"kind"`
	Entry   string       `json:"entry"`
	Date    string       `json:"date"`
	Text    string       `json:"text"`
	Fund    string       `json:"fund"`
	Debit   string       `json:"debit"`
	Credit  string       `json:"credit"`
	Amount  *frame.Money `json:"amount"`
	Balance figure       `json:"balance"`
}

// ledgerOf is a page of an account.
type ledgerOf struct {
	Base    string      `json:"base_currency"`
	From    string      `json:"from"`
	To      string      `json:"to"`
	Rows    []ledgerRow `json:"rows"`
	Subject struct {
		Key    string `json:"key"`
		NameEN string `json:"name_en"`
		NameDA string `json:"name_da"`
	} `json:"subject"`
	Page struct {
		NextCursor string `json:"next_cursor"`
	} `json:"page"`
}

func accountPage(v *frame.Visit) (frame.Shown, error) {
	ask := v.ListAsk("100", "from", "to", "fund")
	ask.Query.Set("account", v.C.Param("number"))
	p, _, err := frame.Read[ledgerOf](v, "reportGeneralLedger", ask)
	if err != nil {
		return nil, err
	}
	f := frame.NewForm()
	for _, name := range []string{"from", "to", "fund"} {
		f.Values.Set(name, v.C.Query(name))
	}
	return Account(v, p, f), nil
}
