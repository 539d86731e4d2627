package rest

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/swaggest/jsonschema-go"
	"github.com/swaggest/openapi-go"
	"github.com/swaggest/openapi-go/openapi31"

	"supportledger/ledger"
)

// newReflector makes schemas out of our types the way the handlers treat them: what the decoder refuses, the
// schema refuses, and a view always has its fields unless it says omitempty.
func newReflector() *openapi31.Reflector {
	r := openapi31.NewReflector()
	for t, f := range formats {
		r.AddTypeMapping(reflect.Zero(t).Interface(), f.schema)
	}
	r.AddTypeMapping(ledger.Money{}, money{})
	r.AddTypeMapping(Decimal(""), stringSchema("", decimalPattern, "4250.00"))
	r.AddTypeMapping(Ref(""), stringSchema("", refPattern, "B-0042"))
	r.DefaultOptions = append(r.DefaultOptions,
		jsonschema.InterceptDefName(defName),
		jsonschema.InterceptSchema(closeRequests),
		jsonschema.InterceptNullability(nullability),
		jsonschema.InterceptProp(property))
	return r
}

// defName calls a schema what its Go type is called: grantView, and grantViewList for a List of them, trialRowReport
// for a report.
func defName(t reflect.Type, _ string) string {
	if t == reflect.TypeFor[ledger.Money]() {
		return "LedgerMoney" // never shown: it travels as our own money, which has the name
	}
	name := t.Name()
	if generic, of, ok := strings.Cut(strings.TrimSuffix(name, "]"), "["); ok {
		name = of[strings.LastIndex(of, ".")+1:] + strings.ToUpper(generic[:1]) + generic[1:]
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// inBody tells that the body of a request is being described, not its parameters.
func inBody(rc *jsonschema.ReflectContext) bool {
	oc, ok := openapi.OperationCtx(rc)
	return ok && !oc.IsProcessingResponse() && oc.ProcessingIn() == openapi.InBody
}

// inResponse tells on which side a type is being described.
func inResponse(rc *jsonschema.ReflectContext) bool {
	oc, ok := openapi.OperationCtx(rc)
	return ok && oc.IsProcessingResponse()
}

// closeRequests says of every object in a request that it takes no other fields, as the decoder does. Views stay
// open, so that a field may be added later.
func closeRequests(p jsonschema.InterceptSchemaParams) (stop bool, err error) {
	if p.Processed && p.Schema.HasType(jsonschema.Object) && p.Value.Kind() == reflect.Struct && inBody(p.Context) {
		no := false
		p.Schema.WithAdditionalProperties(jsonschema.SchemaOrBool{TypeBoolean: &no})
	}
	return false, nil
}

// nullability takes null out of lists (an empty one is []) and out of requests (an absent field is left out).
func nullability(p jsonschema.InterceptNullabilityParams) {
	if p.Schema.HasType(jsonschema.Null) && (p.Type.Kind() == reflect.Slice || p.OmitEmpty || !inResponse(p.Context)) {
		p.Schema.RemoveType(jsonschema.Null)
	}
}

// property adds the rules of a field's validate tag to its schema.
func property(p jsonschema.InterceptPropParams) error {
	if !p.Processed || p.PropertySchema == nil {
		return nil
	}
	names, params, err := tagRules(p.Field.Tag.Get("validate"))
	if err != nil {
		return fmt.Errorf("%s: %w", p.Field.Name, err)
	}
	required := demanded(p.Field)
	if inResponse(p.Context) {
		tag := p.Field.Tag.Get("json")
		required = !strings.Contains(tag, ",omitempty") && !strings.Contains(tag, ",omitzero")
	}
	if required && !slices.Contains(p.ParentSchema.Required, p.Name) {
		p.ParentSchema.Required = append(p.ParentSchema.Required, p.Name)
	}
	if err := constrain(p.PropertySchema, p.Field.Type, names, params); err != nil {
		return err
	}
	if p.PropertySchema.Ref != nil && p.PropertySchema.Description != nil && p.PropertySchema.Pattern == nil {
		// JSON Schema lets words stand beside a reference, but not every reader of the document looks past them.
		ref := jsonschema.Schema{Ref: p.PropertySchema.Ref}
		p.PropertySchema.Ref = nil
		p.PropertySchema.AllOf = []jsonschema.SchemaOrBool{ref.ToSchemaOrBool()}
	}
	if ref := p.PropertySchema.Ref; ref != nil && p.Field.Type.Kind() == reflect.Pointer && required &&
		inResponse(p.Context) {
		null := (&jsonschema.Schema{}).WithType(jsonschema.Null.Type()) // a reference takes no null by itself
		p.PropertySchema.Ref = nil
		p.PropertySchema.AnyOf = []jsonschema.SchemaOrBool{(&jsonschema.Schema{Ref: ref}).ToSchemaOrBool(),
			null.ToSchemaOrBool()}
	}
	return nil
}

// demanded reports whether a request must have a field: what is marked so, and a whole number that nothing but a number
// of at least one will do for.
func demanded(f reflect.StructField) bool {
	names, params, err := tagRules(f.Tag.Get("validate"))
	if err != nil || slices.Contains(names, "omitempty") {
		return false
	}
	least := slices.Index(names, "min")
	return slices.Contains(names, "required") || f.Type.Kind() == reflect.Int && least >= 0 && atoi(params[least]) > 0
}

// constrain writes rules as keywords of JSON Schema 2020-12.
func constrain(s *jsonschema.Schema, t reflect.Type, names, params []string) error {
	t = Underlying(t)
	for i, name := range names {
		n, _ := strconv.ParseInt(params[i], 10, 64) // checkTags has seen to it
		switch name {
		case "required":
			if _, ok := formats[t]; !ok && t.Kind() == reflect.String && t != reflect.TypeFor[Decimal]() && s.MinLength == 0 {
				s.WithMinLength(1)
			}
		case "min":
			atLeast(s, t, n)
		case "max":
			atMost(s, t, n)
		case "len":
			atLeast(s, t, n)
			atMost(s, t, n)
		case "oneof":
			s.Enum = nil
			for _, word := range strings.Fields(params[i]) {
				s.Enum = append(s.Enum, word)
			}
		case "positive", "nonnegative":
			if t == reflect.TypeFor[Decimal]() {
				s.WithPattern(strings.Replace(decimalPattern, "^-?", "^", 1))
			}
		case "decimals":
			s.WithPattern(strings.Replace(decimalPattern, "{1,10}", "{1,"+params[i]+"}", 1))
		case "unique":
			if params[i] == "" {
				s.WithUniqueItems(true)
			}
		case "dive":
			if s.Items == nil || s.Items.SchemaOrBool == nil || s.Items.SchemaOrBool.TypeObject == nil {
				return fmt.Errorf("dive into something without elements")
			}
			return constrain(s.Items.SchemaOrBool.TypeObject, t.Elem(), names[i+1:], params[i+1:])
		}
	}
	return nil
}

func atLeast(s *jsonschema.Schema, t reflect.Type, n int64) {
	switch t.Kind() {
	case reflect.String:
		s.WithMinLength(n)
	case reflect.Slice:
		s.WithMinItems(n)
	default:
		s.WithMinimum(float64(n))
	}
}

func atMost(s *jsonschema.Schema, t reflect.Type, n int64) {
	switch t.Kind() {
	case reflect.String:
		s.WithMaxLength(n)
	case reflect.Slice:
		s.WithMaxItems(n)
	default:
		s.WithMaximum(float64(n))
	}
}

// bothSides refuses a struct that is used in requests and in views but would be described differently there: the
// document has one schema per name. A field of such a struct is required on both sides or on neither.
func bothSides(endpoints []*Endpoint) error {
	asked, shown := map[reflect.Type]bool{}, map[reflect.Type]bool{}
	for _, e := range endpoints {
		gather(e.In.GoType, asked)
		gather(e.Out, shown)
	}
	for t := range asked {
		if !shown[t] {
			continue
		}
		for i := range t.NumField() {
			f := t.Field(i)
			required := demanded(f)
			if omitted := strings.Contains(f.Tag.Get("json"), ",omit"); required == omitted {
				return fmt.Errorf("http: %s is in requests and in views: %s must be validate:\"required\" or json omitempty", t,
					f.Name)
			}
		}
	}
	return nil
}

// gather collects the structs that a type is made of.
func gather(t reflect.Type, into map[reflect.Type]bool) {
	t = Underlying(t)
	switch {
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Map:
		gather(t.Elem(), into)
	case t.Kind() != reflect.Struct || into[t] || t.PkgPath() == reflect.TypeFor[ledger.Money]().PkgPath():
	default:
		if _, ok := formats[t]; ok || t == reflect.TypeFor[None]() || t == reflect.TypeFor[File]() {
			return
		}
		into[t] = true
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && f.Tag.Get("json") != "-" {
				gather(f.Type, into)
			}
		}
	}
}
