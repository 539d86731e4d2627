package rest

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	document "supportledger/http/openapi"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/store"
)

// documents are those made so far, by what they were made from: a document takes most of a second, and a process that
// makes many servers, as tests do, makes the same one again and again.
var documents sync.Map

// Described is [API.describe], remembered.
func (a *API) Described(version string) ([]byte, error) {
	h := sha256.New()
	fmt.Fprintln(h, version)
	for _, e := range a.Endpoints {
		fmt.Fprintf(h, "%+v %p %p %v %d\n", e.Op, e.In.GoType, e.Out, e.twin != nil, len(e.next))
	}
	from := [sha256.Size]byte(h.Sum(nil))
	if made, found := documents.Load(from); found {
		return made.([]byte), nil //nolint:forcetypeassert,errcheck // stored below
	}
	made, err := a.describe(version)
	if err == nil {
		documents.Store(from, made)
	}
	return made, err
}

// describe makes the OpenAPI 3.1 document of all registered operations.
func (a *API) describe(version string) ([]byte, error) {
	r := newReflector()
	r.Spec.Info.WithTitle("supportledger").WithVersion(version).WithDescription(about)
	r.Spec.Info.WithLicense(openapi31.License{Name: "Apache License 2.0", Identifier: new("Apache-2.0")})
	r.Spec.WithServers(openapi31.Server{URL: Base})
	r.Spec.SetHTTPBearerTokenSecurity("token", "", "A token of a user, slt_…; POST /tokens issues them.")
	r.Spec.SetAPIKeySecurity("session", SessionCookie, openapi.InCookie, "A person at a screen; POST /sessions sets it.")
	describeHeaders(r)
	if err := errors.Join(describeShared(r, Problem{}), describeShared(r, ActionView{})); err != nil {
		return nil, err
	}
	for _, e := range a.Endpoints {
		if err := checkTags(e.In.GoType, map[reflect.Type]bool{}); err != nil {
			return nil, fmt.Errorf("http: %s: %w", e.Op.ID, err)
		}
		if err := e.describe(r); err != nil {
			return nil, fmt.Errorf("http: %s: %w", e.Op.ID, err)
		}
	}
	if err := bothSides(a.Endpoints); err != nil {
		return nil, err
	}
	text, err := json.Marshal(r.Spec)
	if err != nil {
		return nil, err
	}
	return document.Condense(text)
}

const about = "The books of a charity that supports people for years: grants and gifts, plans, payments, " +
	"statements.\n\nAmounts are strings in the currency's own decimals, dates are YYYY-MM-DD, instants end in `_at` and " +
	"are UTC. Every write, signing in and what answers with personal data aside, takes `?dry_run=true`: it is checked " +
	"and answered like the real one, with `\"dry_run\":true`, and leaves nothing behind. A write with an " +
	"`Idempotency-Key` takes effect once, however often it is repeated; operations that move money want one. Whatever " +
	"changes or decides on something that is there carries the ETag of what the caller saw as `If-Match`: `x-if-match` " +
	"names the operation that answers with it; 428 without, 412 when somebody changed it since. Refusals " +
	"are problem documents (RFC 9457) with a stable `code`, worded in the language of `Accept-Language` (`en`, `da`). " +
	"Where a field or parameter may be left out, an empty text or a 0 that its rules do not admit says the same as " +
	"leaving it out."

// dryRunParam and keyParam are the parameters that writes have besides their own.
type dryRunParam struct {
	DryRun bool `query:"dry_run" json:"-" description:"Check and answer, but leave nothing behind."`
}

type keyParam struct {
	Key string `header:"Idempotency-Key" json:"-" required:"true" pattern:"^\"?[A-Za-z0-9._:/+=-]{1,128}\"?$" description:"Your own name for this one request; repeat it to repeat the request. Dry runs do not use it up."`
}

type optionalKeyParam struct {
	Key string `header:"Idempotency-Key" json:"-" pattern:"^\"?[A-Za-z0-9._:/+=-]{1,128}\"?$" description:"Your own name for this one request, if you want to be able to repeat it safely. Dry runs do not use it up."`
}

// spentKeyParam counts once, and brings no answer again.
type spentKeyParam struct {
	Key string `header:"Idempotency-Key" json:"-" pattern:"^\"?[A-Za-z0-9._:/+=-]{1,128}\"?$" description:"Your own name for this one request. An answer for the caller's eyes alone is not kept: a repetition is refused with idempotency_key_spent, and makes nothing."`
}

// unkeptKeyParam is passed over: the answer is personal and not kept.
type unkeptKeyParam struct {
	Key string `header:"Idempotency-Key" json:"-" description:"Passed over: an answer for the caller's eyes alone is not kept, so a repetition is a request of its own."`
}

// takesKey tells whether a client may name its request.
func (e *Endpoint) takesKey() bool { return !e.Reads() && (!e.Op.Personal || e.spendsKey()) }

// rehearses tells whether a client may ask what would happen: every write but those that open their transactions
// themselves, and those whose answer is personal, since rolled back would be the note of who read it as well.
func (e *Endpoint) rehearses() bool { return !e.Reads() && e.alone == nil && !e.Op.Personal }

// describe adds one operation to the document.
func (e *Endpoint) describe(r *openapi31.Reflector) error {
	op := e.Op
	oc, err := r.NewOperationContext(op.Method, OpenPath(op.Path))
	if err != nil {
		return err
	}
	oc.SetID(op.ID)
	oc.SetSummary(op.Summary)
	oc.SetTags(op.Tag)
	oc.SetDescription(e.permission())
	oc.AddReqStructure(reflect.Zero(e.In.GoType).Interface())
	if e.rehearses() {
		oc.AddReqStructure(dryRunParam{})
	}
	if IsSheet(e.Out) {
		oc.AddReqStructure(tableParams{})
	}
	switch {
	case op.Money:
		oc.AddReqStructure(keyParam{})
	case e.spendsKey():
		oc.AddReqStructure(spentKeyParam{})
	case e.takesKey():
		oc.AddReqStructure(optionalKeyParam{})
	case !e.Reads():
		oc.AddReqStructure(unkeptKeyParam{})
	}
	if e.twin != nil {
		oc.AddReqStructure(matchParam{})
	}
	e.describeAnswers(oc)
	if err := r.AddOperation(oc); err != nil {
		return err
	}
	return r.Spec.SetupOperation(op.Method, OpenPath(op.Path), func(described *openapi31.Operation) error {
		e.describeReasons(r, described)
		return e.finish(r, described)
	})
}

// OpenPath writes gin's /grants/:id as OpenAPI's /grants/{id}.
func OpenPath(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, ok := strings.CutPrefix(part, ":"); ok {
			parts[i] = "{" + name + "}"
		}
	}
	return strings.Join(parts, "/")
}

// permission is the description: what the summary leaves out, and who may call.
func (e *Endpoint) permission() string {
	who := "For everyone who is signed in."
	var roles []string
	for _, role := range e.Op.Roles {
		roles = append(roles, "`"+string(role)+"`")
	}
	switch {
	case e.Op.Public:
		who = "Open to everyone."
	case len(roles) > 0:
		who = "For " + strings.Join(roles, ", ") + "."
	}
	return strings.TrimSpace(e.Op.About + "\n\n" + who)
}

// describeAnswers adds the answer of success.
func (e *Endpoint) describeAnswers(oc openapi.OperationContext) {
	switch {
	case e.isFile():
		for _, kind := range e.Op.Produces {
			oc.AddRespStructure(nil, openapi.WithHTTPStatus(e.Status), openapi.WithContentType(kind))
		}
	case e.Out == reflect.TypeFor[None]():
		oc.AddRespStructure(nil, openapi.WithHTTPStatus(e.Status))
	default:
		oc.AddRespStructure(reflect.Zero(e.Out).Interface(), openapi.WithHTTPStatus(e.Status))
		if IsSheet(e.Out) {
			for _, kind := range []string{TypeCSV, TypeXLSX} {
				oc.AddRespStructure(nil, openapi.WithHTTPStatus(e.Status), openapi.WithContentType(kind))
			}
		}
	}
}

// describeDryRun adds the member dry_run to the answer of a write: where the answer of success has a status of its
// own, 200 is that of dry runs alone.
func (e *Endpoint) describeDryRun(r *openapi31.Reflector, op *openapi31.Operation) {
	success := op.Responses.MapOfResponseOrReferenceValues[strconv.Itoa(e.Status)].Response
	if !e.rehearses() || success == nil || len(success.Content) == 0 {
		return
	}
	dry := &openapi31.Response{Description: success.Description}
	switch {
	case e.Op.Known:
		dry.Description = "What was there already; or what it would be, with dry_run."
	case e.Status != http.StatusOK:
		dry.Description = "What it would be: the answer to ?dry_run=true. Nothing was written."
	}
	widen(r, success, "dry_run", map[string]any{"type": "boolean", "const": true,
		"description": "There, and true, where nothing was written: the request had ?dry_run=true."})
	for kind, media := range success.Content {
		dry.WithContentItem(kind, media)
	}
	op.Responses.WithMapOfResponseOrReferenceValuesItem("200", openapi31.ResponseOrReference{Response: dry})
}

// describeActions adds the member allowed_actions to the answer of a thing that something can be done with.
func (e *Endpoint) describeActions(r *openapi31.Reflector, op *openapi31.Operation) {
	success := op.Responses.MapOfResponseOrReferenceValues[strconv.Itoa(e.Status)].Response
	if len(e.next) == 0 || success == nil {
		return
	}
	widen(r, success, actionsMember, map[string]any{"type": "array",
		"items":       map[string]any{"$ref": "#/components/schemas/ActionView"},
		"description": "What may be done next, by you and by whom else, and why not. Not in lists."})
}

// widen adds a member that an answer may have beside those of its view. It goes into the view's own schema, so that a
// generated client has one type by the view's name, whatever shows it.
func widen(r *openapi31.Reflector, answer *openapi31.Response, name string, member map[string]any) {
	for _, media := range answer.Content {
		to, _ := media.Schema["$ref"].(string)
		view, ok := r.Spec.ComponentsEns().Schemas[strings.TrimPrefix(to, "#/components/schemas/")]
		if !ok {
			continue
		}
		members, ok := view["properties"].(map[string]any)
		if !ok {
			members = map[string]any{}
			view["properties"] = members
		}
		members[name] = member
	}
}

// describeShared puts a document that many answers share among the components. It is reflected once and not per answer:
// an operation has eight kinds of refusal, and reflection is what a start of the server spends its time on.
func describeShared(r *openapi31.Reflector, shown any) error {
	oc, err := r.NewOperationContext(http.MethodGet, "/problems")
	if err != nil {
		return err
	}
	_, err = r.Reflect(shown, openapi.WithOperationCtx(oc, true, openapi.InBody), jsonschema.RootRef,
		jsonschema.DefinitionsPrefix("#/components/schemas/"),
		jsonschema.CollectDefinitions(func(name string, s jsonschema.Schema) {
			if plain, bad := s.ToSchemaOrBool().ToSimpleMap(); bad == nil {
				r.Spec.ComponentsEns().WithSchemasItem(name, plain)
			} else {
				err = bad
			}
		}))
	return err
}

// describeProblems adds every status that the operation may refuse with, and the codes behind it. The answers
// themselves are alike, so each status is described once for all operations.
func (e *Endpoint) describeProblems(r *openapi31.Reflector, op *openapi31.Operation) error {
	codes, err := e.problemCodes()
	if err != nil {
		return err
	}
	for status := range codes {
		name := strings.ReplaceAll(http.StatusText(status), " ", "")
		describeRefusal(r, name, status)
		op.Responses.WithMapOfResponseOrReferenceValuesItem(strconv.Itoa(status), openapi31.ResponseOrReference{
			Reference: &openapi31.Reference{Ref: "#/components/responses/" + name}})
	}
	op.WithMapOfAnythingItem("x-problem-codes", codes)
	return nil
}

// describeRefusal puts the answer of a status among the components.
func describeRefusal(r *openapi31.Reflector, name string, status int) {
	answer := &openapi31.Response{Description: http.StatusText(status) +
		": one of the codes that the operation lists under x-problem-codes."}
	answer.WithContentItem("application/problem+json",
		openapi31.MediaType{Schema: map[string]any{"$ref": "#/components/schemas/Problem"}})
	addHeader(answer, "X-Request-Id", "Content-Language")
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		addHeader(answer, "WWW-Authenticate")
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		addHeader(answer, "Retry-After")
	}
	r.Spec.ComponentsEns().WithResponsesItem(name, openapi31.ResponseOrReference{Response: answer})
}

// problemCodes gathers by status what the frame itself may answer to this operation, and what its act may.
func (e *Endpoint) problemCodes() (map[int][]string, error) {
	codes := []string{"internal", "busy", "unavailable", "disk_full", "disk_failed", "timeout", "cancelled"}
	if e.Collect != nil {
		codes = append(codes, "queue_full")
	}
	add := func(when bool, more ...string) {
		if when {
			codes = append(codes, more...)
		}
	}
	add(!e.Op.Public, "unauthenticated", "token_expired", "too_many_requests")
	add(e.twin != nil, "stale_version", "precondition_required")
	add(len(e.Op.Roles) > 0 || e.Op.Personal && !e.Op.Own, "forbidden_scope")
	add(!e.Op.Public, "token_scope")
	add(!e.Op.Public && !e.Op.Own, "second_factor_required")
	add(e.Op.Screen, "session_required")
	add(!e.Reads(), "cross_origin") // a browser sent it from another site
	add(len(e.In.names("path")) > 0, "not_found")
	add(true, "validation_failed", "unknown_parameter")
	add(IsSheet(e.Out), "table_too_large")
	add(e.paged(), "cursor_invalid", "cursor_filter_mismatch")
	add(!e.Reads(), "malformed_json", "body_too_large", "media_type_not_allowed", "unknown_field", "read_only",
		"uncertain")
	add(e.hasBody() || e.names(), "unknown_reference")
	add(e.asks(), "confirmation_required")
	amounts := mentions(e.In.GoType, reflect.TypeFor[Decimal](), reflect.TypeFor[ledger.Money]())
	add(amounts, "amount_must_be_string", "amount_malformed", "too_many_decimals")
	add(amounts || e.Op.Money, store.AmountTooLarge)
	add(mentions(e.In.GoType, reflect.TypeFor[ledger.Date]()), "date_malformed")
	add(e.Op.Money, "idempotency_key_required")
	add(e.takesKey(), "idempotency_key_invalid")
	add(e.takesKey(), "idempotency_key_reused")
	add(e.spendsKey(), "idempotency_key_spent")
	for _, err := range posting {
		r := e.API.Problems.KindFor(err)
		add(e.Op.Money && r.Status != http.StatusInternalServerError, r.Code)
	}
	for _, err := range e.Op.Refuses {
		r := e.API.Problems.KindFor(err)
		if r.Status == http.StatusInternalServerError {
			return nil, fmt.Errorf("refuses with %w, which is not in the table of problems", err)
		}
		codes = append(codes, r.Code)
	}
	byStatus := map[int][]string{}
	for _, code := range codes {
		r, ok := e.API.Problems.kindOf(code)
		if !ok {
			return nil, fmt.Errorf("code %q is not in the table of problems", code)
		}
		if !slices.Contains(byStatus[r.Status], code) {
			byStatus[r.Status] = append(byStatus[r.Status], code)
		}
	}
	return byStatus, nil
}

// posting are refusals of the books themselves, which any act with a money effect may meet.
var posting = []error{ledger.ErrPeriodClosed, ledger.ErrFundOverdrawn, ledger.ErrLotExhausted, ledger.ErrUnknownAccount,
	ledger.ErrUnknownFund, ledger.ErrEntryShape}

// names tells whether a parameter of the query may name something, which then may not be there.
func (e *Endpoint) names() bool {
	return slices.ContainsFunc(e.In.params, func(p param) bool {
		t := Underlying(e.In.GoType.FieldByIndex(p.index).Type)
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		_, formatted := formats[t]
		return p.in == "query" && !formatted && t.Kind() == reflect.String && p.name != "cursor"
	})
}

// mentions tells whether a request struct has a field of one of these types somewhere.
func mentions(t reflect.Type, of ...reflect.Type) bool {
	t = Underlying(t)
	switch {
	case slices.Contains(of, t):
		return true
	case t.Kind() == reflect.Slice:
		return mentions(t.Elem(), of...)
	case t.Kind() == reflect.Struct && formats[t].goType == nil && t != reflect.TypeFor[ledger.Money]():
		return slices.ContainsFunc(reflect.VisibleFields(t), func(f reflect.StructField) bool {
			return !f.Anonymous && f.IsExported() && mentions(f.Type, of...)
		})
	}
	return false
}

// finish adds what the reflector does not know: language, permission, the headers of an answer, the example.
func (e *Endpoint) finish(r *openapi31.Reflector, op *openapi31.Operation) error {
	op.WithMapOfAnythingItem("x-summary-da", e.Op.Danish)
	if e.twin != nil {
		op.WithMapOfAnythingItem("x-if-match", e.Op.Match)
	}
	op.Security = []map[string][]string{{}}
	if !e.Op.Public {
		op.Security = []map[string][]string{{"token": {}}, {"session": {}}}
		if len(e.Op.Roles) > 0 {
			op.WithMapOfAnythingItem("x-roles", e.Op.Roles)
		}
	}
	if e.takesOctets() {
		body := (&openapi31.RequestBody{}).WithDescription("The document itself. What it is, its bytes say.")
		body.WithContentItem(octetStream, openapi31.MediaType{Schema: map[string]any{"type": "string", "format": "binary"}})
		op.WithRequestBody(openapi31.RequestBodyOrReference{RequestBody: body})
	}
	if e.In.parts != nil {
		properties := map[string]any{
			e.In.partsOf: map[string]any{"type": "string", "description": "The JSON object, as it is sent without documents."}}
		for _, kind := range evidence.Kinds {
			properties[kind] = map[string]any{"type": "string", "format": "binary",
				"description": "A document: PDF, PNG or JPEG. May come several times."}
		}
		op.RequestBody.RequestBody.WithContentItem(formData,
			openapi31.MediaType{Schema: map[string]any{"type": "object", "properties": properties,
				"required": []string{e.In.partsOf}}})
	}
	if op.RequestBody != nil && op.RequestBody.RequestBody != nil {
		op.RequestBody.RequestBody.WithRequired(true)
		if e.Op.Example != "" {
			media := op.RequestBody.RequestBody.Content["application/json"]
			media.WithExample(json.RawMessage(e.Op.Example))
			op.RequestBody.RequestBody.Content["application/json"] = media
		}
	}
	for _, ref := range op.Parameters {
		e.finishParameter(ref.Parameter)
	}
	e.describeDryRun(r, op)
	e.describeActions(r, op)
	for status, answer := range op.Responses.MapOfResponseOrReferenceValues {
		e.addHeaders(status, answer.Response)
	}
	return e.describeProblems(r, op)
}

// finishParameter says which parameters must be there, and that several values stand in one, with commas.
func (e *Endpoint) finishParameter(p *openapi31.Parameter) {
	for _, own := range e.In.params {
		if own.name != p.Name || own.in != string(p.In) {
			continue
		}
		if own.many {
			p.WithStyle(openapi31.ParameterStyleForm).WithExplode(false)
		}
		if demanded(e.In.GoType.FieldByIndex(own.index)) {
			p.WithRequired(true)
		}
	}
}

// headers are those that a client may build on, described once.
var headers = map[string]string{
	"X-Request-Id":         "Name of this request in the log and the audit trail.",
	"Location":             "Where the new thing stands.",
	"Idempotency-Key":      "The key that was sent.",
	"Idempotency-Replayed": "true when the answer is that of an earlier request with the same key.",
	"ETag":                 "Names the state that is shown; send it back as If-Match with a change.",
	"Link":                 `Address of the next page, rel="next".`,
	"Dry-Run":              "true when nothing was written.",
	"WWW-Authenticate":     "How to sign in (RFC 6750).",
	"Retry-After":          "Seconds to wait.",
	"Content-Language":     "en or da.",
}

// describeHeaders puts the headers among the components.
func describeHeaders(r *openapi31.Reflector) {
	for name, words := range headers {
		h := (&openapi31.Header{Schema: map[string]any{"type": "string"}}).WithDescription(words)
		r.Spec.ComponentsEns().WithHeadersItem(name, openapi31.HeaderOrReference{Header: h})
	}
}

// addHeader says that an answer has these headers.
func addHeader(r *openapi31.Response, names ...string) {
	for _, name := range names {
		ref := &openapi31.Reference{Ref: "#/components/headers/" + name}
		r.WithHeadersItem(name, openapi31.HeaderOrReference{Reference: ref})
	}
}

// addHeaders says which headers an answer that is no refusal may have.
func (e *Endpoint) addHeaders(status string, r *openapi31.Response) {
	add := func(when bool, name string) {
		if when {
			addHeader(r, name)
		}
	}
	success := status == strconv.Itoa(e.Status) || e.Op.Known && status == "200"
	add(true, "X-Request-Id")
	add(success && e.Op.Location != "", "Location")
	add(success && e.takesKey(), "Idempotency-Key")
	add(success && e.takesKey() && !e.spendsKey(), "Idempotency-Replayed")
	add(success && e.paged(), "Link")
	add(success && e.tagged(), "ETag")
	add(!e.Reads() && (success || status == "200"), "Dry-Run")
}
