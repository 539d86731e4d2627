package rest

import "github.com/gin-gonic/gin"

// newEngine makes a gin engine that trusts no header and corrects no path: no proxy is trusted with the client's
// address, a path is matched as it was sent (an escaped slash stays inside its parameter), and a wrong path is not
// guessed at by redirects.
func newEngine() *gin.Engine {
	e := gin.New()
	e.ForwardedByClientIP = false
	_ = e.SetTrustedProxies(nil) // fails only on addresses that do not parse
	e.HandleMethodNotAllowed = true
	e.RedirectFixedPath = false
	e.RedirectTrailingSlash = false
	e.UseEscapedPath = true
	e.UnescapePathValues = true
	return e
}
