package figurestest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"supportledger/ledger"
	"supportledger/statements/figures"

	"github.com/shopspring/decimal"
)

// claim is a sentence of a statement with what must be so where it is printed. One that is always printed where it
// is so is a fault, too, where it is missing.
type claim struct {
	en, da string
	so     bool
	always bool
}

// Untrue lists what a statement says that its figures do not: full is what was collected, shown what its reader gets,
// prose its sentences in one language. It knows the words by itself, so that a change of the program's words or of its
// choice between them is seen here.
func Untrue(full, shown figures.Value, lang figures.Lang, prose []string) []string {
	text := strings.Join(strings.Fields(strings.Join(prose, " ")), " ")
	var wrong []string
	for _, c := range claims(full, shown) {
		words := c.en
		if lang == figures.Danish {
			words = c.da
		}
		printed := strings.Contains(text, words)
		if printed && !c.so || !printed && c.so && c.always {
			wrong = append(wrong, fmt.Sprintf("%q: printed %v, and it is so: %v", words, printed, c.so))
		}
	}
	wrong = append(wrong, unclaimed(claims(full, shown), lang, prose)...)
	known := amountsOf(shown)
	for _, amount := range amountForm.FindAllString(text, -1) {
		if !known[plain(amount, lang)] {
			wrong = append(wrong, fmt.Sprintf("the amount %s is no figure of the statement", amount))
		}
	}
	return wrong
}

// absolute are words that say of all or of none: a sentence with one is true of some books and false of others.
var absolute = map[figures.Lang]*regexp.Regexp{
	figures.English: regexp.MustCompile(`(?i)\b(no|none|nothing|nobody|neither|all|every|each|whole|never)\b`),
	figures.Danish:  regexp.MustCompile(`(?i)(^|[^\pL])(ingen|intet|hverken|alle|alt|hele|helt|hver|aldrig)($|[^\pL])`),
}

// sentenceEnd is followed by a capital; "kr." within a sentence is not.
var sentenceEnd = regexp.MustCompile(`\. (\p{Lu})`)

// unclaimed are sentences that say of all or of none, and of which no claim says when they are so.
func unclaimed(claims []claim, lang figures.Lang, prose []string) (sentences []string) {
	for _, text := range prose {
		text = sentenceEnd.ReplaceAllString(strings.Join(strings.Fields(text), " "), ".\n$1")
		for sentence := range strings.SplitSeq(text, "\n") {
			if absolute[lang].MatchString(sentence) && !slices.ContainsFunc(claims, func(c claim) bool {
				words := c.en
				if lang == figures.Danish {
					words = c.da
				}
				return strings.Contains(sentence, strings.TrimSuffix(words, "."))
			}) {
				sentences = append(sentences, fmt.Sprintf("nothing says when this is so: %q", sentence))
			}
		}
	}
	return sentences
}

func claims(full, shown figures.Value) []claim {
	switch s := shown.(type) {
	case *figures.GrantStatement:
		collected, _ := full.(*figures.GrantStatement)
		return grantClaims(collected, s)
	case *figures.FundStatement:
		if s.Kind == figures.FundReport {
			return fundClaims(s)
		}
		return giftClaims(s)
	}
	panic(fmt.Sprintf("figurestest: %T is no statement", shown))
}

func grantClaims(full, s *figures.GrantStatement) []claim {
	ended := s.GrantPeriod.To != "" && s.Period.To >= s.GrantPeriod.To
	deviates := slices.ContainsFunc(full.Budget, func(l figures.BudgetLine) bool {
		return l.Variance.Sign() < 0 || ended && l.VarianceOf.Decimal.GreaterThan(decimal.NewFromInt(10))
	}) || len(full.Changes)+len(full.Amendments)+len(full.Disallowed) > 0
	paid := func(kind figures.LineKind) bool {
		return slices.ContainsFunc(s.Lines, func(l figures.Line) bool { return l.Kind == kind && !l.ToDate.IsZero() })
	}
	ties := figures.Sum(s.Ties, func(t figures.Tie) decimal.Decimal { return t.Amount })
	since := func(code figures.NoteCode) bool {
		return slices.ContainsFunc(s.Notes, func(n figures.Note) bool { return n.Code == code })
	}
	return []claim{
		{"nothing was received", "ikke modtaget noget", s.Received.IsZero(), true},
		{"nothing was spent", "ikke brugt noget", s.Spent.IsZero(), true},
		{"more has been spent than received", "mere end modtaget", s.Closing.Sign() < 0, false},
		{"remains to be spent on the purpose", "står tilbage til bevillingens formål", s.Closing.Sign() > 0 && !ended, true},
		{"is not spent, and the period of the grant is over", "ikke brugt, og bevillingens periode er slut",
			s.Closing.Sign() > 0 && ended, true},
		{"nothing of it is left", "der er intet tilbage", s.Closing.IsZero(), false},
		{"the grant is settled", "bevillingen er afsluttet", s.Closing.IsZero() && ended && s.Refunded.Sign() > 0, true},
		{"goes back to the grantor, and", "går tilbage til bevillingsgiver, og", s.Refunded.Sign() > 0, true},
		{"is shown as rounding", "er vist som afrunding", !s.Rounding.IsZero(), false},
		{"is carried on to the next period", "føres videre til bevillingens næste periode",
			s.Closing.Sign() > 0 && !ended, false},
		{"The period of the grant has ended with", "Bevillingens periode er slut med", s.Closing.Sign() > 0 && ended, false},
		{"o audit has disallowed a cost", "ingen udgift er underkendt ved revision", !deviates, true},
		{"for the deviations listed", "bortset fra de nævnte afvigelser", deviates, true},
		{"No budget line is overspent", "Ingen budgetpost er overskredet", !deviates && len(full.Budget) > 0, true},
		{"Nothing was received in the period.", "Der er intet modtaget i perioden.", len(s.Receipts) == 0, true},
		{"The report and the ledger have the same costs", "Regnskabet og bogføringen har de samme udgifter",
			s.Currency == s.Base && ties.Equal(s.Spent), false},
		{"agrees with account 2100", "stemmer med konto 2100",
			s.Deferred != nil && s.Deferred.Amount.Equal(s.Closing), false},
		{"of all direct costs", "af alle direkte udgifter", full.Indirect != nil && len(full.Indirect.Excluded) == 0, false},
		{"Transfer fees are paid from our own", "Overførselsgebyrer betales af vores frie",
			!paid(figures.TransferFees) || since(figures.NoteFeesGrant), false},
		{"Currency gains and losses are borne by our own", "Kursgevinster og kurstab bæres af vores frie",
			!paid(figures.CurrencyDifferences) || since(figures.NoteCurrencyGrant), false},
		{"no cost is claimed twice", "ingen udgift er medtaget to gange", true, false}, // a line of the books is of one grant
		{"no figure is more than one unit off", "intet tal afviger mere end én enhed", s.Whole && wholeUnits(s), false},
		{"Every cost is converted and rounded by itself", "Hver udgift er omregnet og afrundet for sig",
			s.Currency != s.Base && !s.Rounding.IsZero(), false},
		{"each line is the sum of its converted costs", "hver linje er summen af sine omregnede udgifter",
			s.Currency != s.Base, false},
		{": transfer fees are paid from our own", ": overførselsgebyrer betales af vores frie",
			since(figures.NoteFeesGeneral), false},
		{"The ledger is kept in another currency", "Bogføringen er i en anden valuta", s.Currency != s.Base, false},
		{"in all projects together", "i alle projekter tilsammen", len(s.InKind) > 0, false},
		{"no contribution to this grant alone", "ikke et bidrag til denne bevilling alene", len(s.InKind) > 0, false},
		{"how each contribution was valued is on record", "hvordan hvert bidrag er værdisat, er registreret",
			len(s.InKind) > 0, true}, // none is taken without a memo, a document or a reason
		{"at most", "højst", s.Indirect != nil && s.Indirect.Cap.Valid, false},
		{"so that nobody can be found among few", "så ingen kan findes blandt få", s.Results != nil, false},
	}
}

// wholeUnits reports whether the totals of a statement are in whole units.
func wholeUnits(s *figures.GrantStatement) bool {
	return !slices.ContainsFunc([]decimal.Decimal{s.Opening, s.Received, s.Spent, s.Closing},
		func(d decimal.Decimal) bool { return !d.IsInteger() })
}

func fundClaims(s *figures.FundStatement) []claim {
	return []claim{
		{"with a deficit of", "med et underskud på", s.Opening.Sign() < 0, true},
		{"Nothing came in", "Der kom intet ind", s.Received.IsZero(), true},
		{"of earlier income was taken back", "af tidligere indtægter", s.Received.Sign() < 0, true},
		{"nothing was spent", "og intet blev brugt", s.Spent.IsZero(), true},
		{"of earlier spending was taken back", "af tidligere forbrug", s.Spent.Sign() < 0, true},
		{"nothing is left", "der er intet tilbage", s.Closing.IsZero(), true},
		{"more has been spent than there was", "mere, end der var", s.Closing.Sign() < 0, true},
		{"No gift is tied to one person", "Ingen gave er knyttet til én person", true, false}, // how gifts work here
		{"has been received on the grant and is not spent", "på bevillingen, som ikke er brugt",
			s.NotYetSpent().Sign() > 0, true},
		{"Nothing was spent in the period.", "Der er ikke brugt noget i perioden.", len(s.Lines) == 0, true},
		{"Nothing was received in the period.", "Der er intet modtaget i perioden.", len(s.Receipts) == 0, true},
		{"no figure is more than one unit off", "intet tal afviger mere end én enhed", s.Whole, false},
	}
}

func giftClaims(s *figures.FundStatement) []claim {
	returned := s.Returned().Amount
	given := s.Received.Add(returned)
	shares, below := decimal.Zero, false
	for _, l := range s.Lines {
		shares, below = shares.Add(l.Share.Decimal), below || l.InPeriod.Sign() < 0
	}
	whole := !below && shares.Sub(decimal.NewFromInt(100)).Abs().LessThan(decimal.NewFromInt(1))
	return []claim{
		{"You gave", "Du gav", given.Sign() > 0, true},
		{"paid back to you", "betalt tilbage til dig", returned.Sign() > 0, true},
		{"We received no gift from you", "Vi har ikke modtaget gaver fra dig", given.IsZero() && returned.IsZero(), true},
		{"We have spent", "Vi har brugt", s.Spent.Sign() > 0, true},
		{"All of it has been used", "Det hele er brugt", s.Closing.IsZero() && s.Spent.Sign() > 0, true},
		{"Thank you", "Tak", s.Spent.Sign() > 0, false},
		{"is still set aside", "er sat til side", s.Closing.Sign() > 0, true},
		{"We hold nothing more", "Vi har ikke flere midler", s.Closing.IsZero(), false},
		{"Nothing of it has been spent", "Intet af det er brugt", s.Spent.IsZero() && s.Closing.Sign() > 0, true},
		{"has been taken back", "er tilbageført", s.Spent.Sign() < 0, true},
		{"Where it went", "Det gik til", whole, false},
		{"of your earlier gifts was not used", "af dine tidligere gaver endnu ikke brugt", s.Opening.Sign() > 0, true},
		{"may be deducted", "trækkes fra", s.Received.Sign() > 0 && s.Organisation.TaxApproval != "", true},
		{"Nothing was spent in the period.", "Der er ikke brugt noget i perioden.", len(s.Lines) == 0, true},
		{"Nothing was received in the period.", "Der er intet modtaget i perioden.", len(s.Receipts) == 0, true},
		{"No gift is tied to one person", "Ingen gave er knyttet til én person", true, false}, // how gifts work here
		{"at the address above", "på adressen ovenfor", s.Organisation.Address+s.Organisation.Contact != "", false},
		{"no figure is more than one unit off", "intet tal afviger mere end én enhed", s.Whole, false},
	}
}

var amountForm = regexp.MustCompile(`\d[\d.,]*[.,]\d\d\b`)

// plain is a printed amount as JSON has it.
func plain(amount string, lang figures.Lang) string {
	if lang == figures.Danish {
		return strings.ReplaceAll(strings.ReplaceAll(amount, ".", ""), ",", ".")
	}
	return strings.ReplaceAll(amount, ",", "")
}

// amountsOf are all figures of a statement without their signs, as JSON has them.
func amountsOf(v figures.Value) map[string]bool {
	known := map[string]bool{}
	if s, ok := v.(*figures.FundStatement); ok {
		returned := s.Returned().Amount
		known[returned.StringFixed(2)], known[s.Received.Add(returned).StringFixed(2)] = true, true
	}
	var tree any
	if err := json.Unmarshal(v.JSON(figures.English), &tree); err != nil {
		panic(err)
	}
	var walk func(node any)
	walk = func(node any) {
		switch n := node.(type) {
		case map[string]any:
			for _, child := range n {
				walk(child)
			}
		case []any:
			for _, child := range n {
				walk(child)
			}
		case string:
			if d, err := ledger.ParseDecimal(n); err == nil {
				known[d.Abs().StringFixed(2)] = true
			}
		}
	}
	walk(tree)
	return known
}
