// Package web is the pages for people: the same acts under the same rules as the API, in Danish and English, on a phone
// and on paper. It only puts the families of pages together; package frame is where to start reading.
package web

import (
	"supportledger/http/web/admin"
	"supportledger/http/web/cases"
	"supportledger/http/web/entry"
	"supportledger/http/web/finance"
	"supportledger/http/web/frame"
	"supportledger/http/web/giving"
	"supportledger/http/web/learn"
	"supportledger/http/web/reporting"
)

// Register adds all pages to a site.
func Register(s *frame.Site) {
	s.ServeAssets()
	entry.Register(s)
	cases.Register(s)
	finance.Register(s)
	reporting.Register(s)
	giving.Register(s)
	admin.Register(s)
	learn.Register(s)
}
