package banking

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"supportledger/disbursements/iso20022"
	"supportledger/ledger"
	"supportledger/store"
)

// BankFormat says how a file is written. It is stated, never guessed.
type BankFormat string

// The formats besides those of [iso20022.Profiles]. CAMT is camt.053 or camt.054.
const (
	CAMT       BankFormat = "camt"
	MT940      BankFormat = "mt940"
	GenericCSV BankFormat = "generic"
)

// BankFile is a file of the bank as it comes in. Table belongs to [GenericCSV]. BankAccount is what the bank calls our
// account, for a file that speaks of several; where it is empty, what is on record of our account serves.
type BankFile struct {
	Account     ledger.AccountNo
	Format      BankFormat
	Table       BankTable
	BankAccount string
	Content     []byte
}

// BankTable says how a CSV is written whose bank has no profile.
type BankTable struct {
	Separator, Decimal, Dates, Encoding string
	Columns                             []string
	Head                                bool
}

// reading reads a file. Texts are looked at line by line and forgotten; what they say is kept by the line's number.
type reading struct {
	lin     Lines
	account ledger.AccountNo
	rules   []Rule
	said    map[int]*said
}

// said is what the texts of a line say.
type said struct {
	words    []word
	batches  []string
	foreign  bool // there is an id of the payment's orderer, or something like a number of ours
	rule     *Rule
	payer    []byte
	returned bool
}

// word is what may be the number of a payment, in capitals, and whether the bank says that it came back.
type word struct {
	text     string
	returned bool
}

func (lin Lines) reading(ctx context.Context, tx *store.Tx, f BankFile) (*reading, error) {
	rules, err := activeRules(ctx, tx, f.Account)
	return &reading{lin: lin, account: f.Account, rules: rules, said: map[int]*said{}}, err
}

// read reads the file and has it add up: statements of one account, in their order, as one.
func (r *reading) read(ctx context.Context, tx *store.Tx, f BankFile, c ledger.Currency) (iso20022.Statement, error) {
	var all []iso20022.Statement
	var err error
	switch f.Format {
	case CAMT:
		all, err = iso20022.ReadCAMTLean(bytes.NewReader(f.Content), r.lean)
	case MT940:
		all, err = iso20022.ReadMT940(bytes.NewReader(f.Content), r.lean)
	default:
		p, err := f.profile()
		if err != nil {
			return iso20022.Statement{}, err
		}
		s, err := p.Read(bytes.NewReader(f.Content), c)
		if err != nil {
			return iso20022.Statement{}, err
		}
		for i := range s.Lines {
			r.lean(&s.Lines[i])
		}
		return s, s.Chain()
	}
	if err != nil {
		return iso20022.Statement{}, err
	}
	account := f.BankAccount
	if account == "" && several(all) {
		if account, err = knownAs(ctx, tx, f.Account); err != nil {
			return iso20022.Statement{}, err
		}
	}
	return iso20022.OneAccount(all, account)
}

// several reports whether a file speaks of more than one account.
func several(all []iso20022.Statement) bool {
	return slices.ContainsFunc(all, func(s iso20022.Statement) bool { return s.Account != all[0].Account })
}

func (f BankFile) profile() (iso20022.Profile, error) {
	if p, known := iso20022.Profiles[string(f.Format)]; known {
		return p, nil
	}
	r, size := utf8.DecodeRuneInString(f.Table.Separator)
	if size == 0 || size != len(f.Table.Separator) {
		return iso20022.Profile{},
			&iso20022.Fault{Code: "separator", Hint: "say which one character stands between the columns"}
	}
	return iso20022.Generic(iso20022.Table{Separator: r, Decimal: f.Table.Decimal, Dates: f.Table.Dates,
		Encoding: f.Table.Encoding, Columns: f.Table.Columns, Head: f.Table.Head})
}

// aReference is what is surely a reference and no words: without spaces, with a digit.
var aReference = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9./+_-]{0,34}$`)

// anOrdinal is a number that counts the lines of a file: the next file begins anew.
var anOrdinal = regexp.MustCompile(`^0*[0-9]{1,4}$`)

// reference is what a bank gave as one, or "" for what may be words.
func reference(s string) string {
	if aReference.MatchString(s) && strings.ContainsAny(s, "0123456789") {
		return s
	}
	return ""
}

// lean takes note of what a line says and takes its texts off it.
func (r *reading) lean(l *iso20022.Line) {
	s := &said{returned: l.Reversal, batches: l.Batches}
	add := func(text string, returned, structured bool) {
		for w := range numbersIn(text, structured) {
			if !slices.ContainsFunc(s.words, func(had word) bool { return had.text == w }) {
				s.words = append(s.words, word{w, returned})
			}
		}
	}
	texts := []string{l.Text}
	add(l.Text, l.Reversal, false)
	add(l.Reference, l.Reversal, true)
	for _, p := range l.Parts {
		returned := l.Reversal || p.Return != ""
		s.foreign = s.foreign || reference(p.EndToEndID) != ""
		add(p.EndToEndID, returned, true)
		for _, ref := range p.References {
			add(ref, returned, true)
		}
		add(p.Text, returned, false)
		add(p.Joined, returned, false)
		s.batches = append(s.batches, p.Batches...)
		texts = append(append(texts, p.Text, p.EndToEndID), p.References...)
		if s.payer == nil && len(l.Parts) == 1 {
			s.payer = r.lin.fingerprint(p.Payer)
		}
	}
	s.foreign = s.foreign || slices.ContainsFunc(s.words, func(w word) bool { return ourSeries.MatchString(w.text) })
	s.rule = ruleFor(r.rules, strings.Join(texts, " "), l.Amount)
	r.said[l.Number] = s
	l.Text, l.Code, l.ValueOn, l.Parts, l.Batches = "", "", "", nil, nil
}

// ourSeries is how the numbers of payments look that we give.
var ourSeries = regexp.MustCompile(`^PMT-[0-9]+$`)

// numbersIn goes through what a text has that may be a number of ours, in capitals: its words as they stand and
// without the signs around and between them. In a place for references every one counts; in words to people only what
// has a letter, or is long.
func numbersIn(text string, structured bool) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		try := func(w string) bool {
			if reference(w) == "" || !structured && len(w) < 5 && !strings.ContainsFunc(w, unicode.IsLetter) {
				return true
			}
			return yield(strings.ToUpper(w))
		}
		for _, field := range strings.Fields(text) {
			trimmed := strings.TrimFunc(field, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			parts := strings.FieldsFunc(trimmed, func(r rune) bool {
				return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
			})
			if !try(field) || trimmed != field && !try(trimmed) {
				return
			}
			for _, p := range parts {
				if p != trimmed && !try(strings.Trim(p, "-_")) {
					return
				}
			}
		}
	}
}

// take keeps of the booked lines what may be kept.
func (r *reading) take(ctx context.Context, tx *store.Tx, b *BankImport, lines []iso20022.Line) error {
	var words, batches []string
	var payers [][]byte
	for _, s := range r.said {
		for _, w := range s.words {
			words = append(words, w.text)
		}
		batches = append(batches, s.batches...)
		if s.payer != nil {
			payers = append(payers, s.payer)
		}
	}
	ours, err := paymentsNumbered(ctx, tx, b.Account, words)
	if err != nil {
		return err
	}
	bundles, err := paymentsOfBatches(ctx, tx, b.Account, batches)
	if err != nil {
		return err
	}
	k := known{ours: ours, bundles: bundles}
	if k.hints, err = r.lin.knownGivers(ctx, tx, words, payers); err != nil {
		return err
	}
	b.Lines = make([]BankImportLine, 0, len(lines))
	for _, l := range lines {
		r.keep(b, l, k)
	}
	return nil
}

// known is what stands on record of the words of a file.
type known struct {
	ours    map[string]PaymentID   // payments by their numbers, in capitals
	bundles map[string][]PaymentID // payments by the batches, or parts of them, that they left in
	hints   givers
}

// keep keeps of one line what may be kept.
func (r *reading) keep(b *BankImport, l iso20022.Line, k known) {
	if l.Pending {
		b.Pending++
		return
	}
	if l.Amount.IsZero() {
		return
	}
	kept := BankImportLine{No: l.Number, Date: l.BookedOn, Amount: l.Amount, Reference: reference(l.Reference)}
	if anOrdinal.MatchString(kept.Reference) {
		kept.Reference = ""
	}
	s, seen := r.said[l.Number], map[PaymentID]bool{}
	if s == nil {
		s = &said{}
	}
	for _, w := range s.words {
		if id, ok := k.ours[w.text]; ok && !seen[id] {
			seen[id] = true
			kept.Named = append(kept.Named, named{id, w.returned})
		}
	}
	for _, bundle := range s.batches {
		if len(seen) > 0 {
			break // it is one payment of the batch
		}
		for _, id := range k.bundles[strings.ToUpper(bundle)] {
			kept.Named = append(kept.Named, named{id, s.returned})
		}
		if len(kept.Named) > 0 {
			break
		}
	}
	kept.Stranger = s.foreign && len(kept.Named) == 0
	kept.Payer = s.payer
	if len(kept.Named) == 0 {
		kept.Hint = k.hints.hint(s, l.Amount)
	}
	b.Lines = append(b.Lines, kept)
}
