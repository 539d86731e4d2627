package page

import (
	"cmp"
	"slices"
	"strconv"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// fundPaper words the statement of a donor's gifts or of a fund.
type fundPaper struct {
	*figures.FundStatement
	writer
}

// paper is the statement in words.
func (s fundPaper) paper() paper {
	lang := s.lang
	p := paper{lang: lang, notes: notesOf(lang, s.Notes), terms: s.equation(), facts: s.facts(),
		title: words.giftTitle.In(lang)}
	if s.Kind == figures.FundReport {
		p.title = words.fundTitle.In(lang) + " " + s.Subject
		if name := s.Name.In(lang); name != s.Subject {
			p.project = name
		}
	}
	p.headed(s.Head(), s.Organisation, s.PreparedOn, s.DataHash())
	if s.Used.Valid && s.Kind == figures.DonorAnnual {
		p.share = &meter{words.giftsUsed.In(lang), "", s.Used}
		p.meters = []meter{{words.giftsUsed.In(lang), words.of.In(lang) + " " + s.said(s.ToDate.Received), s.Used}}
	}
	p.sentences = s.sentences()
	p.keep(s.spendingBlock(), s.receiptsBlock(), s.purposesBlock(),
		inKindBlock(s.writer, s.InKind, words.inKindOfFund.In(lang)),
		s.placesBlock())
	return p
}

func (s fundPaper) equation() []term {
	opening, received, closing := words.opening, words.received, words.closing
	if s.Kind == figures.DonorAnnual {
		opening, received, closing = words.giftsBefore, words.giftsReceived, words.giftsLeft
	}
	return []term{{"", opening.In(s.lang), s.own(s.Opening, "opening")},
		s.moved("+", received, said.takenBack, s.Received, "received"),
		s.moved(figures.Minus, words.spent, said.costBack, s.Spent, "spent"),
		{"=", closing.In(s.lang), s.own(s.Closing, "closing")}}
}

func (s fundPaper) facts() [][2]string {
	lang := s.lang
	subject := words.donorNo
	if s.Kind == figures.FundReport {
		subject = words.fundCode
	}
	facts := [][2]string{{subject.In(lang), s.Subject}, {words.period.In(lang), lang.Period(s.Period)},
		{words.amountsIn.In(lang), string(s.Base)}}
	if name := s.Name.In(lang); name != "" && s.Kind == figures.DonorAnnual {
		facts = slices.Insert(facts, 1, [2]string{words.donorName.In(lang), name})
	}
	if s.Kind == figures.FundReport {
		facts = append(facts, [2]string{words.restriction.In(lang), restrictionWords[s.Restriction].In(lang)})
	}
	return facts
}

func (s fundPaper) spendingBlock() block {
	lang := s.lang
	title := words.spendingPlain
	if s.Kind == figures.DonorAnnual {
		title = words.whatItDid
	}
	b := block{title: title.In(lang), unit: string(s.Base), chart: true, carry: true, columns: []column{
		textColumn(words.purpose.In(lang), 82, 0), sumColumn(words.inPeriod.In(lang), 27, 14),
		sumColumn(words.toDate.In(lang), 27, 14), sumColumn(words.share.In(lang), 15, 9), {mm: 29, bar: true}}}
	if len(s.Lines) == 0 {
		b.columns, b.after = nil, []string{words.nothingSpent.In(lang)}
		return b
	}
	for _, l := range s.Lines {
		key := "lines." + l.Key
		b.add(tableRow{counts: true, bar: l.Share, length: [2]decimal.Decimal{l.InPeriod},
			cells: []figure{word(lang.Category(l)),
				s.own(l.InPeriod, key+".amount"), s.own(l.ToDate, key+".to_date"), s.percent(l.Share)}})
	}
	b.add(sumLineOf(word(words.total.In(lang)), s.own(s.Spent, "spent"),
		s.own(s.ToDate.Spent, "to_date.spent"), figure{}))
	return b
}

func (s fundPaper) receiptsBlock() block {
	lang := s.lang
	b := block{title: words.yourGifts.In(lang), unit: string(s.Base), carry: true, columns: []column{
		textColumn(words.date.In(lang), 26, 13), textColumn(words.gift.In(lang), 119, 0),
		sumColumn(words.amount.In(lang), 35, 16)}}
	if s.Kind == figures.FundReport {
		b.title, b.columns = words.income.In(lang),
			[]column{textColumn(words.source.In(lang), 145, 0), sumColumn(words.amount.In(lang), 35, 16)}
	}
	if len(s.Receipts) == 0 {
		b.columns, b.after = nil, []string{words.noMoney.In(lang)}
		return b
	}
	for i, r := range s.Receipts {
		key := "receipts." + strconv.Itoa(i+1)
		amount := s.own(r.Amount, key)
		cells := []figure{word(r.Name.In(lang)), amount}
		if s.Kind == figures.DonorAnnual {
			label := figures.Joined(lang.Receipt(r), r.Name.In(lang))
			if r.Text != "" {
				label += " (" + r.Text + ")"
			}
			cells = []figure{word(lang.ShortDate(r.Date)), word(label), amount}
		}
		b.add(tableRow{counts: true, cells: cells})
	}
	total := []figure{word(words.total.In(lang)), s.own(s.Received, "received")}
	if s.Kind == figures.DonorAnnual {
		total = slices.Insert(total, 0, figure{})
	}
	b.add(tableRow{level: sumLevel, cells: total})
	return b
}

// purposesBlock is a donor's money by purpose, where there is more than one.
func (s fundPaper) purposesBlock() block {
	lang := s.lang
	if len(s.Purposes) < 2 {
		return block{}
	}
	b := block{title: words.byPurpose.In(lang), unit: string(s.Base),
		columns: []column{textColumn(words.purpose.In(lang), 60, 0),
			sumColumn(words.giftsBefore.In(lang), 30, 14), sumColumn(words.giftsReceived.In(lang), 30, 14),
			sumColumn(words.spent.In(lang), 30, 14), sumColumn(words.giftsLeft.In(lang), 30, 14)}}
	for _, p := range s.Purposes {
		key := "purposes." + p.Fund + "."
		b.add(lineOf(word(cmp.Or(p.Name.In(lang), p.Fund)), s.own(p.Opening, key+"opening"),
			s.own(p.Received, key+"received"),
			s.own(p.Spent, key+"spent"), s.own(p.Closing, key+"closing")))
	}
	b.add(sumLineOf(word(words.total.In(lang)), s.own(s.Opening, "opening"), s.own(s.Received, "received"),
		s.own(s.Spent, "spent"), s.own(s.Closing, "closing")))
	return b
}

func (s fundPaper) placesBlock() block {
	lang := s.lang
	if s.Kind != figures.FundReport {
		return block{}
	}
	b := block{title: words.whereMoney.In(lang), unit: string(s.Base), columns: placeColumns(lang, s.Parts),
		rows: s.placeRows(s.Parts)}
	b.add(sumLineOf(word(words.closing.In(lang)), figure{}, s.own(s.Closing, "closing")))
	if s.Commitments.Valid && !s.Commitments.Decimal.IsZero() {
		b.after = []string{words.commitments.In(lang) + ": " + s.said(s.Commitments.Decimal)}
	}
	return b
}
