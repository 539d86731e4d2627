// Package page draws a statement: as text for a terminal, as HTML, as a workbook and as a PDF.
//
// A value of package figures is first worded in one language (paper.go and paper_*.go): titles, facts, tables, notes.
// Text, HTML, workbook and PDF each draw these words in their own way and do no sums, so a figure cannot differ between
// them. [FigureOf] finds a printed figure by its key.
//
// The PDF is the same, to the last byte, for the same statement. Text that its fonts have no glyph for is refused with
// the character named ([ErrNoGlyph]), never printed as a box. [Attach] continues an issued document with its figures
// and its proof, [Detach] takes it apart again, and [Lock] encrypts it for the way through mailboxes.
//
// The picture of a first page: render the PDF, then `pdftoppm -r 80 -png -f 1 -l 1 -singlefile statement.pdf
// statement`.
package page
