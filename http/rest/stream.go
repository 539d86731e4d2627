package rest

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
)

// WriteWithin is how long an answer may take to be written, and how long a client may take no byte of one that is
// written as it is made.
const WriteWithin = 30 * time.Second

// stream writes an answer as it is made, past the time that other answers have. Its head has gone by then: what goes
// wrong is in the log, and the connection is cut, so that the client does not take a part for the whole.
func (a *API) stream(c *gin.Context, out Reply) {
	control := http.NewResponseController(c.Writer)
	_ = control.SetWriteDeadline(time.Time{}) // a server that cannot keeps its own
	watch := time.AfterFunc(WriteWithin, func() { _ = control.SetWriteDeadline(time.Unix(1, 0)) })
	defer watch.Stop()
	c.Header("Content-Type", out.Kind)
	c.Header("Cache-Control", "no-store")
	if out.size > 0 {
		c.Header("Content-Length", strconv.FormatInt(out.size, 10))
	}
	c.Status(out.Status)
	if err := out.Stream(c.Request.Context(), &watched{c.Writer, watch}); err != nil {
		c.Set(CauseKey, ForLog(err))
		panic(http.ErrAbortHandler)
	}
}

// watched is a writer that tells a watch that it gets on.
type watched struct {
	to    gin.ResponseWriter
	watch *time.Timer
}

// Write writes.
func (w *watched) Write(b []byte) (int, error) {
	n, err := w.to.Write(b)
	w.watch.Reset(WriteWithin)
	return n, err
}

// Flush sends what was written.
func (w *watched) Flush() { w.to.Flush() }

var _ io.Writer = (*watched)(nil)
