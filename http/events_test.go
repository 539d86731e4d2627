package http_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/ledger"
	"supportledger/store"
	"supportledger/store/storetest"
)

// feedPage is what a program reads of the feed.
type feedPage struct {
	Data []struct {
		ID, Type, Subject string
		Position          int64
		Version           int
	}
	Page struct {
		More bool   `json:"has_more"`
		Next string `json:"next_cursor"`
	}
	Resume int64 `json:"resume_after"`
}

// followed makes small books with a fund.
func followed(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Example"}
		if err := ledger.Create(t.Context(), tx, book); err != nil {
			return err
		}
		return book.OpenFund(t.Context(), tx,
			ledger.Fund{Code: "UNR", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"})
	}); err != nil {
		t.Fatal(err)
	}
}

// A program that follows the feed while others act sees every act once, in one order, and nothing that was undone: at
// no time is an event committed below a position that was answered.
func TestFeedMissesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		followed(t, db)
		client := apitest.Serve(t, db)
		finance := client.As(db, "books", access.FinanceOfficer)
		const writers, each = 4, 6
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for n := range each {
					fund := fmt.Sprintf(`{"code":"F%d%d","restriction":"none","opened_on":"2026-01-01"}`, w, n)
					finance.Post("/funds?dry_run=true", fund).Want(200)
					finance.Post("/funds", fund).Want(201)
				}
			})
		}
		seen, after, deadline := []string{}, int64(0), time.Now().Add(time.Minute)
		for len(seen) < writers*each && time.Now().Before(deadline) {
			var page feedPage
			finance.Get(fmt.Sprintf("/events?type=fund&limit=5&after=%d", after)).Want(200).Into(&page)
			for _, e := range page.Data {
				if e.Position <= after || e.Version != 1 {
					t.Errorf("event %+v behind %d", e, after)
				}
				if e.Subject != "UNR" {
					seen = append(seen, e.Subject)
				}
				after = e.Position
			}
			if page.Resume < after {
				t.Errorf("goes on behind %d after %d", page.Resume, after)
			}
			after = page.Resume
			time.Sleep(5 * time.Millisecond)
		}
		wg.Wait()
		slices.Sort(seen)
		if len(seen) != writers*each || len(slices.Compact(seen)) != writers*each {
			t.Errorf("seen %d of %d: %v", len(seen), writers*each, seen)
		}
	})
}

// The feed shows what the caller may read and nothing about people: another role, and a token that may less, see less;
// whoever is ahead of the books is told so.
func TestFeedShowsWhatOneMayRead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		followed(t, db)
		client := apitest.Serve(t, db)
		finance, lead := client.As(db, "books", access.FinanceOfficer), client.As(db, "lead", access.ProgrammeLead)
		lead.Post("/beneficiaries", nil).Want(201)
		finance.Post("/donors", `{"code":"D-77","kind":"person","language":"da"}`).Want(201)
		for _, code := range []string{"SCH", "FOOD"} {
			finance.Post("/funds", `{"code":"`+code+`","restriction":"none","opened_on":"2026-01-01"}`).Want(201)
		}
		finance.Post("/accounts", `{"number":"1399","path":"assets:advances:x","type":"asset","name_en":"X","name_da":"X"}`).Want(201)
		lead.Get("/events").Problem(403, "forbidden_scope")
		all := string(finance.Get("/events?limit=200").Want(200).Body)
		for _, hidden := range []string{"beneficiary.", "donor.", "user.", "token.", "role.", "session."} {
			if strings.Contains(all, `"`+hidden) {
				t.Errorf("the feed tells of %s: %s", hidden, all)
			}
		}
		if !strings.Contains(all, `"fund.opened"`) {
			t.Errorf("the feed lacks what may be seen: %s", all)
		}
		narrow := client.WithToken(scoped(t, db, "books", "listEvents", "listAccounts"))
		if some := string(narrow.Get("/events?limit=200").Want(200).Body); strings.Contains(some, `"fund.opened"`) ||
			!strings.Contains(some, `"account.added"`) {
			t.Errorf("a token for accounts alone sees %s", some)
		}
		finance.Get("/events?after=100000000").Problem(409, "events_ahead")
		finance.Get("/events?after=-1").Problem(422, "validation_failed")
		var first, second feedPage
		a := finance.Get("/events?limit=2").Want(200)
		a.Into(&first)
		finance.Get("/events?limit=2&cursor=" + first.Page.Next).Want(200).Into(&second)
		if !first.Page.More || len(second.Data) == 0 || second.Data[0].Position <= first.Data[1].Position ||
			!strings.Contains(a.Header.Get("Link"), "cursor=") {
			t.Errorf("pages %+v, %+v, Link %q", first, second, a.Header.Get("Link"))
		}
		if sheet := string(finance.With("Accept", "text/csv").Get("/events").Want(200).Body); !strings.Contains(sheet,
			"fund.opened") {
			t.Errorf("as a table: %s", sheet)
		}
	})
}

// scoped issues a token of a user for some operations alone.
func scoped(t *testing.T, db *store.DB, handle string, operations ...string) (secret string) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		user, err := access.FindUser(t.Context(), tx, handle)
		if err != nil {
			return err
		}
		secret, _, err = access.IssueScoped(t.Context(), tx, access.Token{User: user.ID, Name: "narrow", Scopes: operations,
			ExpiresAt: tx.At.Add(time.Hour)})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return secret
}
