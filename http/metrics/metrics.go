// Package metrics counts what the server does, for Prometheus. It knows routes, statuses and codes of problems, and no
// id, name or amount: a label has as many values as the program's text gives it. What a
// figure costs to look up is paid when somebody looks.
package metrics

import (
	"context"
	"net"
	"net/http"
	"net/http/pprof"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"supportledger/http/rest"
)

// Metrics are the counters of one server.
type Metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	problems *prometheus.CounterVec
	commits  prometheus.Histogram
	version  *prometheus.GaugeVec
}

// New makes counters that stand at zero.
func New(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "supportledger_requests_total",
			Help: "Requests answered, by route and status."}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "supportledger_request_seconds",
			Help: "How long requests took.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 11)}, []string{"kind"}),
		problems: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "supportledger_problems_total",
			Help: "Requests refused, by the code of the problem."}, []string{"code"}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "supportledger_commit_seconds",
			Help: "How long the database took to commit.", Buckets: prometheus.ExponentialBuckets(0.0001, 3, 11)}),
		version: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "supportledger_build_info",
			Help: "Always 1; the version is a label."}, []string{"version"}),
	}
	m.version.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.requests, m.took, m.problems, m.commits, m.version,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts a request, as gin middleware.
func (m *Metrics) Observe(c *gin.Context) {
	began := rest.Clock.Now()
	c.Next()
	route, kind := c.FullPath(), "write"
	if route == "" {
		route = "none" // whatever was asked for, it is a stranger's text
	}
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		kind = "read"
	}
	m.requests.WithLabelValues(rest.KnownMethod(c.Request.Method), route, strconv.Itoa(c.Writer.Status())).Inc()
	m.took.WithLabelValues(kind).Observe(rest.Clock.Now().Sub(began).Seconds())
	if code := c.GetString(rest.CodeKey); code != "" {
		m.problems.WithLabelValues(code).Inc()
	}
}

// Committed notes how long a commit took.
func (m *Metrics) Committed(took time.Duration) { m.commits.Observe(took.Seconds()) }

// Gauge adds a figure that is looked up when somebody looks. False leaves it out.
func (m *Metrics) Gauge(name, help string, figure func() (float64, bool)) {
	m.registry.MustRegister(&gauge{desc: prometheus.NewDesc(name, help, nil, nil), figure: figure})
}

// gauge is a figure that may not be known.
type gauge struct {
	desc   *prometheus.Desc
	figure func() (float64, bool)
}

// Describe says what the figure is.
func (g *gauge) Describe(to chan<- *prometheus.Desc) { to <- g.desc }

// Collect looks the figure up.
func (g *gauge) Collect(to chan<- prometheus.Metric) {
	if v, known := g.figure(); known {
		to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, v)
	}
}

// Labelled adds figures by one label that are looked up together.
func (m *Metrics) Labelled(name, help, label string, figures func() map[string]float64) {
	m.registry.MustRegister(&labelled{prometheus.NewDesc(name, help, []string{label}, nil), figures})
}

type labelled struct {
	desc    *prometheus.Desc
	figures func() map[string]float64
}

// Describe says what the figures are.
func (l *labelled) Describe(to chan<- *prometheus.Desc) { to <- l.desc }

// Collect looks the figures up.
func (l *labelled) Collect(to chan<- prometheus.Metric) {
	for label, v := range l.figures() {
		to <- prometheus.MustNewConstMetric(l.desc, prometheus.GaugeValue, v, label)
	}
}

// Handler answers /metrics and /debug/pprof/, for an address of their own.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// Serve answers on a listener until ctx ends.
func (m *Metrics) Serve(ctx context.Context, l net.Listener) {
	server := &http.Server{Handler: m.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(l) }() // ends with the server
	context.AfterFunc(ctx, func() { _ = server.Close() })
}

// Last is the newest of something, for a figure that is told later.
type Last struct {
	mu sync.Mutex
	at time.Time
	v  float64
}

// Set notes a value.
func (l *Last) Set(at time.Time, v float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at, l.v = at, v
}

// Get gives the newest value and when it was, zero before the first.
func (l *Last) Get() (time.Time, float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at, l.v
}
