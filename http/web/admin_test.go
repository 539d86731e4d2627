package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// sends sends a form of a page, with the key and the version that stand in the part of the page from a text on.
func (r reader) sends(page sheet, from, path string, more url.Values) sheet {
	r.t.Helper()
	i := strings.Index(page.body, from)
	if i < 0 {
		r.t.Fatalf("%s has no %q:\n%s", page.path, from, page.body)
	}
	part := page
	part.body = page.body[i:]
	form := url.Values{"form_key": {part.hidden("form_key")}}
	end := strings.Index(part.body, "</form>")
	if strings.Contains(part.body[:end], `name="form_seen"`) {
		form.Set("form_seen", part.hidden("form_seen"))
	}
	for name, values := range more {
		form[name] = values
	}
	return r.post(path, form)
}

// TestTwoPeopleChangeAnAccount makes a user, asks for a role that acts and for a way in, which another person approves;
// who asked cannot, a stale page cannot, and the word is shown once.
func TestTwoPeopleChangeAnAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		boss, second := w.as(t, access.Admin), w.as(t, access.Treasurer)
		boss.sends(boss.get("/users").says("Ny bruger", "sagsbehandler"), `action="/users"`, "/users",
			url.Values{"handle": {"books-2"}}).want(http.StatusOK).says("books-2", "Giv eller fjern roller")
		page := boss.get("/users/books-2")
		ask := func(more url.Values) sheet {
			return boss.sends(page, `/users/books-2/roles"`, "/users/books-2/roles", more)
		}
		ask(url.Values{"grant": {"caseworker", "finance_officer"}, "roles_reason": {"Afløser fra maj måned"}}).
			want(http.StatusUnprocessableEntity).says("Disse roller er ikke for én person", "Afløser fra maj måned")
		ask(url.Values{"grant": {"finance_officer"}, "roles_reason": {"kort"}}).want(http.StatusUnprocessableEntity)
		ask(url.Values{"form_key": {"web_" + strings.Repeat("b", 26)}, "grant": {"finance_officer"},
			"roles_reason": {"Afløser fra maj måned"}}).want(http.StatusOK).
			says("Anmodet. En anden person skal godkende.", "books-2", "Giv: økonomimedarbejder")

		id := regexp.MustCompile(`/account-changes/([^/"]+)/decisions`)
		own := boss.get("/account-changes")
		at := "/account-changes/" + id.FindStringSubmatch(own.body)[1] + "/decisions"
		boss.sends(own, at, at, url.Values{"decision": {"approve"}}).want(http.StatusForbidden)
		theirs := second.get("/account-changes").says("Afløser fra maj måned")
		second.sends(theirs, at, at, url.Values{"decision": {"reject"}}).want(http.StatusUnprocessableEntity)
		second.sends(theirs, at, at, url.Values{"decision": {"approve"}}).want(http.StatusOK).says("Udført.")
		stale := second.sends(theirs, at, at, url.Values{"decision": {"reject"}, "reason-" + strings.Split(at, "/")[2]: {
			"Det var en fejl fra start"}})
		if stale.status != http.StatusPreconditionFailed && stale.status != http.StatusConflict {
			t.Errorf("a stale page decides: %d", stale.status)
		}
		second.get("/users/books-2").says("økonomimedarbejder")

		page = boss.get("/users/books-2")
		boss.sends(page, "/invitations", "/users/books-2/invitations", url.Values{
			"invite_reason": {"Telefonen er væk siden i går"}}).want(http.StatusOK).says("Ny adgang")
		theirs = second.get("/account-changes")
		at = "/account-changes/" + id.FindStringSubmatch(theirs.body)[1] + "/decisions"
		word := regexp.MustCompile(`<code class="hash">([^<]+)</code>`).FindStringSubmatch(
			second.sends(theirs, at, at, url.Values{"decision": {"approve"}}).want(http.StatusOK).says("Invitation til").body)
		if len(word) < 2 || strings.Contains(second.get("/account-changes").body, word[1]) {
			t.Error("the word is not shown once")
		}
		w.as(t, "").post("/invitation", url.Values{"invitation": word[1:], "password": {fourWords}, "again": {fourWords}}).
			want(http.StatusOK).says("Din adgangskode er sat")

		page = boss.get("/users/books-2")
		boss.sends(page, "/close", "/users/books-2/close", url.Values{"close_reason": {"Er holdt op i foreningen"}}).
			want(http.StatusOK).says("Brugeren er lukket.", "lukket")
		w.as(t, access.Auditor).get("/audit?subject=&action=role").says("role.granted", "Afløser fra maj måned")
		w.as(t, access.Auditor).get("/audit?actor=nobody-here").says("Brugeren findes ikke")
	})
}

// TestRulesAndLetterhead proposes how many people a payment needs, which another person confirms, and sets what
// statements print.
func TestRulesAndLetterhead(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		lead, treasurer := w.as(t, access.ProgrammeLead), w.as(t, access.Treasurer)
		more := url.Values{"from_on": {"2027-03-01"}, "approve1": {"1"}, "authorise1": {"1"}, "above2": {"25.000,00"},
			"approve2": {"2"}, "authorise2": {"1"}, "approve3": {"2"}, "authorise3": {"2"}, "card_limit": {"750,00"}, "emergency_limit": {"1.500,00"},
			"emergency_per_quarter": {"2"}, "emergency_days": {"5"}, "remind_days": {"3"}, "reason": {"kort"}}
		page := lead.get("/policies").says("Hver betaling: én person")
		more.Set("authorise1", "")
		lead.sends(page, `action="/policies"`, "/policies", more).want(http.StatusUnprocessableEntity).
			says("Skriv hvor mange personer.")
		more.Set("authorise1", "1")
		more.Set("reason", "Bestyrelsen besluttede det i februar")
		lead.sends(page, `action="/policies"`, "/policies", more).want(http.StatusOK).
			says("Over 25.000,00 kr.: 2 personer (programleder) godkender.", "Med kort eller kontant: højst 750,00 kr.", "venter på en anden person")
		id := regexp.MustCompile(`/policies/([^/"]+)/decisions`).FindStringSubmatch(lead.get("/policies").body)[0]
		lead.sends(lead.get("/policies"), id, id, url.Values{"decision": {"confirm"}}).want(http.StatusForbidden)
		treasurer.sends(treasurer.get("/policies"), id, id, url.Values{"decision": {"confirm"}}).want(http.StatusOK).
			says("Bekræftet.")

		treasurer.sends(treasurer.get("/letterhead"), `action="/letterhead"`, "/letterhead", url.Values{
			"registration": {"CVR 12345678"}, "address": {"Eksempelvej 1, 0000 Demoby"}}).want(http.StatusOK).says("Gemt.")
		lead.get("/letterhead").says("CVR 12345678", "Eksempelvej 1")
		w.as(t, access.PrivacyOfficer).get("/retention?on=2060-01-01").want(http.StatusOK).says("Sletninger")
		w.as(t, access.PrivacyOfficer).get("/privacy").want(http.StatusOK).says("Ingen åbning venter")
		w.as(t, access.PrivacyOfficer).get("/privacy/accesses?person=B-nobody").want(http.StatusOK)
	})
}
