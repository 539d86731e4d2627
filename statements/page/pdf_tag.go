package page

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// A tagged PDF says what each text on its pages is: a heading, a cell of a table, a note (ISO 32000-1, 14.8). A program
// that reads aloud follows that structure. maroto writes none, but it draws one text for each that was put down and in
// the same order, so the texts of a page can be counted off against what was laid out.

// element is an element of the structure: what a text is, and what it belongs to.
type element struct {
	tag   string // of ISO 32000-1, 14.8.4: H1, P, TD
	alt   string // of a figure, in words
	attrs string // owner and attributes, as PDF has them
	kids  []*element
	refs  []reference
	no    int // number of its object
}

// reference is a piece of a page that belongs to an element.
type reference struct{ page, piece int }

// The tags that tell how an element is treated.
const (
	tagTable  = "Table"
	tagRow    = "TR"
	tagHead   = "TH"
	tagCell   = "TD"
	tagFigure = "Figure"
	tagList   = "L"
	tagItem   = "LI"
	tagLabel  = "Lbl"
	tagBody   = "LBody"
	tagText   = "P"
)

// The attributes of cells.
const (
	columnHead = "/O/Table/Scope/Column"
	rowHead    = "/O/Table/Scope/Row"
)

// in puts an element into a new one.
func (e *element) in(tag string) *element { return &element{tag: tag, kids: []*element{e}} }

// drawnPage is what was drawn on a page, in order: the element of each text, nil for what only decorates, and those of
// pictures.
type drawnPage struct {
	texts    []*element
	pictures []*element
	pieces   []*element // by number, once the page is tagged
}

// as makes one element of all that a row says.
func (l laid) as(tag string) laid {
	e := &element{tag: tag}
	return l.all(e)
}

// all gives every text of a row to an element.
func (l laid) all(e *element) laid {
	l.texts = slices.Clone(l.texts)
	for i := range l.texts {
		l.texts[i] = e
	}
	l.tops = []*element{e}
	return l
}

// none makes a row decoration: it was read before, or says where the reader is.
func (l laid) none() laid {
	l.texts, l.tops, l.picture = make([]*element, len(l.texts)), nil, nil
	return l
}

// asRow makes a row of a table of the cells. The bars say nothing that the figures do not.
func (l laid) asRow(b block, head bool) laid {
	tr := &element{tag: tagRow}
	for i, c := range l.cells {
		if i >= len(b.columns) || b.columns[i].bar {
			continue
		}
		switch {
		case head:
			c.tag, c.attrs = tagHead, columnHead
		case !b.columns[i].right && b.columns[i].chars == 0:
			c.tag, c.attrs = tagHead, rowHead
		default:
			c.tag = tagCell
		}
		tr.kids = append(tr.kids, c)
	}
	l.tops = []*element{tr}
	return l
}

// asNote makes a row of one cell over all columns.
func (l laid) asNote(b block) laid {
	columns := len(b.columns)
	if slices.ContainsFunc(b.columns, func(c column) bool { return c.bar }) {
		columns--
	}
	l = l.as(tagCell)
	l.tops[0].attrs = "/O/Table/ColSpan " + strconv.Itoa(columns)
	l.tops = []*element{l.tops[0].in(tagRow)}
	return l
}

// asItem makes an item of a list of two cells.
func (l laid) asItem() laid {
	l.cells[0].tag, l.cells[1].tag = tagLabel, tagBody
	l.tops = []*element{{tag: tagItem, kids: l.cells[:2]}}
	return l
}

// under has rows belong to an element while they are laid out.
func (d *sheet) under(e *element, lay func()) {
	outer := d.at
	outer.kids = append(outer.kids, e)
	d.at = e
	lay()
	d.at = outer
	if len(e.kids) == 0 && e.tag != tagFigure {
		outer.kids = outer.kids[:len(outer.kids)-1]
	}
}

// errUntagged is a page on which maroto has drawn other texts than were laid out.
var errUntagged = fmt.Errorf("%w: a page has other texts than were laid out", errPDF)

// piece opens a piece of the page, unless it is open already.
func (p *drawnPage) piece(out *bytes.Buffer, open **element, isOpen *bool, e *element, page int) {
	if *isOpen && *open == e {
		return
	}
	p.close(out, isOpen)
	*open, *isOpen = e, true
	if e == nil {
		out.WriteString("/Artifact BMC\n")
		return
	}
	n := len(p.pieces)
	p.pieces = append(p.pieces, e)
	e.refs = append(e.refs, reference{page, n})
	fmt.Fprintf(out, "/%s <</MCID %d>> BDC\n", e.tag, n)
}

func (p *drawnPage) close(out *bytes.Buffer, isOpen *bool) {
	if *isOpen {
		out.WriteString("EMC\n")
		*isOpen = false
	}
}

var (
	fontStart = []byte("BT /")
	fontEnd   = []byte(" Tf ET")
	textEnd   = []byte(" Tj ET")
	textEndQ  = []byte(" Tj ET Q")
	imageEnd  = []byte(" Do Q")
)

// isText, isFont and isPicture tell the lines that gofpdf writes apart; isPainted those that leave a mark on paper.
func isText(line []byte) bool {
	return bytes.HasSuffix(line, textEnd) || bytes.HasSuffix(line, textEndQ)
}

func isFont(line []byte) bool {
	return bytes.HasPrefix(line, fontStart) && bytes.HasSuffix(line, fontEnd)
}

func isPainted(line []byte) bool {
	trimmed := bytes.TrimRight(line, " ")
	if len(trimmed) < 2 || trimmed[len(trimmed)-2] != ' ' {
		return bytes.HasSuffix(trimmed, []byte(" f*")) || bytes.HasSuffix(trimmed, []byte(" b*"))
	}
	switch trimmed[len(trimmed)-1] {
	case 'S', 'f', 'B', 's', 'b', 'F':
		return true
	}
	return false
}

// cutLine cuts the next line off a page. A line end within a text belongs to the text.
func cutLine(content []byte) (line, rest []byte) {
	inText := false
	for i := 0; i < len(content); i++ {
		switch c := content[i]; {
		case inText && c == '\\':
			i++
		case c == '(':
			inText = true
		case c == ')':
			inText = false
		case c == '\n' && !inText:
			return content[:i], content[i+1:]
		}
	}
	return content, nil
}

// tagged writes the content of a page with its pieces marked. Fonts that are set and not used are left out.
func (p *drawnPage) tagged(out *bytes.Buffer, content []byte, page int) error {
	var line, font, set []byte
	var open *element
	isOpen, texts, pictures := false, 0, 0
	next := func() *element { // what follows, where that is part of the same figure
		if texts > 0 && texts < len(p.texts) && p.texts[texts] == p.texts[texts-1] && p.texts[texts] != nil &&
			p.texts[texts].tag == tagFigure {
			return p.texts[texts]
		}
		return nil
	}
	for len(content) > 0 {
		line, content = cutLine(content)
		switch {
		case isFont(line):
			font = line
			continue
		case isText(line):
			if texts == len(p.texts) {
				return errUntagged
			}
			p.piece(out, &open, &isOpen, p.texts[texts], page)
			if !bytes.Equal(font, set) {
				out.Write(font)
				out.WriteByte('\n')
				set = font
			}
			if texts++; texts < len(p.texts) && p.texts[texts] != nil && p.texts[texts] == p.texts[texts-1] {
				line = spaced(line)
			}
		case bytes.HasSuffix(line, imageEnd):
			if pictures == len(p.pictures) {
				return errUntagged
			}
			p.piece(out, &open, &isOpen, p.pictures[pictures], page)
			pictures++
		case isPainted(line):
			p.piece(out, &open, &isOpen, next(), page)
		}
		out.Write(line)
		out.WriteByte('\n')
	}
	p.close(out, &isOpen)
	if texts != len(p.texts) || pictures != len(p.pictures) {
		return errUntagged
	}
	return nil
}

// spaced ends a text with a space, where the next one goes on with its sentence: else who reads it aloud, or copies it,
// joins two words. gofpdf keeps the space in every font.
func spaced(line []byte) []byte {
	at := bytes.LastIndex(line, []byte(" ET"))
	return slices.Concat(line[:at], []byte(" (\x00 ) Tj"), line[at:])
}

// structure writes the tree of elements, and for each page which element its pieces belong to. It gives the number of
// the root.
func (w *rewriter) structure(document *element, pages []drawnPage, pageNos []int) int {
	root := w.next()
	numberAll(document, w)
	w.object(root)
	fmt.Fprintf(&w.out, "<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>", document.no,
		w.numbers, len(pages))
	parents := w.next()
	w.endObject()
	w.elements(document, root, pageNos)
	var nums bytes.Buffer
	for i := range pages {
		of := w.next()
		w.object(of)
		w.out.WriteByte('[')
		for _, e := range pages[i].pieces {
			w.reference(e.no)
		}
		w.out.WriteByte(']')
		w.endObject()
		fmt.Fprintf(&nums, "%d %d 0 R ", i, of)
	}
	w.object(parents)
	fmt.Fprintf(&w.out, "<</Nums[%s]>>", nums.String())
	w.endObject()
	return root
}

func numberAll(e *element, w *rewriter) {
	e.no = w.next()
	for _, kid := range e.kids {
		numberAll(kid, w)
	}
}

// elements writes an element and all below it.
func (w *rewriter) elements(e *element, parent int, pageNos []int) {
	w.object(e.no)
	w.out.WriteString("<</S/" + e.tag + "/P ")
	w.reference(parent)
	if len(e.refs) > 0 {
		w.out.WriteString("/Pg ")
		w.reference(pageNos[e.refs[0].page])
	}
	if e.alt != "" {
		w.out.WriteString("/Alt " + hexText(e.alt))
	}
	if e.attrs != "" {
		w.out.WriteString("/A<<" + e.attrs + ">>")
	}
	if len(e.refs)+len(e.kids) > 0 {
		w.out.WriteString("/K[")
		for _, r := range e.refs {
			if r.page == e.refs[0].page {
				w.out.Write(strconv.AppendInt(w.out.AvailableBuffer(), int64(r.piece), 10))
				w.out.WriteByte(' ')
			} else {
				fmt.Fprintf(&w.out, "<</Type/MCR/Pg %d 0 R/MCID %d>>", pageNos[r.page], r.piece)
			}
		}
		for _, kid := range e.kids {
			w.reference(kid.no)
		}
		w.out.WriteByte(']')
	}
	w.out.WriteString(">>")
	w.endObject()
	for _, kid := range e.kids {
		w.elements(kid, e.no, pageNos)
	}
}
