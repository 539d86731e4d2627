package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"supportledger/access"
	"supportledger/store"
	"supportledger/store/storetest"
)

// filled is a form of a page as a user sends it.
type filled struct {
	role   access.Role
	page   string
	action string // what stands in the page where the form begins, and where it is sent
	fields url.Values
}

// TestFormsThatNoFlowSends fills in the forms that no other test sends: each takes effect, and each is sent again by
// the proxy.
func TestFormsThatNoFlowSends(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := staged(t, db)
		w.giver(t, "D-77")
		asked := w.left.Requests
		for _, one := range []filled{
			{access.FinanceOfficer, "/donors", "/donors", url.Values{"code": {"D-78"}, "kind": {"person"},
				"language": {"da"}, "delivery": {"post"}}},
			{access.FinanceOfficer, "/gifts", "/gifts", url.Values{"donor": {"D-77"}, "fund": {"UNR"},
				"date": {"2027-01-20"}, "gross": {"250,00"}}},
			{access.Caseworker, "/disbursements/" + asked[2], "/disbursements/" + asked[2] + "/cancellations",
				url.Values{"reason": {"No longer needed"}}},
			{access.Admin, "/users/caseworker", "/users/caseworker/same-person", url.Values{"other": {"auditor"},
				"same_reason": {"One person with two accounts"}}},
			{access.Admin, "/users/board_member", "/users/board_member/end", url.Values{"ends_on": {"2027-06-30"}}},
			{access.Admin, "/users/board_member", "/users/board_member/sign-out", nil},
			{access.Caseworker, "/complaints", "/complaints", url.Values{"kind": {"service"}, "channel": {"paper"},
				"text": {"The door was shut"}}},
		} {
			r := w.as(t, one.role)
			page := r.get(one.page).want(http.StatusOK)
			got := r.sends(page, `action="`+one.action+`"`, one.action, one.fields)
			if got.status != http.StatusOK || !regexp.MustCompile(`[?&]done=`).MatchString(got.path) {
				t.Errorf("%s: %d %s\n%s", one.action, got.status, got.path, got.text())
			}
		}
	})
}

var marks = regexp.MustCompile(`(?s)<(?:script|style|svg|head).*?</(?:script|style|svg|head)>|<[^>]+>`)

// text is what a page says, without its markup.
func (s sheet) text() string { return marks.ReplaceAllString(s.body, " ") }
