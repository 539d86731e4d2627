package http_test

import (
	"fmt"
	"testing"

	"supportledger/http/apitest"
)

// TestOneDocumentOneCost holds that a document that one disbursement claims stops another one, as the same file and as
// a bill of the same payee, number, amount and day, until somebody who did not ask for it says that it is another cost.
func TestOneDocumentOneCost(t *testing.T) {
	onCases(t, func(t *testing.T, s staffed) {
		s.withFund(t)
		p := s.paying()
		var doc struct{ ID string }
		p.caring.In(t).With("Content-Type", "application/octet-stream").Post("/evidence?kind=invoice&taken_on=2026-01-15",
			receipt).Want(201).Into(&doc)
		ask := func(payee, reference, document string) string {
			t.Helper()
			id := drafted(p.caring.In(t), fmt.Sprintf(`{"settlement":"payment","date":"2026-02-01","category":"emergency-aid",`+
				`"account":"1010","amount":"100.00","payee":%q,"reference":%q,"paid_by":"card","evidence_ids":[%s],`+
				`"shares":[{"fund":"UNR","percent":"100"}],"text":"As agreed"}`, payee, reference, document))
			p.caring.In(t).Post("/disbursements/"+id+"/submissions", nil).Want(200)
			return id
		}
		approve := func(id string) apitest.Answer {
			return p.lead.In(t).Post("/disbursements/"+id+"/decisions", `{"decision":"approve"}`)
		}
		lift := func(by *apitest.Client, id, reason string) apitest.Answer {
			return by.In(t).Post("/disbursements/"+id+"/document-liftings", `{"reason":"`+reason+`"}`)
		}
		first := ask("C-1", "4711", `"`+doc.ID+`"`)
		sameFile, sameBill := ask("C-2", "1", `"`+doc.ID+`"`), ask("C-1", "4711", "")
		approve(first).Want(200)
		lift(p.chief, first, "they are two different bills").Problem(409, "document_not_used")
		outcome := func(id string) string {
			t.Helper()
			var list struct {
				Data []struct{ Check, Outcome string }
			}
			p.lead.In(t).Get("/disbursements/" + id + "/checks").Want(200).Into(&list)
			for _, c := range list.Data {
				if c.Check == "duplicate_evidence" {
					return c.Outcome
				}
			}
			return ""
		}
		for _, id := range []string{sameFile, sameBill} {
			approve(id).Problem(409, "document_used")
			if got := outcome(id); got != "stop" {
				t.Errorf("the check says %q", got)
			}
			lift(p.chief, id, "short").Problem(422, "reason_required")
			lift(p.chief, id, "they are two different bills").Want(204)
			if got := outcome(id); got != "warning" {
				t.Errorf("once lifted the check says %q", got)
			}
			approve(id).Want(200)
		}
		// Who asked for it does not lift it, whatever their roles.
		own := drafted(p.lead.In(t), fmt.Sprintf(`{"settlement":"payment","date":"2026-02-01","category":"emergency-aid",`+
			`"account":"1010","amount":"50.00","payee":"C-3","paid_by":"card","evidence_ids":[%q],`+
			`"shares":[{"fund":"UNR","percent":"100"}],"text":"As agreed"}`, doc.ID))
		p.lead.In(t).Post("/disbursements/"+own+"/submissions", nil).Want(200)
		lift(p.lead, own, "they are two different bills").Problem(403, "maker_cannot_approve")
		// What was given up claims nothing.
		other := ask("C-9", "88", "")
		again := ask("C-9", "88", "")
		p.caring.In(t).Post("/disbursements/"+other+"/cancellations", `{"reason":"entered twice by mistake"}`).Want(200)
		approve(again).Want(200)
	})
}
