// Package traces tells a collector of OpenTelemetry how long the parts of a request took: the request, its
// transactions and their statements. A span holds routes, statuses, and the verb and table of a statement; it holds
// no id, value, name or amount, and no text of SQL, since whoever runs the collector is not one of the people who may
// see a person.
package traces

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"

	"supportledger/store"
)

// name is what a collector calls this program.
const name = "supportledger"

// told are the attributes that leave the server. otelgin knows more: paths with ids, addresses, user agents.
var told = []attribute.Key{
	"http.request.method", "http.route", "http.response.status_code", "db.system.name", "db.operation.name",
	"db.collection.name", "db.statements", "db.rows",
}

// Traces sends spans until it is shut down.
type Traces struct{ provider *trace.TracerProvider }

// New sends to the collector at endpoint, the address of its OTLP over HTTP, such as http://127.0.0.1:4318. A collector
// that is away costs no request anything: spans wait in memory, and the oldest are dropped.
func New(ctx context.Context, endpoint, version string) (*Traces, error) {
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	about := resource.NewSchemaless(attribute.String("service.name", name), attribute.String("service.version", version))
	return &Traces{trace.NewTracerProvider(trace.WithBatcher(discreet{exporter}), trace.WithResource(about))}, nil
}

// Observe traces a request, as gin middleware. A caller's traceparent is continued.
func (t *Traces) Observe() gin.HandlerFunc {
	return otelgin.Middleware(name, otelgin.WithTracerProvider(t.provider),
		otelgin.WithPropagators(propagation.TraceContext{}))
}

// shutdownWithin bounds how long a collector that is away can hold up the end.
const shutdownWithin = 5 * time.Second

// Shutdown sends what waits; of nil there is nothing. What a collector that is away misses is lost.
func (t *Traces) Shutdown(ctx context.Context) {
	if t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, shutdownWithin)
	defer cancel()
	_ = t.provider.Shutdown(ctx)
}

// Transaction begins the span of a transaction; see [store.DB.OnTxBegin].
func (t *Traces) Transaction(ctx context.Context, engine store.Engine, writes bool) store.TxTrace {
	tracer, kind := t.provider.Tracer(name), "read"
	if writes {
		kind = "write"
	}
	system := "sqlite"
	if engine == store.Postgres {
		system = "postgresql"
	}
	ctx, span := tracer.Start(ctx, kind+" transaction", oteltrace.WithSpanKind(oteltrace.SpanKindClient),
		oteltrace.WithAttributes(attribute.String("db.system.name", system)))
	return transaction{ctx, tracer, span}
}

type transaction struct {
	ctx    context.Context //nolint:containedctx // a span's parents are known by it
	tracer oteltrace.Tracer
	span   oteltrace.Span
}

// Statement adds the span of a statement.
func (t transaction) Statement(s store.TracedStatement) {
	_, span := t.tracer.Start(t.ctx, s.Operation+" "+s.Table, oteltrace.WithTimestamp(s.Began),
		oteltrace.WithSpanKind(oteltrace.SpanKindClient), oteltrace.WithAttributes(
			attribute.String("db.operation.name", s.Operation), attribute.String("db.collection.name", s.Table)))
	if s.Failed {
		span.SetStatus(codes.Error, "")
	}
	span.End(oteltrace.WithTimestamp(s.Ended))
}

// End ends the span of the transaction.
func (t transaction) End(stats store.TxStats, failed bool) {
	t.span.SetAttributes(attribute.Int("db.statements", stats.Statements), attribute.Int("db.rows", stats.Rows))
	if failed {
		t.span.SetStatus(codes.Error, "")
	}
	t.span.End()
}

// discreet passes on spans with nothing but the attributes that are told, and without events, which hold the texts of
// errors.
type discreet struct{ trace.SpanExporter }

func (d discreet) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	bare := make([]trace.ReadOnlySpan, len(spans))
	for i, s := range spans {
		bare[i] = bareSpan{s}
	}
	return d.SpanExporter.ExportSpans(ctx, bare)
}

type bareSpan struct{ trace.ReadOnlySpan }

func (b bareSpan) Attributes() []attribute.KeyValue {
	return slices.DeleteFunc(slices.Clone(b.ReadOnlySpan.Attributes()),
		func(kv attribute.KeyValue) bool { return !slices.Contains(told, kv.Key) })
}

func (bareSpan) Events() []trace.Event { return nil }

func (b bareSpan) Status() trace.Status { return trace.Status{Code: b.ReadOnlySpan.Status().Code} }
