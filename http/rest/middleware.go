package rest

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime"
	"slices"

	"github.com/gin-gonic/gin"

	"supportledger/store"
)

// What travels in a gin.Context from one middleware to the next.
const (
	RequestIDKey = "request_id"
	CodeKey      = "problem_code"
	CauseKey     = "cause"
)

// requestID is what we accept as somebody else's request id: it is copied into logs and the audit trail.
var requestID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// Identify gives every request an id, its client's own where that is harmless, and shows it in the answer.
func Identify(c *gin.Context) {
	id := c.GetHeader("X-Request-Id")
	if !requestID.MatchString(id) {
		id = store.NewID("req")
	}
	c.Set(RequestIDKey, id)
	c.Header("X-Request-Id", id)
}

// Protect sets the headers that keep a browser from doing more with an answer than showing it. Pages that need
// more (the docs page) replace the policy.
func Protect(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
}

// Clock measures how long a request takes; dates in the books come from the transaction.
var Clock store.SystemClock

// Record writes one line per request. It knows the template of the route and never the path or the query, since
// ids stand there; it knows neither address nor name of who asked.
func (a *API) Record(c *gin.Context) {
	began := Clock.Now()
	defer func() {
		status := c.Writer.Status()
		attrs := []slog.Attr{
			slog.String("request_id", c.GetString(RequestIDKey)),
			slog.String("method", KnownMethod(c.Request.Method)),
			slog.String("route", c.FullPath()),
			slog.Int("status", status),
			slog.Float64("ms", float64(Clock.Now().Sub(began).Microseconds())/1000),
			slog.Int("bytes", max(c.Writer.Size(), 0)),
		}
		if code := c.GetString(CodeKey); code != "" {
			attrs = append(attrs, slog.String("code", code))
		}
		level := slog.LevelInfo
		if cause := c.GetString(CauseKey); status >= 500 || cause != "" { // an answer that broke off has its status
			level = slog.LevelWarn
			if status >= 500 {
				level = slog.LevelError
			}
			attrs = append(attrs, slog.String("cause", cause))
		}
		a.Log.LogAttrs(c.Request.Context(), level, "request", attrs...)
	}()
	c.Next()
}

// KnownMethod keeps words of a stranger's choice out of the log.
func KnownMethod(m string) string {
	if slices.Contains(methods, m) || m == http.MethodHead || m == http.MethodOptions {
		return m
	}
	return "other"
}

// Recovered turns a panic into an internal problem. gin's own recovery would print the request with its headers,
// token and all; this one notes the kind of panic and the functions it went through, without their arguments.
func (a *API) Recovered(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(v)
		}
		a.Log.LogAttrs(c.Request.Context(), slog.LevelError, "panic",
			slog.String("request_id", c.GetString(RequestIDKey)),
			slog.String("panic", PanicText(v)),
			slog.Any("stack", frames()))
		if c.Writer.Written() {
			c.Abort()
			return
		}
		a.Fail(c, Refuse("internal"))
	}()
	c.Next()
}

// PanicText says what kind of panic it was. Only the runtime's own words are repeated (index out of range, nil map):
// anything else may be a value out of the books.
func PanicText(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return unquoted(err.Error())
	}
	return fmt.Sprintf("%T", v)
}

// frames lists the functions of the panicking goroutine, innermost first.
func frames() []string {
	pcs := make([]uintptr, 32)
	walk := runtime.CallersFrames(pcs[:runtime.Callers(4, pcs)])
	var out []string
	for {
		f, more := walk.Next()
		out = append(out, fmt.Sprintf("%s:%d", f.Function, f.Line))
		if !more || len(out) == cap(pcs) {
			return out
		}
	}
}

// Fail answers with the problem document of an error, and leaves its cause for the log line.
func (a *API) Fail(c *gin.Context, err error) {
	l := langOf(c.GetHeader("Accept-Language"))
	p, r := a.Problems.ProblemOf(err, l)
	p.Instance = c.Request.URL.EscapedPath()
	p.RequestID = c.GetString(RequestIDKey)
	if c.Request.Method == http.MethodGet && r.Read.EN != "" {
		p.Hint = r.Read.In(l)
	}
	c.Set(CodeKey, p.Code)
	if r.Status >= 500 {
		c.Set(CauseKey, ForLog(err))
	}
	h := c.Writer.Header()
	h.Set("Content-Language", string(l))
	if wait := max(r.Retry, waitOf(err)); wait > 0 {
		h.Set("Retry-After", fmt.Sprint(wait))
	}
	challenge(h, p.Code, c.GetHeader("Authorization") != "")
	body, err := Marshal(p)
	if err != nil {
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	c.Data(p.Status, "application/problem+json", body)
	c.Abort()
}

// challenge tells a client without or with a bad token how to sign in (RFC 6750 §3).
func challenge(h http.Header, code string, presented bool) {
	value := `Bearer realm="supportledger"`
	switch {
	case code == "unauthenticated" && !presented:
	case code == "unauthenticated", code == "token_expired":
		value += `, error="invalid_token"`
	case code == "forbidden_scope":
		value += `, error="insufficient_scope"`
	default:
		return
	}
	h.Set("WWW-Authenticate", value)
}
