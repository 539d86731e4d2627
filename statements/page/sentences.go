package page

import (
	"strings"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// A sentence is chosen by the figures that it names, so that each situation has its own: nothing received, a gift given
// back, cost taken back, money left, nothing left, more spent than there was. testdata/situations has all of them.

// said are the sentences and what stands in their place in the equation of the period.
var said = struct {
	received, receivedNone, receivedBack, spent, spentNone, spentBack   figures.Name
	andInterest, butInterest, inPeriod                                  figures.Name
	remains, unspent, nothing, overspent, settled                       figures.Name
	refunded, refundedBack, refundAnd                                   figures.Name
	takenBack, interestBack, costBack, refundBack, tieOff               figures.Name
	confirm, confirmButFor, noDeviations, noDeviationsPlain             figures.Name
	fundBegan, fundBeganBelow, fundIn, fundInNone, fundInBack           figures.Name
	fundOut, fundOutNone, fundOutBack, fundLeft, fundNothing, fundBelow figures.Name
	fundNotYetSpent                                                     figures.Name
	youHad, youGave, youGaveAndGot, youGot, youGaveNone                 figures.Name
	weSpent, weSpentNone, weSpentBack, setAside, allUsed, nothingHere   figures.Name
	shareLead, shareOf                                                  figures.Name
}{
	inPeriod:     both("In this period {in} and {out}; {rest}.", "I perioden er der {in}, og der er {out}; {rest}."),
	received:     both("{received} was received", "modtaget {received}"),
	receivedNone: both("nothing was received", "ikke modtaget noget"),
	receivedBack: both("{received} of what had been received was taken back", "tilbageført {received} af det modtagne"),
	andInterest:  both("{in} (and {interest} in interest)", "{in} (og {interest} i renter)"),
	butInterest:  both("{in} (but {interest} in interest)", "{in} (men {interest} i renter)"),
	spent:        both("{spent} was spent", "brugt {spent}"),
	spentNone:    both("nothing was spent", "ikke brugt noget"),
	spentBack:    both("{spent} of earlier spending was taken back", "tilbageført {spent} af tidligere forbrug"),

	remains: both("{closing} remains to be spent on the purpose of the grant",
		"{closing} står tilbage til bevillingens formål"),
	unspent: both("{closing} is not spent, and the period of the grant is over",
		"{closing} er ikke brugt, og bevillingens periode er slut"),
	nothing:   both("nothing of it is left", "der er intet tilbage"),
	overspent: both("{closing} more has been spent than received", "der er brugt {closing} mere end modtaget"),
	settled:   both("the grant is settled", "bevillingen er afsluttet"),
	refundAnd: both("{refund}, and {rest}", "{refund}, og {rest}"),
	refunded:  both("{refunded} goes back to the grantor", "{refunded} går tilbage til bevillingsgiver"),
	refundedBack: both("{refunded} of what was to go back to the grantor stays with the grant",
		"{refunded} af det, der skulle tilbage til bevillingsgiver, bliver i bevillingen"),

	takenBack:    both("Received, taken back", "Modtaget, tilbageført"),
	interestBack: both("Interest, taken back", "Renter, tilbageført"),
	costBack:     both("Spending taken back", "Tilbageført forbrug"),
	refundBack:   both("Refund taken back", "Tilbageført tilbagebetaling"),
	tieOff:       both("Set off in the report: currency gains", "Modregnet i regnskabet: kursgevinster"),

	confirm: both(
		"We confirm that this statement agrees with our books, and that the money was spent in accordance with the grant.",
		"Vi bekræfter, at regnskabet stemmer med vores bogføring, og at midlerne er anvendt i overensstemmelse med "+
			"bevillingen."),
	confirmButFor: both(
		"We confirm that this statement agrees with our books, and that, but for the deviations listed in it, the money "+
			"was spent in accordance with the grant.",
		"Vi bekræfter, at regnskabet stemmer med vores bogføring, og at midlerne bortset fra de nævnte afvigelser er "+
			"anvendt i overensstemmelse med bevillingen."),
	noDeviations: both(
		"No budget line is overspent; neither the agreement nor the budget was changed, and no audit has disallowed a cost.",
		"Ingen budgetpost er overskredet; hverken aftalen eller budgettet er ændret, og ingen udgift er underkendt ved "+
			"revision."),
	noDeviationsPlain: both("The agreement was not changed, and no audit has disallowed a cost.",
		"Aftalen er ikke ændret, og ingen udgift er underkendt ved revision."),

	fundBegan: both("The fund began the period with {opening}.", "Perioden begyndte med {opening}."),
	fundBeganBelow: both("The fund began the period with a deficit of {opening}.",
		"Perioden begyndte med et underskud på {opening}."),
	fundIn:     both("{received} came in", "Der kom {received} ind,"),
	fundInNone: both("Nothing came in", "Der kom intet ind,"),
	fundInBack: both("{received} of earlier income was taken back",
		"Der blev tilbageført {received} af tidligere indtægter,"),
	fundOut:     both("and {spent} was spent;", "og {spent} blev brugt;"),
	fundOutNone: both("and nothing was spent;", "og intet blev brugt;"),
	fundOutBack: both("and {spent} of earlier spending was taken back;",
		"og {spent} af tidligere forbrug blev tilbageført;"),
	fundLeft:    both("{closing} is left.", "{closing} er tilbage."),
	fundNothing: both("nothing is left.", "der er intet tilbage."),
	fundBelow:   both("{closing} more has been spent than there was.", "der er brugt {closing} mere, end der var."),
	fundNotYetSpent: both("Beside this, {unspent} has been received on the grant and is not spent; it becomes income as "+
		"it is spent.",
		"Herudover er der modtaget {unspent} på bevillingen, som ikke er brugt; beløbet indtægtsføres i takt med forbruget."),

	youHad: both("When the period began, {opening} of your earlier gifts was not used yet.",
		"Da perioden begyndte, var {opening} af dine tidligere gaver endnu ikke brugt."),
	youGave: both("You gave {given}.", "Du gav {given}."),
	youGaveAndGot: both("You gave {given}, and {returned} was paid back to you.",
		"Du gav {given}, og {returned} er betalt tilbage til dig."),
	youGot: both("{returned} of your gifts was paid back to you.",
		"{returned} af dine gaver er betalt tilbage til dig."),
	youGaveNone: both("We received no gift from you in the period.", "Vi har ikke modtaget gaver fra dig i perioden."),
	weSpent:     both("We have spent {spent}.", "Vi har brugt {spent}."),
	weSpentNone: both("Nothing of it has been spent in the period.", "Intet af det er brugt i perioden."),
	weSpentBack: both("{spent} of what your gifts had paid for has been taken back.",
		"{spent} af det, dine gaver havde betalt, er tilbageført."),
	setAside: both("{closing} is still set aside for the purpose you gave to.",
		"Tilbage er {closing}, som er sat til side til det formål, du gav til."),
	allUsed:     both("All of it has been used. Thank you.", "Det hele er brugt. Tak."),
	nothingHere: both("We hold nothing more of your gifts.", "Vi har ikke flere midler fra dig."),
	shareLead:   both("Where it went: {shares}.", "Det gik til: {shares}."),
	shareOf:     both("{share} to {what}", "{share} til {what}"),
}

// bySign is the one of three texts that goes with a figure.
func bySign(d decimal.Decimal, positive, zero, negative figures.Name) figures.Name {
	switch d.Sign() {
	case 1:
		return positive
	case -1:
		return negative
	}
	return zero
}

// moved is a term of the equation. One that is below zero changes its sign and its name, so that nobody reads "− −".
func (w writer) moved(sign string, name, back figures.Name, d decimal.Decimal, key string) term {
	if d.Sign() >= 0 {
		return term{sign, name.In(w.lang), w.own(d, key)}
	}
	if sign == "+" {
		sign = figures.Minus
	} else {
		sign = "+"
	}
	return term{sign, back.In(w.lang), w.own(d.Abs(), "")}
}

// tell fills the figures into a text. A sentence ends with one full stop, also where "kr." ends it.
func tell(text string, with ...string) string {
	return strings.ReplaceAll(strings.NewReplacer(with...).Replace(text), "..", ".")
}

// sentences say the period in words, for a reader of no tables.
func (s grantPaper) sentences() []string {
	lang := s.lang
	in := bySign(s.Received, said.received, said.receivedNone, said.receivedBack).In(lang)
	if interest := said.andInterest; !s.Interest.IsZero() {
		if s.Received.IsZero() {
			interest = said.butInterest
		}
		in = tell(interest.In(lang), "{in}", in)
	}
	out := bySign(s.Spent, said.spent, said.spentNone, said.spentBack).In(lang)
	text := tell(said.inPeriod.In(lang), "{in}", in, "{out}", out, "{rest}", s.rest())
	return []string{tell(text, "{received}", s.said(s.Received.Abs()), "{interest}", s.said(s.Interest), "{spent}",
		s.said(s.Spent.Abs()), "{closing}", s.said(s.Closing.Abs()), "{refunded}", s.said(s.Refunded.Abs()))}
}

// rest is what became of the money that is left.
func (s grantPaper) rest() string {
	left := said.remains
	if s.Ended() {
		left = said.unspent
	}
	nothing := said.nothing
	if s.Refunded.Sign() > 0 && s.Ended() {
		nothing = said.settled
	}
	rest := bySign(s.Closing, left, nothing, said.overspent).In(s.lang)
	if s.Refunded.IsZero() {
		return rest
	}
	refund := bySign(s.Refunded, said.refunded, said.nothing, said.refundedBack).In(s.lang)
	return tell(said.refundAnd.In(s.lang), "{refund}", refund, "{rest}", rest)
}

// sentences say the period in plain words.
func (s fundPaper) sentences() []string {
	var told []string
	if s.Kind == figures.FundReport {
		told = s.fundSentences()
	} else {
		told = s.giftSentences()
	}
	returned := s.Returned().Amount
	text := tell(strings.Join(told, " "), "{opening}", s.said(s.Opening.Abs()), "{received}", s.said(s.Received.Abs()),
		"{given}", s.said(s.Received.Add(returned)), "{returned}", s.said(returned), "{spent}", s.said(s.Spent.Abs()),
		"{closing}", s.said(s.Closing.Abs()), "{unspent}", s.said(s.NotYetSpent().Amount))
	if shares := s.shares(); shares != "" {
		return []string{text, shares}
	}
	return []string{text}
}

func (s fundPaper) fundSentences() []string {
	told := []figures.Name{bySign(s.Opening, said.fundBegan, said.fundBegan, said.fundBeganBelow),
		bySign(s.Received, said.fundIn, said.fundInNone, said.fundInBack),
		bySign(s.Spent, said.fundOut, said.fundOutNone, said.fundOutBack),
		bySign(s.Closing, said.fundLeft, said.fundNothing, said.fundBelow)}
	if s.NotYetSpent().Sign() > 0 {
		told = append(told, said.fundNotYetSpent)
	}
	return figures.Each(told, func(p figures.Name) string { return p.In(s.lang) })
}

func (s fundPaper) giftSentences() []string {
	returned := s.Returned().Amount
	given := s.Received.Add(returned)
	gave := said.youGaveNone
	switch {
	case given.Sign() > 0 && returned.Sign() > 0:
		gave = said.youGaveAndGot
	case given.Sign() > 0:
		gave = said.youGave
	case returned.Sign() > 0:
		gave = said.youGot
	}
	told := []figures.Name{gave}
	if s.Opening.Sign() > 0 {
		told = []figures.Name{said.youHad, gave}
	}
	switch {
	case !s.Spent.IsZero():
		told = append(told, bySign(s.Spent, said.weSpent, said.weSpent, said.weSpentBack))
	case s.Closing.Sign() > 0:
		told = append(told, said.weSpentNone)
	}
	rest := said.nothingHere
	if s.Closing.Sign() > 0 {
		rest = said.setAside
	} else if s.Spent.Sign() > 0 {
		rest = said.allUsed
	}
	return figures.Each(append(told, rest), func(p figures.Name) string { return p.In(s.lang) })
}

// shares is the share of every krone by category, where they are shares: all of them, and none below zero.
func (s fundPaper) shares() string {
	if s.Kind != figures.DonorAnnual {
		return ""
	}
	var parts []string
	for _, l := range s.Lines {
		switch {
		case l.InPeriod.Sign() < 0:
			return ""
		case l.Share.Valid && l.Share.Decimal.Sign() > 0:
			parts = append(parts, tell(said.shareOf.In(s.lang), "{share}", s.lang.Percent(l.Share), "{what}",
				figures.Lower(s.lang.Category(l))))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return tell(said.shareLead.In(s.lang), "{shares}", strings.Join(parts, ", "))
}

// Prose is all that a statement says in sentences: over the tables, under them, in its notes and above the signatures.
func Prose(v figures.Value, lang figures.Lang) []string {
	p := paperOf(v, lang)
	prose := append([]string{}, p.sentences...)
	for _, b := range p.blocks {
		prose = append(prose, b.after...)
	}
	prose = append(prose, p.notes...)
	for _, g := range p.signing {
		prose = append(prose, g.confirm)
	}
	return prose
}
