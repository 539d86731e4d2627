package frame

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"supportledger/http/rest"
)

//go:embed assets
var files embed.FS

// asset is a file that pages load. Its address changes with its content, so a browser keeps it for good.
type asset struct {
	address, kind string
	plain, zipped []byte
}

var assets = loaded()

func loaded() map[string]asset {
	all := map[string]asset{}
	kinds := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".svg": "image/svg+xml"}
	entries, err := files.ReadDir("assets")
	if err != nil {
		panic(err) // embedded
	}
	for _, e := range entries {
		plain, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err) // embedded
		}
		sum := sha256.Sum256(plain)
		ext := path.Ext(e.Name())
		var small bytes.Buffer
		z, _ := gzip.NewWriterLevel(&small, gzip.BestCompression) // the level exists
		_, _ = z.Write(plain)                                     // a buffer takes everything
		_ = z.Close()
		all[e.Name()] = asset{kind: kinds[ext], plain: plain, zipped: small.Bytes(),
			address: "/assets/" + strings.TrimSuffix(e.Name(), ext) + "-" + hex.EncodeToString(sum[:6]) + ext}
	}
	return all
}

// Asset is the address of a file that pages load.
func Asset(name string) string { return assets[name].address }

// ServeAssets adds the files.
func (s *Site) ServeAssets() {
	for _, a := range assets {
		s.API.Engine.GET(a.address, func(c *gin.Context) {
			h := c.Writer.Header()
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
			h.Set("Vary", "Accept-Encoding")
			body := a.plain
			if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
				h.Set("Content-Encoding", "gzip")
				body = a.zipped
			}
			c.Data(http.StatusOK, a.kind, body)
		})
	}
	s.API.Engine.GET("/assets/:file", func(c *gin.Context) { s.Fail(c, rest.Refuse("no_such_path")) })
}
