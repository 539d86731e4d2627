// Package docs is the book, in the binary: how to install, back up, upgrade, watch and mend a server, and what the
// books mean. The server shows it under /help, so that it is there when the network is not. The pages are read as they
// stand; a test runs every block of commands in those for operators.
package docs

import "embed"

// Pages are the pages, in Markdown.
//
//go:embed *.md
var Pages embed.FS
