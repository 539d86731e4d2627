package payments

import (
	"context"
	"strings"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/ledger"
	"supportledger/store"
)

// actionHrefs are where the actions on a disbursement are done, below its own address.
var actionHrefs = map[disbursements.Action]string{
	disbursements.ToSubmit: "/submissions", disbursements.ToRewrite: "", disbursements.ToApprove: "/decisions",
	disbursements.ToReturn: "/decisions", disbursements.ToReject: "/decisions", disbursements.ToAskInfo: "/decisions",
	disbursements.ToAuthorise: "/authorisations", disbursements.ToHold: "/holds", disbursements.ToResume: "/resumptions",
	disbursements.ToRelease: "/releases", disbursements.ToLiquidate: "/liquidations",
	disbursements.ToSettle: "/settlements", disbursements.ToProve: "/evidence",
	disbursements.ToVerifyReceipt: "/receipt-verifications", disbursements.ToDisallow: "/disallowances",
	disbursements.ToCancel: "/cancellations", disbursements.ToComment: "/comments",
}

// actionWords name the actions in sentences.
var actionWords = map[disbursements.Action]rest.Text{
	disbursements.ToSubmit:        {EN: "ask for approval", DA: "bede om godkendelse"},
	disbursements.ToRewrite:       {EN: "write it anew", DA: "skrive den om"},
	disbursements.ToApprove:       {EN: "approve it", DA: "godkende den"},
	disbursements.ToReturn:        {EN: "return it", DA: "returnere den"},
	disbursements.ToReject:        {EN: "reject it", DA: "afvise den"},
	disbursements.ToAskInfo:       {EN: "ask about it", DA: "spørge til den"},
	disbursements.ToAuthorise:     {EN: "authorise it", DA: "bemyndige den"},
	disbursements.ToHold:          {EN: "hold it back", DA: "holde den tilbage"},
	disbursements.ToResume:        {EN: "let it go on", DA: "lade den gå videre"},
	disbursements.ToRelease:       {EN: "release it", DA: "frigive den"},
	disbursements.ToLiquidate:     {EN: "book the partner's evidence", DA: "bogføre partnerens bilag"},
	disbursements.ToSettle:        {EN: "settle it", DA: "afregne den"},
	disbursements.ToProve:         {EN: "attach a receipt", DA: "vedlægge et bilag"},
	disbursements.ToVerifyReceipt: {EN: "say that it arrived", DA: "bekræfte, at den kom frem"},
	disbursements.ToDisallow:      {EN: "mark it as not accepted", DA: "markere den som ikke godkendt"},
	disbursements.ToCancel:        {EN: "cancel it", DA: "annullere den"},
	disbursements.ToComment:       {EN: "comment on it", DA: "kommentere den"},
}

// partWords say what somebody did before.
var partWords = map[disbursements.Part]rest.Text{
	disbursements.Wrote:          {EN: "You wrote it", DA: "Du har skrevet den"},
	disbursements.Requested:      {EN: "You asked for it", DA: "Du har bedt om den"},
	disbursements.ApprovedIt:     {EN: "You approved it", DA: "Du har godkendt den"},
	disbursements.AuthorisedIt:   {EN: "You authorised it", DA: "Du har bemyndiget den"},
	disbursements.ReleasedIt:     {EN: "You released it", DA: "Du har frigivet den"},
	disbursements.Refused:        {EN: "You refused it", DA: "Du har afvist den"},
	disbursements.WasRepresented: {EN: "Your deputy decided on it", DA: "Din stedfortræder har afgjort den"},
}

// viewActions shows what may be done next with a disbursement, by the caller and by others.
func viewActions(
	ctx context.Context, tx *store.Tx, d resource.Domain, of disbursements.Disbursement,
) ([]rest.ActionView, error) {
	list, err := d.Decisions.Actions(ctx, tx, of)
	views := make([]rest.ActionView, len(list))
	for i, p := range list {
		v := rest.ActionView{Action: string(p.Action), Method: "POST", Behalf: p.Behalf,
			Href: rest.Base + "/disbursements/" + string(of.ID) + actionHrefs[p.Action], Others: p.Others}
		if v.Others == nil {
			v.Others = []string{}
		}
		switch p.Action {
		case disbursements.ToRewrite:
			v.Method = "PUT"
		case disbursements.ToApprove, disbursements.ToReturn, disbursements.ToReject, disbursements.ToAskInfo:
			v.Body = string(p.Action)
		default:
		}
		v.Deny(ctx, d.API.Problems, p.Err)
		views[i] = v
	}
	return views, err
}

// couldSentence says who could take an action: " lead or chief can approve it."
func couldSentence(a disbursements.Action, could []string) rest.Text {
	word := actionWords[a]
	if len(could) == 0 {
		return rest.Text{EN: " Nobody else can " + word.EN + " now.", DA: " Ingen anden kan " + word.DA + " nu."}
	}
	return rest.Text{EN: " " + strings.Join(could, " or ") + " can " + word.EN + ".",
		DA: " " + strings.Join(could, " eller ") + " kan " + word.DA + "."}
}

// movedDetail words that a thing is a step further, with what is due instead.
func movedDetail(e *disbursements.Moved) rest.Text {
	word := actionWords[e.Next]
	where := rest.Base + "/disbursements/{id}" + actionHrefs[e.Next]
	next := rest.Text{EN: " What is due now is to " + word.EN + ": " + where + ".",
		DA: " Det næste er at " + word.DA + ": " + where + "."}
	return joined(rest.InState(e.State, e.Want), next, couldSentence(e.Next, e.Could))
}

// barredDetail words why somebody takes no step, naming what they did before and who could.
func barredDetail(e *disbursements.Barred) rest.Text {
	if e.Earlier.Part == "" {
		return joined(rest.Text{EN: "You are related to the payee or the person.",
			DA: "Du har en relation til modtageren."}, couldSentence(e.Action, e.Could))
	}
	first := partWords[e.Earlier.Part]
	if !e.Earlier.At.IsZero() {
		day := string(ledger.DateOf(e.Earlier.At))
		first = joined(first, rest.Text{EN: " on " + day, DA: " den " + day})
	}
	return joined(first, rest.Text{EN: ".", DA: "."}, couldSentence(e.Action, e.Could))
}

// joined puts texts one behind the other.
func joined(parts ...rest.Text) (s rest.Text) {
	for _, p := range parts {
		s.EN, s.DA = s.EN+p.EN, s.DA+p.DA
	}
	return s
}

// notAskedDetail words whose word is still needed, and who could give it.
func notAskedDetail(e *disbursements.NotAsked) rest.Text {
	var en, da []string
	for _, n := range e.StillNeeded {
		if n.Step == e.Step {
			en, da = append(en, anyOf(n.Roles, rest.English)), append(da, anyOf(n.Roles, rest.Danish))
		}
	}
	a := disbursements.ToApprove
	if e.Step == access.Authorise {
		a = disbursements.ToAuthorise
	}
	s := rest.Text{EN: "This step still needs: " + strings.Join(en, ", ") + ".",
		DA: "Dette skridt mangler: " + strings.Join(da, ", ") + "."}
	if len(en) == 0 {
		s = rest.Text{EN: "This step needs nobody any more.", DA: "Dette skridt mangler ingen."}
	}
	return joined(s, couldSentence(a, e.Could))
}
