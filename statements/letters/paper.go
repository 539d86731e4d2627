package letters

import (
	"fmt"
	"slices"
	"strings"

	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/statements/page"
)

// Addressee is who a letter is to: opened when it is printed, and kept nowhere.
type Addressee struct {
	Name    string
	Address string // lines, or one line with commas
}

// lines are those of the window.
func (a Addressee) lines() []string {
	address := a.Address
	if !strings.Contains(strings.TrimSpace(address), "\n") {
		address = strings.ReplaceAll(address, ",", "\n")
	}
	var lines []string
	for line := range strings.SplitSeq(a.Name+"\n"+address, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Issued is a statement that a letter goes with.
type Issued struct {
	Value  figures.Value
	Before figures.Value // the one that ended the day before this one begins, as issued; nil for none
}

// paperWords are the fixed texts of letters on paper.
var paperWords = struct {
	your, corrected, enclosed, stands, earlier, late, receipt                 figures.Name
	receiptNo, receivedOn, amount, purpose, organisation, returned, anonymous figures.Name
	confirm, yearReceipt, confirmYear, gift                                   figures.Name
}{
	your: figures.Name{EN: "Your statement {number}, {period}", DA: "Dit regnskab {number}, {period}"},
	corrected: figures.Name{EN: "Your corrected statement {number}, version {version}, {period}",
		DA: "Dit rettede regnskab {number}, version {version}, {period}"},
	enclosed: figures.Name{EN: "The whole statement is enclosed. If you have questions, write to us.",
		DA: "Hele regnskabet er vedlagt. Har du spørgsmål, er du velkommen til at skrive til os."},
	stands: figures.Name{EN: "The period in figures:", DA: "Perioden i tal:"},
	earlier: figures.Name{EN: "Here you can see what became of what you gave earlier.",
		DA: "Her kan du se, hvad der er blevet af det, du har givet tidligere."},
	late: figures.Name{EN: "Your last statement, {number}, ended with {was}. Since then we have booked something that " +
		"belongs to the time before this period, so this one begins with {opening}.",
		DA: "Dit seneste regnskab, {number}, sluttede med {was}. Siden har vi bogført noget, der hører til tiden før denne " +
			"periode, så dette begynder med {opening}."},
	receipt:      figures.Name{EN: "Receipt for your gift", DA: "Kvittering for din gave"},
	receiptNo:    figures.Name{EN: "Number", DA: "Nummer"},
	receivedOn:   figures.Name{EN: "Received on", DA: "Modtaget"},
	amount:       figures.Name{EN: "Amount", DA: "Beløb"},
	purpose:      figures.Name{EN: "Purpose", DA: "Formål"},
	organisation: figures.Name{EN: "Received by", DA: "Modtager"},
	returned:     figures.Name{EN: "Paid back on", DA: "Betalt tilbage"},
	anonymous:    figures.Name{EN: "Donor no.", DA: "Donornr."},
	confirm:      figures.Name{EN: "We have received the gift below.", DA: "Vi har modtaget nedenstående gave."},
	yearReceipt:  figures.Name{EN: "Receipt for your gifts in {year}", DA: "Kvittering for dine gaver i {year}"},
	confirmYear:  figures.Name{EN: "We have received the gifts below.", DA: "Vi har modtaget nedenstående gaver."},
	gift:         figures.Name{EN: "{on}, {purpose} ({number})", DA: "{on}, {purpose} ({number})"},
}

// Letter is the letter that goes with a statement: in its language, with the figures of its first page and what
// changed.
func (t Text) Letter(s Issued, to Addressee, on ledger.Date) page.Letter {
	h := s.Value.Head()
	heading := paperWords.your
	if h.Version > 1 {
		heading = paperWords.corrected
	}
	fill := strings.NewReplacer("{number}", h.Number, "{version}", fmt.Sprint(h.Version), "{period}",
		t.Lang.Period(h.Period))
	l := page.Letter{Lang: t.Lang, Organisation: organisationOf(s.Value), To: to.lines(), On: on,
		About: h.Subject + " · " + h.Number, Heading: fill.Replace(heading.In(t.Lang)), Salutation: t.salute(to.Name),
		Unit: string(h.Currency), Rows: page.Equation(s.Value, t.Lang), Signature: t.signed(organisationOf(s.Value).Name)}
	purposes, gave := purposesOf(s.Value, t.Lang)
	if gave {
		l.Above = append(l.Above, t.thanks(purposes))
	} else {
		l.Above = append(l.Above, paperWords.earlier.In(t.Lang))
	}
	l.Above = append(l.Above, paperWords.stands.In(t.Lang))
	l.Below = append(s.changed(t.Lang), paperWords.enclosed.In(t.Lang))
	return l
}

// salute greets by name, and without one as mails do.
func (t Text) salute(name string) string {
	if name == "" {
		return t.Greeting
	}
	return strings.ReplaceAll(t.Salutation, "{name}", name)
}

// signed is the signature, with the organisation where the office has chosen no words of its own.
func (t Text) signed(organisation string) string {
	if t.ID == "" {
		return t.Signature + "\n" + organisation
	}
	return t.Signature
}

// thanks are the office's, with the purposes in words.
func (t Text) thanks(purposes []string) string {
	return strings.ReplaceAll(t.Thanks, "{purpose}", listed(t.Lang, purposes))
}

// listed is a list in words.
func listed(lang figures.Lang, all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	and := figures.Name{EN: " and ", DA: " og "}.In(lang)
	return strings.Join(all[:len(all)-1], ", ") + and + all[len(all)-1]
}

func organisationOf(v figures.Value) figures.Organisation {
	switch s := v.(type) {
	case *figures.FundStatement:
		return s.Organisation
	case *figures.GrantStatement:
		return s.Organisation
	}
	return figures.Organisation{}
}

// purposesOf are what was given to, in words, and whether anything was given in the period.
func purposesOf(v figures.Value, lang figures.Lang) (names []string, gave bool) {
	switch s := v.(type) {
	case *figures.FundStatement:
		for _, p := range s.Purposes {
			if p.Received.Sign() > 0 {
				names, gave = append(names, p.Name.In(lang)), true
			}
		}
	case *figures.GrantStatement:
		return []string{s.Project}, s.Received.Sign() > 0
	}
	slices.Sort(names)
	return slices.Compact(names), gave
}

// changed is what a correction or something booked late changed.
func (s Issued) changed(lang figures.Lang) []string {
	switch is := s.Value.(type) {
	case *figures.GrantStatement:
		return page.Changed(is.Notes, lang)
	case *figures.FundStatement:
		told := page.Changed(is.Notes, lang)
		was, known := s.Before.(*figures.FundStatement)
		if known && was.Whole == is.Whole && was.Base == is.Base && !was.Closing.Equal(is.Opening) {
			told = append(told, strings.NewReplacer("{number}", was.Number, "{was}", lang.Money(was.Money(was.Closing)),
				"{opening}", lang.Money(is.Money(is.Opening))).Replace(paperWords.late.In(lang)))
		}
		return told
	}
	return nil
}

// Gift is what a receipt says of one.
type Gift struct {
	Number       string
	Donor        string // code
	On           ledger.Date
	Amount       ledger.Money
	Purpose      string // in the receipt's language
	RefundedOn   ledger.Date
	Organisation figures.Organisation
}

// Receipt is the receipt for a gift, to a donor by code, or by name and address where they were opened.
func (t Text) Receipt(g Gift, to Addressee, on ledger.Date) page.Letter {
	in := func(n figures.Name) string { return n.In(t.Lang) }
	l := page.Letter{Lang: t.Lang, Organisation: g.Organisation, To: to.lines(), On: on, About: g.Number,
		Heading: in(paperWords.receipt), Salutation: t.salute(to.Name), Signature: t.signed(g.Organisation.Name),
		Above: []string{t.thanks([]string{g.Purpose}), in(paperWords.confirm)}}
	for _, r := range [][2]string{{in(paperWords.receiptNo), g.Number}, {in(paperWords.anonymous), g.Donor},
		{in(paperWords.receivedOn), t.Lang.Date(g.On)}, {in(paperWords.purpose), g.Purpose},
		{in(paperWords.organisation), registered(g.Organisation)}} {
		l.Rows = append(l.Rows, page.LetterRow{Label: r[0], Text: r[1]})
	}
	l.Rows = append(l.Rows, page.LetterRow{Label: in(paperWords.amount), Text: t.Lang.Money(g.Amount), Sum: true})
	if g.RefundedOn != "" { // nobody is thanked for what went back
		l.Above = l.Above[1:]
		l.Rows = append(l.Rows, page.LetterRow{Label: in(paperWords.returned), Text: t.Lang.Date(g.RefundedOn)})
	}
	return l
}

// YearReceipt is the receipt for all that a donor gave in a year. What was paid back is listed and not in the total;
// where all was, nobody is thanked.
func (t Text) YearReceipt(year int, given []Gift, to Addressee, on ledger.Date) page.Letter {
	in := func(n figures.Name) string { return strings.ReplaceAll(n.In(t.Lang), "{year}", fmt.Sprint(year)) }
	first := given[0]
	l := page.Letter{Lang: t.Lang, Organisation: first.Organisation, To: to.lines(), On: on,
		About: fmt.Sprintf("%s · %d", first.Donor, year), Heading: in(paperWords.yearReceipt),
		Salutation: t.salute(to.Name), Signature: t.signed(first.Organisation.Name),
		Rows: []page.LetterRow{{Label: in(paperWords.anonymous), Text: first.Donor},
			{Label: in(paperWords.organisation), Text: registered(first.Organisation)}}}
	total, purposes := ledger.Zero(first.Amount.Currency), []string{}
	for _, g := range given {
		row := page.LetterRow{Text: t.Lang.Money(g.Amount), Label: strings.NewReplacer("{on}", t.Lang.Date(g.On),
			"{purpose}", g.Purpose, "{number}", g.Number).Replace(in(paperWords.gift))}
		if g.RefundedOn != "" {
			row.Label += "; " + strings.ToLower(in(paperWords.returned)) + " " + t.Lang.Date(g.RefundedOn)
		} else {
			total, purposes = total.Add(g.Amount), append(purposes, g.Purpose)
		}
		l.Rows = append(l.Rows, row)
	}
	l.Rows = append(l.Rows, page.LetterRow{Label: in(paperWords.amount), Text: t.Lang.Money(total), Sum: true})
	if len(purposes) > 0 {
		slices.Sort(purposes)
		l.Above = append(l.Above, t.thanks(slices.Compact(purposes)))
	}
	l.Above = append(l.Above, in(paperWords.confirmYear))
	return l
}

// registered is the organisation with its registration.
func registered(o figures.Organisation) string {
	if o.Registration == "" {
		return o.Name
	}
	return o.Name + ", " + o.Registration
}
