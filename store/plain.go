package store

import (
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"
)

// separators are the signs that people put into codes and names as they like.
const separators = " -_./"

// Plain is a column's text without what people put separators letters and digits, in small letters, to find what looks
// the same as [PlainText].
func Plain(_ *Tx, column string) schema.QueryAppender {
	expression := "LOWER(?)"
	for _, pair := range [][2]string{{"Æ", "æ"}, {"Ø", "ø"}, {"Å", "å"}} { // which LOWER leaves outside English
		expression = "REPLACE(" + expression + ", '" + pair[0] + "', '" + pair[1] + "')"
	}
	for _, sign := range separators {
		expression = "REPLACE(" + expression + ", '" + string(sign) + "', '')"
	}
	return bun.SafeQuery(expression, bun.Ident(column))
}

// Part is the pattern of LIKE, with ESCAPE '\', for texts that have a part in them.
func Part(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%"
}

// PlainText is a text as [Plain] makes it of a column.
func PlainText(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(separators, r) {
			return -1
		}
		return r
	}, strings.ToLower(text))
}
