package http_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// Toys are a resource of these tests only: they try everything that the frame offers on a table of their own.

type newToy struct {
	Name    string       `json:"name" validate:"required,max=40" description:"What it is called."`
	Price   ledger.Money `json:"price" validate:"required,positive" description:"What it costs."`
	MadeOn  ledger.Date  `json:"made_on" validate:"required"`
	Colour  string       `json:"colour,omitempty" validate:"omitempty,oneof=red green blue"`
	Rate    ledger.Rate  `json:"rate,omitzero"`
	Weight  rest.Decimal `json:"weight,omitempty" validate:"omitempty,nonnegative,decimals=3"`
	Parts   []toyPart    `json:"parts,omitempty" validate:"max=5,dive"`
	Pieces  *int         `json:"pieces,omitempty" validate:"omitempty,min=1,max=9"`
	Fragile bool         `json:"fragile,omitempty"`
}

type toyPart struct {
	Fund  string       `json:"fund" validate:"required"`
	Share rest.Decimal `json:"share" validate:"required,positive"`
}

type toyView struct {
	ID     string       `json:"id"`
	Number string       `json:"number"`
	Name   string       `json:"name"`
	Price  ledger.Money `json:"price" description:"What it costs."`
	MadeOn ledger.Date  `json:"made_on" description:"When it was made."`
	Parts  []toyPart    `json:"parts"`
}

type oneToy struct {
	Toy rest.Ref `path:"id" json:"-"`
}

type manyToys struct {
	rest.Page
	Colour []string    `query:"colour" json:"-" validate:"omitempty,dive,oneof=red green blue"`
	From   ledger.Date `query:"made_on[gte]" json:"-"`
	Broken bool        `query:"broken" json:"-"`
}

type toyPayment struct {
	Toy    rest.Ref     `path:"id" json:"-"`
	Amount rest.Decimal `json:"amount" validate:"required,positive"`
	Note   string       `json:"note,omitempty" validate:"max=200"`
}

type paymentView struct {
	Paid ledger.Money `json:"paid"`
}

type failure struct {
	Kind string `query:"kind" json:"-" validate:"required"`
}

const toyTable = `CREATE TABLE toys (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, price BIGINT NOT NULL, made_on TEXT NOT NULL)`

func makeToy(ctx context.Context, tx *store.Tx, in newToy) (toyView, error) {
	if in.Name == "broken" {
		return toyView{}, errors.Join(rest.At("/name", store.ErrNotFound), rest.At("/price", ledger.ErrFundOverdrawn))
	}
	id := store.NewID("toy")
	_, err := tx.ExecContext(ctx, "INSERT INTO toys (id, name, price, made_on) VALUES (?, ?, ?, ?)", id, in.Name,
		in.Price.Minor(), in.MadeOn)
	return toyView{id, "T-1", in.Name, in.Price, in.MadeOn, in.Parts}, err
}

func findToy(ctx context.Context, tx *store.Tx, in oneToy) (toyView, error) {
	toys, err := selectToys(ctx, tx, "", string(in.Toy), 1)
	if err != nil || len(toys) == 0 {
		return toyView{}, errors.Join(err, store.ErrNotFound)
	}
	return toys[0], nil
}

func findOrMakeUp(_ context.Context, _ *store.Tx, in oneToy) (toyView, error) {
	return toyView{ID: string(in.Toy), Name: "secret", Price: ledger.Zero("DKK"), MadeOn: "2026-01-01"}, nil
}

func selectToys(ctx context.Context, tx *store.Tx, after, id string, limit int) ([]toyView, error) {
	var out []toyView
	rows, err := tx.QueryContext(ctx,
		"SELECT id, name, price, made_on FROM toys WHERE name > ? AND (? = '' OR id = ?) ORDER BY name LIMIT ?", after, id,
		id, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		t := toyView{Number: "T-1"}
		var minor int64
		if err := rows.Scan(&t.ID, &t.Name, &minor, &t.MadeOn); err != nil {
			return nil, err
		}
		t.Price = ledger.OfMinor(minor, "DKK")
		out = append(out, t)
	}
	return out, rows.Err()
}

func listToys(ctx context.Context, tx *store.Tx, in manyToys) (rest.List[toyView], error) {
	after, err := in.After(1)
	if err != nil {
		return rest.List[toyView]{}, err
	}
	from := ""
	if after != nil {
		from = after[0]
	}
	toys, err := selectToys(ctx, tx, from, "", in.Size()+1)
	return rest.ListOf(in.Page, toys, func(t toyView) toyView { return t },
		func(t toyView) []string { return []string{t.Name} }), err
}

func fail(_ context.Context, _ *store.Tx, in failure) (rest.None, error) {
	switch in.Kind {
	case "panic":
		panic("CANARY-AMINA")
	case "index":
		few := make([]int, 1)
		few[len(in.Kind)] = 1
	case "unforeseen":
		return rest.None{}, errors.New(`something with "CANARY-AMINA" in it`)
	case "trigger":
		return rest.None{}, &store.Refused{Code: "maker_cannot_approve", Message: "nobody acts twice"}
	case "unknown-trigger":
		return rest.None{}, &store.Refused{Code: "new_rule", Message: "a rule that this table does not know"}
	case "closed":
		return rest.None{}, fmt.Errorf("toys: %w", &ledger.PeriodClosed{Month: "2026-01", FirstOpen: "2026-02-01"})
	case "busy":
		return rest.None{}, store.ErrBusy
	}
	return rest.None{}, nil
}

// toys registers the toy operations.
func toys(api *rest.API) {
	rest.Route(api, rest.Op{Method: http.MethodPost, Path: "/toys", ID: "makeToy", NoMatch: rest.MakesNew, Summary: "Make a toy",
		Danish: "Lav et stykke legetøj",
		Tag:    "toys", Roles: []access.Role{access.FinanceOfficer}, Money: true, Location: "/toys/{id}",
		Refuses: []error{store.ErrDuplicate, ledger.ErrFundOverdrawn},
		Example: `{"name":"bear","price":{"amount":"42.50","currency":"DKK"},"made_on":"2026-01-31"}`}, makeToy)
	rest.Route(api, rest.Op{Method: http.MethodGet, Path: "/toys", ID: "listToys", Summary: "List toys",
		Danish: "Vis legetøj", Tag: "toys"}, listToys)
	rest.Route(api, rest.Op{Method: http.MethodGet, Path: "/toys/:id", ID: "findToy", Summary: "Show a toy",
		Danish: "Vis et stykke legetøj", Tag: "toys"}, findToy)
	rest.Route(api, rest.Op{Method: http.MethodPut, Path: "/toys", ID: "replaceToy", NoMatch: rest.MakesNew, Summary: "Make a toy without a key",
		Danish: "Lav legetøj uden nøgle",
		Tag:    "toys", Refuses: []error{store.ErrDuplicate, ledger.ErrFundOverdrawn}}, makeToy)
	rest.Route(api, rest.Op{Method: http.MethodDelete, Path: "/toys/:id", ID: "breakToy", Match: "findToy", Summary: "Break a toy",
		Danish: "Ødelæg legetøj", Tag: "toys"},
		func(ctx context.Context, tx *store.Tx, in oneToy) (rest.None, error) {
			_, err := tx.ExecContext(ctx, "DELETE FROM toys WHERE id = ?", string(in.Toy))
			return rest.None{}, err
		})
	rest.Route(api, rest.Op{Method: http.MethodPost, Path: "/toys/:id/payments", ID: "payToy", NoMatch: rest.MakesNew, Summary: "Pay a toy",
		Danish: "Betal legetøj", Tag: "toys", Money: true},
		func(_ context.Context, _ *store.Tx, in toyPayment) (paymentView, error) {
			m, err := in.Amount.In("/amount", "DKK")
			return paymentView{m}, err
		})
	rest.Route(api, rest.Op{Method: http.MethodPost, Path: "/toys/:id/hugs", ID: "hugToy", NoMatch: rest.MakesNew, Summary: "Hug a toy",
		Danish: "Kram legetøj", Tag: "toys", Money: true},
		func(ctx context.Context, tx *store.Tx, in oneToy) (rest.None, error) {
			_, err := tx.ExecContext(ctx, "UPDATE toys SET price = price + 1 WHERE id = ?", string(in.Toy))
			return rest.None{}, err
		})
	rest.Route(api, rest.Op{Method: http.MethodPost, Path: "/toys/:id/secrets", ID: "tellToy", NoMatch: rest.ReadsPerson, Summary: "Ask a toy",
		Danish: "Spørg legetøj", Tag: "toys",
		Personal: true, Status: http.StatusOK}, findOrMakeUp)
	rest.Route(api, rest.Op{Method: http.MethodGet, Path: "/toys/:id/picture", ID: "pictureToy", Summary: "Draw a toy",
		Danish: "Tegn legetøj", Tag: "toys",
		Produces: []string{"text/plain"}},
		func(context.Context, *store.Tx, oneToy) (rest.File, error) {
			return rest.File{Type: "text/plain", Name: "toy.txt", Body: []byte("(:")}, nil
		})
	rest.Route(api, rest.Op{Method: http.MethodGet, Path: "/weather", ID: "weather", Summary: "Tell the weather",
		Danish: "Fortæl vejret", Tag: "toys", Public: true},
		func(context.Context, *store.Tx, rest.None) (struct {
			Sky string `json:"sky"`
		}, error) {
			return struct {
				Sky string `json:"sky"`
			}{"blue"}, nil
		})
	rest.Route(api, rest.Op{Method: http.MethodGet, Path: "/failures", ID: "fail", Summary: "Fail", Danish: "Gå galt",
		Tag:     "toys",
		Refuses: []error{access.ErrMakerCannotApprove, ledger.ErrPeriodClosed, store.ErrRefused}}, fail)
}

// each runs a test on both engines, with a server that has toys and a client that may make them.
func each(t *testing.T, fn func(t *testing.T, db *store.DB, c *apitest.Client)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		makeTable(t, db)
		c := apitest.Serve(t, db, toys)
		fn(t, db, c.As(db, "finance", access.FinanceOfficer))
	})
}

func makeTable(t *testing.T, db *store.DB) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), toyTable)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *store.DB, table string) int {
	t.Helper()
	var n int
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func sameMoney(a, b ledger.Money) bool { return a.String() == b.String() && a.Currency == b.Currency }

// UnmarshalJSON lets the tests read what the server shows; the server itself never reads a view.
func (t *toyView) UnmarshalJSON(b []byte) error {
	var wire struct {
		ID, Number, Name string
		Price            struct{ Amount, Currency string }
		MadeOn           ledger.Date `json:"made_on"`
		Parts            []toyPart
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	price, err := ledger.ParseMoney(wire.Price.Amount, ledger.Currency(wire.Price.Currency))
	*t = toyView{wire.ID, wire.Number, wire.Name, price, wire.MadeOn, wire.Parts}
	return err
}
