package rest

import (
	"bytes"
	"context"
	"maps"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/swaggest/openapi-go/openapi31"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/store"
)

// ConfirmMember is the member of a body, and the parameter of a request without one, by which a caller says why
// something unusual is meant: {"confirm": {"rate_far_off": "The central bank devalued on 5 March"}}.
const ConfirmMember = "confirm"

// ReasonField begins the name of a page's field that takes a reason; the code of the question follows.
const ReasonField = "confirm."

// maxReasons is how many questions one request answers.
const maxReasons = 20

// maxReason is how long a reason may be.
const maxReason = 500

// asks reports whether the act of an operation may ask.
func (e *Endpoint) asks() bool {
	return !e.Reads() && !e.Op.Public && !e.Op.Own && (e.hasBody() || e.takesOctets()) && !e.In.has(ConfirmMember)
}

// has reports whether the body has a member of its own under a name.
func (s shape) has(name string) bool {
	for _, member := range s.json {
		if member == name {
			return true
		}
	}
	return false
}

// takeReasons takes the reasons out of a body, and leaves the rest. A body that is no object is left to the decoder.
func takeReasons(body []byte) (reasons map[string]string, rest []byte, err error) {
	if !bytes.Contains(body, []byte(`"`+ConfirmMember+`"`)) {
		return nil, body, nil
	}
	var members map[string]jsontext.Value
	if json.Unmarshal(body, &members) != nil {
		return nil, body, nil //nolint:nilerr // the decoder says what is wrong with it
	}
	given, some := members[ConfirmMember]
	if !some {
		return nil, body, nil
	}
	delete(members, ConfirmMember)
	if json.Unmarshal(given, &reasons) != nil || len(reasons) > maxReasons {
		return nil, body, refuseFaults([]*Fault{{Pointer: "/" + ConfirmMember, Code: "wrong_type",
			Message: Text{"It is an object of reasons by code.", "Det er et objekt med begrundelser efter kode."}}})
	}
	if err := checkReasons(reasons); err != nil {
		return nil, body, err
	}
	rest, err = json.Marshal(members, json.Deterministic(true))
	return reasons, rest, err
}

// reasonsIn reads the reasons of a request whose body is no JSON: confirm=code:reason, as often as needed.
func reasonsIn(query url.Values) (map[string]string, error) {
	reasons := map[string]string{}
	for _, given := range query[ConfirmMember] {
		code, reason, _ := strings.Cut(given, ":")
		reasons[strings.TrimSpace(code)] = strings.TrimSpace(reason)
	}
	return reasons, checkReasons(reasons)
}

// typedReasons are those that a page's form has.
func typedReasons(form url.Values) map[string]string {
	reasons := map[string]string{}
	for name, values := range form {
		if code, is := strings.CutPrefix(name, ReasonField); is && strings.TrimSpace(values[0]) != "" {
			reasons[code] = strings.TrimSpace(values[0])
		}
	}
	return reasons
}

// withReasons adds reasons to an operation that a page asks for: to its body, or to the query where that is a file.
func (ask Ask) withReasons(reasons map[string]string) (Ask, error) {
	if len(reasons) == 0 {
		return ask, nil
	}
	if ask.Raw != nil {
		ask.Query = maps.Clone(ask.Query)
		if ask.Query == nil {
			ask.Query = url.Values{}
		}
		for code, reason := range reasons {
			ask.Query.Add(ConfirmMember, code+":"+reason)
		}
		return ask, nil
	}
	body, err := json.Marshal(ask.Body, json.Deterministic(true))
	if err != nil {
		return ask, err
	}
	members := map[string]jsontext.Value{}
	if err := json.Unmarshal(body, &members); err != nil {
		return ask, err
	}
	if members[ConfirmMember], err = json.Marshal(reasons, json.Deterministic(true)); err != nil {
		return ask, err
	}
	ask.Body = members
	return ask, nil
}

// checkReasons wants each reason to be one.
func checkReasons(reasons map[string]string) error {
	var faults []*Fault
	for code, reason := range reasons {
		if ledger.CheckReason(reason) != nil || len(reason) > maxReason || scan(quoted(reason)) != nil {
			faults = append(faults, &Fault{Pointer: "/" + ConfirmMember + "/" + escapePointer(code), Code: "reason_required",
				Message: Text{"A reason has at least ten letters.", "En begrundelse har mindst ti bogstaver."}})
		}
	}
	if len(faults) > 0 {
		return refuseFaults(faults)
	}
	return nil
}

// quoted is a text as JSON.
func quoted(text string) []byte {
	out, err := json.Marshal(text)
	if err != nil {
		return nil
	}
	return out
}

// describeReasons adds the member confirm to the body of an operation that may ask, or the parameter to one without.
func (e *Endpoint) describeReasons(r *openapi31.Reflector, op *openapi31.Operation) {
	const about = "Why something unusual is meant, by the code of the question that an earlier answer asked."
	if !e.asks() {
		return
	}
	if e.takesOctets() {
		op.Parameters = append(op.Parameters, openapi31.ParameterOrReference{Parameter: &openapi31.Parameter{
			Name: ConfirmMember, In: openapi31.ParameterInQuery, Schema: map[string]any{"type": "string"}}})
		return
	}
	if op.RequestBody == nil || op.RequestBody.RequestBody == nil {
		return
	}
	for _, media := range op.RequestBody.RequestBody.Content {
		schema := media.Schema
		if to, named := schema["$ref"].(string); named {
			schema = r.Spec.ComponentsEns().Schemas[to[strings.LastIndexByte(to, '/')+1:]]
		}
		if properties, some := schema["properties"].(map[string]any); some {
			codes := map[string]any{}
			for _, code := range e.API.DoubtCodes {
				codes[code] = map[string]any{"type": "string", "maxLength": maxReason}
			}
			properties[ConfirmMember] = map[string]any{"type": "object", "description": about, "maxProperties": maxReasons,
				"properties": codes, "additionalProperties": map[string]any{"type": "string", "maxLength": maxReason}}
		}
	}
}

// doubts asks what is to be asked of any request of its kind, before its act.
func (e *Endpoint) doubts(ctx context.Context, tx *store.Tx, req Request) (context.Context, error) {
	if !e.asks() {
		return ctx, nil
	}
	reasons := req.Reasons
	if reasons == nil {
		reasons = map[string]string{}
	}
	ctx = access.WithReasons(ctx, reasons)
	if e.API.Doubts == nil {
		return ctx, nil
	}
	return ctx, e.API.Doubts(ctx, tx, e.Op, req.In)
}
