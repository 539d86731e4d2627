package http_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"supportledger/http/apitest"
	"supportledger/store/storetest"
)

// TestCaseFile holds that notes are dated, sealed and opened with a reason by who is on the case, that the accesses of
// the person show it, and that dependants and collectors, safe contact and goals are kept over time.
func TestCaseFile(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		at := "/beneficiaries/" + s.code
		var note, kin struct{ ID string }
		s.caring.In(t).Post(at+"/notes", `{"purpose":"safety","text":"Moves to the other town in May"}`).Want(201).Into(&note)
		s.lead.In(t).Post(at+"/notes", `{"purpose":"safety","text":"x"}`).Problem(403, "not_on_the_case")
		s.outside.In(t).Get(at+"/notes").Problem(404, "not_found")
		s.caring.In(t).Post(at+"/notes", `{"purpose":"plan","plan":"P-77","text":"x"}`).Problem(404, "not_found")
		if body := string(s.officer.In(t).Get(at + "/notes").Want(200).Body); strings.Contains(body, "May") ||
			!strings.Contains(body, `"purpose":"safety"`) {
			t.Errorf("the list of notes is %s", body)
		}
		s.caring.In(t).Post(at+"/close-people",
			`{"kind":"collector","relation":"sibling","who":"Example Two"}`).Want(201).Into(&kin)
		opening := `{"what":["` + note.ID + `","` + kin.ID + `"],"reason":"to plan the move"}`
		s.lead.In(t).Post(at+"/file-openings", opening).Problem(403, "not_on_the_case")
		s.caring.In(t).Post(at+"/file-openings", `{"what":["nte_x"],"reason":"to plan the move"}`).Problem(404, "not_found")
		opened := string(s.caring.In(t).Post(at+"/file-openings", opening).Want(200).Body)
		if !strings.Contains(opened, "in May") || !strings.Contains(opened, "Example Two") {
			t.Errorf("opened %s", opened)
		}
		if seen := string(s.officer.In(t).Get(at + "/accesses").Want(200).Body); !strings.Contains(seen, "file.opened") ||
			!strings.Contains(seen, "to plan the move") || strings.Contains(seen, "in May") {
			t.Errorf("the accesses are %s", seen)
		}
		ending := func(on string) apitest.Answer {
			return s.caring.In(t).Post(at+"/close-people/"+kin.ID+"/endings", `{"on":"`+on+`"}`)
		}
		ending("2020-01-01").Problem(422, "days_impossible")
		ending("2026-12-31").Want(200)
		ending("2026-12-31").Problem(409, "close_person_ended")

		s.withFund(t)
		s.plan(t, "P-1", s.code)
		review := func(body string) apitest.Answer { return s.caring.In(t).Post("/plans/P-1/goal-reviews", body) }
		review(`{"goal":"own_income","result":"set","next_on":"2026-06-01"}`).Problem(422, "goal_unknown")
		review(`{"goal":"recovery","result":"on_track"}`).Problem(422, "days_impossible")
		review(`{"goal":"recovery","result":"on_track","next_on":"2026-06-01"}`).Want(201)
		review(`{"goal":"recovery","result":"reached"}`).Want(201)
		if got := string(s.lead.In(t).Get("/plans/P-1/goal-reviews").Want(200).Body); strings.Count(got, `"recovery"`) != 2 {
			t.Errorf("the reviews are %s", got)
		}
		s.officer.In(t).Post(at+"/erasures", `{"reason":"the person asked for it"}`).Want(201)
		s.caring.In(t).Post(at+"/file-openings", opening).Problem(410, "erased")
	})
}

// plan drafts a plan of one unit with a goal.
func (s staffed) plan(t *testing.T, number, code string) {
	t.Helper()
	s.caring.In(t).Post("/plans", `{"number":"`+number+`","beneficiary":"`+code+`","currency":"DKK",`+
		`"starts_on":"2026-01-01","goals":["recovery"],"shares":[{"fund":"UNR","percent":"100"}],`+
		`"lines":[{"line":"stipend","category":"stipend","unit_price":"100.00","due":["2026-03-01"]}]}`).Want(201)
}

// TestConsentsAreAsked holds that a referral needs a consent to sharing or a reason that the privacy officer sees, and
// that payments warn of a consent that ended and of a contact that is not safe.
func TestConsentsAreAsked(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		at := "/beneficiaries/" + s.code
		refer := func(body string) apitest.Answer { return s.caring.In(t).Post(at+"/referrals", body) }
		refer(`{"to":"health","told":"What is needed"}`).Problem(409, "sharing_not_consented")
		refer(`{"to":"health","override":"too short"}`).Problem(422, "referral_override")
		var made struct{ ID string }
		refer(`{"to":"police","override":"the person is in danger tonight"}`).Want(201).Into(&made)
		if notices := string(s.officer.In(t).Get("/privacy-notices").Want(200).Body); !strings.Contains(notices,
			"in danger tonight") {
			t.Errorf("the notices are %s", notices)
		}
		answer := func(a string) apitest.Answer {
			return s.caring.In(t).Post(at+"/referrals/"+made.ID+"/answers", `{"answer":"`+a+`"}`)
		}
		answer("accepted").Want(200)
		answer("declined").Problem(409, "referral_answered")
		answer("done").Want(200)

		var doc struct{ ID string }
		s.caring.In(t).With("Content-Type", "application/octet-stream").Post("/evidence?kind=receipt&taken_on=2026-01-01",
			receipt).Want(201).Into(&doc)
		consent := func(purpose, until string) {
			t.Helper()
			s.caring.In(t).Post(at+"/consents", `{"purpose":"`+purpose+`","given_on":"2026-01-01","expires_on":"`+until+
				`","evidence_id":"`+doc.ID+`"}`).Want(201)
		}
		consent("sharing", "2026-12-31")
		refer(`{"to":"health","override":"there is a consent, so this is not needed"}`).Problem(422, "referral_override")
		refer(`{"to":"health","told":"What is needed"}`).Want(201)

		s.withFund(t)
		s.plan(t, "P-1", s.code)
		id := drafted(s.caring, `{"plan":"P-1",`+aidOf100+"}")
		outcomes := func() (found string) {
			var list struct {
				Data []struct{ Check, Outcome string }
			}
			s.lead.In(t).Get("/disbursements/" + id + "/checks").Want(200).Into(&list)
			for _, c := range list.Data {
				if c.Check == "consent" || c.Check == "safe_contact" {
					found += c.Check + " " + c.Outcome + ";"
				}
			}
			return found
		}
		if got := outcomes(); got != "" {
			t.Errorf("a person who was never asked is warned of: %s", got)
		}
		consent("payment", "2026-01-20")
		s.caring.In(t).Post(at+"/safe-contacts", `{"way":"message","safe":true,"review_on":"2026-01-18"}`).Want(201)
		if got := outcomes(); got != "" {
			t.Errorf("a consent that holds is warned of: %s", got)
		}
		storetest.ClockOf(s.db).Advance(10 * 24 * time.Hour)
		if got := outcomes(); got != "consent warning;safe_contact warning;" {
			t.Errorf("after both ended: %s", got)
		}
		consent("payment", "2026-12-31")
		s.caring.In(t).Post(at+"/safe-contacts", `{"way":"message","safe":false,"review_on":"2026-12-31"}`).Want(201)
		if got := outcomes(); got != "safe_contact warning;" {
			t.Errorf("with a phone that somebody reads: %s", got)
		}
	})
}

// TestOneHistory holds that codes which somebody decided are one person's have their plans shown together.
func TestOneHistory(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		twin := s.admit()
		s.plan(t, "P-1", s.code)
		s.plan(t, "P-2", twin)
		history := func(code string) string {
			return string(s.lead.In(t).Get("/beneficiaries/" + code + "/plan-history").Want(200).Body)
		}
		s.caring.In(t).Do(http.MethodPut, "/beneficiaries/"+twin+"/identity",
			`{"names":"EXAMPLE one","birth_date":"2001"}`).Want(204)
		if got := history(s.code); strings.Contains(got, "P-2") || !strings.Contains(got, "P-1") {
			t.Errorf("before anybody decided: %s", got)
		}
		var like struct{ Data []struct{ ID string } }
		s.lead.In(t).Get("/duplicates").Want(200).Into(&like)
		s.lead.In(t).Post("/duplicates/"+like.Data[0].ID+"/decisions", `{"verdict":"same"}`).Want(200)
		for _, code := range []string{s.code, twin} {
			if got := history(code); !strings.Contains(got, "P-2") || !strings.Contains(got, "P-1") {
				t.Errorf("after: %s", got)
			}
		}
	})
}
