// Package table writes any list or report as CSV or XLSX, out of the same view struct that JSON shows, so that no
// resource has code of its own for it. Begin with table.go; columns.go says how a field becomes a column, words.go has
// the headings in two languages.
package table
