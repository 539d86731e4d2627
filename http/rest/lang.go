package rest

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"supportledger/ledger"
)

// Lang is the language of what people read: codes, keys and amounts are the same in both.
type Lang string

// The languages that the API answers in.
const (
	English Lang = "en"
	Danish  Lang = "da"
)

// langOf picks the language of an Accept-Language header (RFC 9110 §12.5.4): of ours the one with the highest
// weight, the earlier one on a tie, English when it names neither.
func langOf(header string) Lang {
	best, weight := English, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if primary != string(English) && primary != string(Danish) {
			continue
		}
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			q, _ = strconv.ParseFloat(v, 64)
		}
		if q > weight {
			best, weight = Lang(primary), q
		}
	}
	return best
}

// Text is one sentence in both languages.
type Text struct{ EN, DA string }

type langKey struct{}

// withLang puts the language of the client where acts find it that word problems themselves.
func withLang(ctx context.Context, l Lang) context.Context {
	return context.WithValue(ctx, langKey{}, l)
}

// LangFrom is the language of the client whose act runs under ctx, English where none is known.
func LangFrom(ctx context.Context) Lang {
	if l, ok := ctx.Value(langKey{}).(Lang); ok {
		return l
	}
	return English
}

// Textf puts figures into a sentence in both languages.
func Textf(en, da string, figures ...any) Text {
	return Text{fmt.Sprintf(en, figures...), fmt.Sprintf(da, figures...)}
}

// InState names the state that something is in and those in which the act is possible, by the words of the API.
func InState(is string, want []string) Text {
	return Textf("It is %s; this needs %s.", "Tilstanden er %s; dette kræver %s.", is, strings.Join(want, " / "))
}

// InFull writes an amount with its currency, in the spelling that a request takes.
func InFull(m ledger.Money) string { return m.String() + " " + string(m.Currency) }

// In is the sentence in one language.
func (t Text) In(l Lang) string {
	if l == Danish {
		return t.DA
	}
	return t.EN
}
