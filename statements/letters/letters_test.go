package letters_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/statements/figures"
	"supportledger/statements/letters"
	"supportledger/store"
	"supportledger/store/storetest"
)

func good() letters.Text {
	return letters.Text{Lang: figures.Danish, DisplayName: "Nordlys", Greeting: "Kære støtte",
		Salutation: "Kære {name}", Thanks: "Tak for din gave til {purpose}.\nDen gør en forskel.",
		Signature: "Venlig hilsen\nBestyrelsen, tlf. 12 34 56 78"}
}

// A text is used when a second person has approved it, and the one approved last is; until then there are plain words.
func TestTextTakesTwoPeople(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		who := map[string]store.Actor{}
		act := func(name string, do func(context.Context, *store.Tx) error) error {
			ctx := store.WithActor(t.Context(), who[name])
			return db.Update(ctx, func(tx *store.Tx) error { return do(ctx, tx) })
		}
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			for _, name := range []string{"writer", "reader"} {
				u, err := access.CreateUser(t.Context(), tx, name, access.FinanceOfficer)
				if err != nil {
					return err
				}
				who[name] = store.Actor{User: string(u.ID)}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		inUse := func() (text letters.Text) {
			t.Helper()
			if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
				text, err = letters.InUse(t.Context(), tx, figures.Danish)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return text
		}
		if plain := inUse(); plain.Greeting != "Kære bidragyder" || plain.DisplayName != "" {
			t.Errorf("before any: %+v", plain)
		}
		var set letters.Text
		write := func(text letters.Text) error {
			return act("writer", func(ctx context.Context, tx *store.Tx) (err error) {
				set, err = letters.Set(ctx, tx, text)
				return err
			})
		}
		approve := func(name string) error {
			return act(name, func(ctx context.Context, tx *store.Tx) error {
				_, err := letters.Approve(ctx, tx, set.ID)
				return err
			})
		}
		if err := write(good()); err != nil {
			t.Fatal(err)
		}
		if err := approve("writer"); !errors.Is(err, access.ErrMakerCannotApprove) || inUse().DisplayName != "" {
			t.Errorf("approved by who wrote it: %v", err)
		}
		for range 2 { // a second time changes nothing
			if err := approve("reader"); err != nil || inUse().DisplayName != "Nordlys" {
				t.Errorf("approved: %v, %+v", err, inUse())
			}
		}
		next := good()
		next.DisplayName = "Foreningen"
		if err := write(next); err != nil || inUse().DisplayName != "Nordlys" {
			t.Errorf("a second one is used before it is approved: %v", err)
		}
		if err := approve("reader"); err != nil || inUse().DisplayName != "Foreningen" {
			t.Errorf("the second: %v", err)
		}
		set.ID = "txt_unknown"
		if err := approve("reader"); !errors.Is(err, letters.ErrUnknownText) {
			t.Errorf("an unknown one: %v", err)
		}
	})
}

// What may tell of a person is refused with the word named; what a charity would write to all is not.
func TestTextNamesNobody(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*letters.Text)
		field  string
		what   letters.FaultCode
	}{
		"a story":        {func(t *letters.Text) { t.Thanks = "Tak. Hun går nu i skole." }, "thanks", letters.OnePerson},
		"an age":         {func(t *letters.Text) { t.Thanks = "Tak fra en på 19." }, "thanks", letters.Number},
		"a child":        {func(t *letters.Text) { t.Greeting = "Dear friend of the girl" }, "greeting", letters.OnePerson},
		"nothing":        {func(t *letters.Text) { t.Thanks = "  " }, "thanks", letters.Missing},
		"too much":       {func(t *letters.Text) { t.Thanks = strings.Repeat("tak ", 300) }, "thanks", letters.TooLong},
		"a name":         {func(t *letters.Text) { t.Greeting = "Kære {name}" }, "greeting", letters.Placeholder},
		"no such one":    {func(t *letters.Text) { t.Thanks = "Tak for {amount}" }, "thanks", letters.Placeholder},
		"half of one":    {func(t *letters.Text) { t.Salutation = "Kære {name" }, "salutation", letters.Placeholder},
		"two lines":      {func(t *letters.Text) { t.DisplayName = "A\nBcc: b" }, "display_name", letters.TooLong},
		"an address":     {func(t *letters.Text) { t.DisplayName = "a@b" }, "display_name", letters.Letter},
		"no such letter": {func(t *letters.Text) { t.Thanks = "Tak 🙂" }, "thanks", letters.Letter},
		"control":        {func(t *letters.Text) { t.Signature = "a\x00b" }, "signature", letters.Letter},
	} {
		t.Run(name, func(t *testing.T) {
			text := good()
			test.change(&text)
			_, err := letters.Set(t.Context(), nil, text)
			var fault *letters.Fault
			if !errors.As(err, &fault) || fault.Field != test.field || fault.What != test.what {
				t.Errorf("%v", err)
			}
		})
	}
}
