package http

import (
	"log/slog"
	"regexp"
	"strings"
)

// serverLog passes net/http's own complaints on, without the addresses of those who caused them.
type serverLog struct{ log *slog.Logger }

func (w serverLog) Write(b []byte) (int, error) {
	w.log.Warn("server", "text", lostAddress.ReplaceAllString(strings.TrimSpace(string(b)), "…"))
	return len(b), nil
}

// lostAddress blanks addresses in what net/http itself reports (a broken handshake, a failed accept).
var lostAddress = regexp.MustCompile(`(\[[0-9a-fA-F:.%]+\]|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)(:[0-9]+)?`)
