package statements

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// paper is the statement of a donor's gifts or of a fund in words.
func (s *FundStatement) paper(lang Lang) paper {
	w := writer{lang, s.Whole}
	p := paper{lang: lang, notes: notesOf(lang, s.Notes), terms: s.equation(w), facts: s.facts(lang), title: words.giftTitle.in(lang)}
	if s.Kind == FundReport {
		p.title = words.fundTitle.in(lang) + " " + s.Subject
		if name := lang.pick(s.Name.EN, s.Name.DA); name != s.Subject {
			p.project = name
		}
	}
	p.headed(s.Head(), s.Organisation, s.PreparedOn, s.DataHash())
	if s.Used.Valid && s.Kind == DonorAnnual {
		p.share = &meter{words.giftsUsed.in(lang), "", s.Used}
		p.meters = []meter{{words.giftsUsed.in(lang), words.of.in(lang) + " " + w.money(s.money(s.ToDate.Received)), s.Used}}
	}
	p.sentences = s.sentences(w)
	for _, b := range []block{s.spendingBlock(w), s.receiptsBlock(w), s.purposesBlock(w), inKindBlock(w, s.InKind, s.Base, words.inKindOfFund.in(lang)),
		s.placesBlock(w)} {
		if b.title != "" {
			p.blocks = append(p.blocks, b)
		}
	}
	return p
}

func (s *FundStatement) equation(w writer) []term {
	received := words.received
	if s.Kind == DonorAnnual {
		received = words.giftsReceived
	}
	return []term{{"", words.opening.in(w.lang), w.amount(s.money(s.Opening), "opening")}, {"+", received.in(w.lang), w.amount(s.money(s.Received), "received")},
		{minus, words.spent.in(w.lang), w.amount(s.money(s.Spent), "spent")}, {"=", words.closing.in(w.lang), w.amount(s.money(s.Closing), "closing")}}
}

func (s *FundStatement) facts(lang Lang) [][2]string {
	subject := words.donorNo
	if s.Kind == FundReport {
		subject = words.fundCode
	}
	facts := [][2]string{{subject.in(lang), s.Subject}, {words.period.in(lang), lang.period(s.Period)}, {words.amountsIn.in(lang), string(s.Base)}}
	if name := lang.pick(s.Name.EN, s.Name.DA); name != "" && s.Kind == DonorAnnual {
		facts = slices.Insert(facts, 1, [2]string{words.donorName.in(lang), name})
	}
	if s.Kind == FundReport {
		facts = append(facts, [2]string{words.restriction.in(lang), restrictionWords[s.Restriction].in(lang)})
	}
	return facts
}

// sentences say the period in plain words.
func (s *FundStatement) sentences(w writer) []string {
	fill := strings.NewReplacer("{opening}", w.money(s.money(s.Opening)), "{received}", w.money(s.money(s.Received)), "{spent}", w.money(s.money(s.Spent)),
		"{closing}", w.money(s.money(s.Closing.Abs())))
	say := func(p phrase) string { return fill.Replace(p.in(w.lang)) }
	if s.Kind == FundReport {
		if s.Closing.Sign() < 0 {
			return []string{say(words.fundOverspent)}
		}
		return []string{say(words.fundSentence)}
	}
	gave := say(words.youGave)
	if !s.Opening.IsZero() {
		gave = say(words.youHad) + " " + gave
	}
	rest := words.setAside
	if s.Closing.IsZero() {
		rest = words.allUsed
	}
	sentences := []string{gave + " " + say(words.weSpent) + " " + say(rest)}
	if shares := s.shares(w); shares != "" {
		sentences = append(sentences, shares)
	}
	return sentences
}

// shares is the share of every krone by category: "Of every 100 kr., 84 went to education …".
func (s *FundStatement) shares(w writer) string {
	parts := make([]string, 0, len(s.Lines))
	for _, l := range s.Lines {
		if l.Share.Valid && l.Share.Decimal.Sign() > 0 {
			parts = append(parts, strings.NewReplacer("{share}", w.lang.percent(l.Share), "{what}", lower(w.lang.category(l))).Replace(words.shareOf.in(w.lang)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return words.shareLead.in(w.lang) + " " + strings.Join(parts, ", ") + "."
}

func (s *FundStatement) spendingBlock(w writer) block {
	lang := w.lang
	title := words.spendingPlain
	if s.Kind == DonorAnnual {
		title = words.whatItDid
	}
	b := block{title: title.in(lang), unit: string(s.Base), chart: true, carry: true, columns: []column{
		{head: words.purpose.in(lang), mm: 82}, {head: words.inPeriod.in(lang), mm: 27, chars: 14, right: true},
		{head: words.toDate.in(lang), mm: 27, chars: 14, right: true}, {head: words.share.in(lang), mm: 15, chars: 9, right: true}, {mm: 29, bar: true}}}
	if len(s.Lines) == 0 {
		b.columns, b.after = nil, []string{words.nothingSpent.in(lang)}
		return b
	}
	for _, l := range s.Lines {
		key := "lines." + l.Key
		b.rows = append(b.rows, tableRow{counts: true, bar: l.Share, length: [2]decimal.Decimal{l.InPeriod}, cells: []figure{word(lang.category(l)),
			w.amount(s.money(l.InPeriod), key+".amount"), w.amount(s.money(l.ToDate), key+".to_date"), w.percent(l.Share)}})
	}
	b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{word(words.total.in(lang)), w.amount(s.money(s.Spent), "spent"),
		w.amount(s.money(s.ToDate.Spent), "to_date.spent"), {}}})
	return b
}

func (s *FundStatement) receiptsBlock(w writer) block {
	lang := w.lang
	b := block{title: words.yourGifts.in(lang), unit: string(s.Base), carry: true, columns: []column{
		{head: words.date.in(lang), mm: 26, chars: 13}, {head: words.gift.in(lang), mm: 119}, {head: words.amount.in(lang), mm: 35, chars: 16, right: true}}}
	if s.Kind == FundReport {
		b.title, b.columns = words.income.in(lang), []column{{head: words.source.in(lang), mm: 145}, {head: words.amount.in(lang), mm: 35, chars: 16, right: true}}
	}
	if len(s.Receipts) == 0 {
		b.columns, b.after = nil, []string{words.noMoney.in(lang)}
		return b
	}
	for i, r := range s.Receipts {
		key := "receipts." + strconv.Itoa(i+1)
		amount := w.amount(s.money(r.Amount), key)
		cells := []figure{word(lang.pick(r.Name.EN, r.Name.DA)), amount}
		if s.Kind == DonorAnnual {
			label := joined(lang.receipt(r), lang.pick(r.Name.EN, r.Name.DA))
			if r.Text != "" {
				label += " (" + r.Text + ")"
			}
			cells = []figure{word(lang.shortDate(r.Date)), word(label), amount}
		}
		b.rows = append(b.rows, tableRow{counts: true, cells: cells})
	}
	total := []figure{word(words.total.in(lang)), w.amount(s.money(s.Received), "received")}
	if s.Kind == DonorAnnual {
		total = slices.Insert(total, 0, figure{})
	}
	b.rows = append(b.rows, tableRow{level: sumLevel, cells: total})
	return b
}

// purposesBlock is a donor's money by purpose, where there is more than one.
func (s *FundStatement) purposesBlock(w writer) block {
	lang := w.lang
	if len(s.Purposes) < 2 {
		return block{}
	}
	b := block{title: words.byPurpose.in(lang), unit: string(s.Base), columns: []column{{head: words.purpose.in(lang), mm: 60},
		{head: words.opening.in(lang), mm: 30, chars: 14, right: true}, {head: words.giftsReceived.in(lang), mm: 30, chars: 14, right: true},
		{head: words.spent.in(lang), mm: 30, chars: 14, right: true}, {head: words.closing.in(lang), mm: 30, chars: 14, right: true}}}
	in := func(d decimal.Decimal, key string) figure { return w.amount(s.money(d), key) }
	for _, p := range s.Purposes {
		key := "purposes." + p.Fund + "."
		b.rows = append(b.rows, tableRow{cells: []figure{word(cmp.Or(lang.pick(p.Name.EN, p.Name.DA), p.Fund)), in(p.Opening, key+"opening"), in(p.Received, key+"received"),
			in(p.Spent, key+"spent"), in(p.Closing, key+"closing")}})
	}
	b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{word(words.total.in(lang)), in(s.Opening, "opening"), in(s.Received, "received"),
		in(s.Spent, "spent"), in(s.Closing, "closing")}})
	return b
}

func (s *FundStatement) placesBlock(w writer) block {
	lang := w.lang
	if s.Kind != FundReport {
		return block{}
	}
	b := block{title: words.whereMoney.in(lang), unit: string(s.Base), columns: placeColumns(lang, s.Parts), rows: w.placeRows(s.Parts, s.Base)}
	b.rows = append(b.rows, tableRow{level: sumLevel, cells: []figure{word(words.closing.in(lang)), {}, w.amount(s.money(s.Closing), "closing")}})
	if s.Commitments.Valid && !s.Commitments.Decimal.IsZero() {
		b.after = []string{words.commitments.in(lang) + ": " + w.money(s.money(s.Commitments.Decimal))}
	}
	return b
}
