package page

import (
	"fmt"
	"supportledger/statements/figures"
	"sync"
	"time"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/page"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/config"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/pagesize"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/core/entity"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/phpdave11/gofpdf"
)

// The page, in millimetres. The grid has four units to a millimetre, and every height is a multiple of a quarter
// millimetre: sums of such numbers are exact, and maroto breaks a page where it was told to and nowhere else.
const (
	pageHeight   = 297.0
	sideMargin   = 15.0
	topMargin    = 12.0
	bottomMargin = 9.0
	textWide     = 180.0 // between the margins
	textHigh     = pageHeight - topMargin - bottomMargin
	gridPerMM    = 4
)

// family is the name that the embedded fonts go by inside the PDF.
const family = "dejavu"

var fontStyles = map[face]fontstyle.Type{regular: fontstyle.Normal, bold: fontstyle.Bold, oblique: fontstyle.Italic}

// writtenAt is the date of a file whose statement has none.
var writtenAt = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// settle makes gofpdf write the same bytes every time. Its settings are global, so they are set once and never per
// page.
var settle = sync.OnceFunc(func() {
	gofpdf.SetDefaultCatalogSort(true)
	gofpdf.SetDefaultModificationDate(writtenAt)
})

// PDF renders a statement on A4 pages: the period in a few numbers on top, then its tables with a chart, notes and
// signatures. The same statement gives the same bytes. It prints fields and does no sums; a statement that does not
// foot is rendered as it is, so check Foots before. A character that the fonts lack is a [*MissingGlyph].
func PDF(v figures.Value, lang figures.Lang) ([]byte, error) { return pdfOf(paperOf(v, lang), "") }

// IssuedPDF is [PDF] with the code by which anyone may check the statement, and the address of the page where; "" for
// none.
func IssuedPDF(v figures.Value, lang figures.Lang, code, verify string) ([]byte, error) {
	p := paperOf(v, lang)
	p.code = code
	return pdfOf(p, verify)
}

// pdfOf draws a paper. Verify is the address of the page where it is checked, "" for none.
func pdfOf(p paper, verify string) ([]byte, error) {
	d := newSheet(p, verify)
	d.lay()
	return d.pdf(p.fileTitle(), "sha256:"+p.hash)
}

// pdf draws what was laid out.
func (d *sheet) pdf(title, keywords string) ([]byte, error) {
	settle()
	if d.err != nil {
		return nil, d.err
	}
	pages := d.paginate()
	if d.err != nil {
		return nil, d.err
	}
	m := maroto.New(d.p.pdfConfig(false))
	for i, rows := range pages {
		m.AddPages(page.New().Add(rows...))
		pages[i] = nil
	}
	return drawn(m, d.p.subject, archive{lang: string(d.p.lang), title: title, subject: string(d.p.kind),
		keywords: keywords, created: d.p.created(), marks: d.marks, pages: d.drawn, document: d.document})
}

// drawn has maroto draw its pages. It is given what it needs and no more, so that while it draws, what was laid out can
// go: of five hundred pages that is half of all memory.
func drawn(m core.Maroto, subject string, a archive) ([]byte, error) {
	doc, err := m.Generate()
	if err != nil {
		return nil, fmt.Errorf("statements: render %s: %w", subject, err)
	}
	pdf, err := archived(doc.GetBytes(), a)
	if err != nil {
		return nil, fmt.Errorf("statements: render %s: %w", subject, err)
	}
	return pdf, nil
}

// created is midnight of the day the statement was prepared on.
func (p *paper) created() time.Time {
	if p.preparedOn == "" {
		return writtenAt
	}
	return p.preparedOn.Time()
}

// fileTitle is the title of the file: its number, codes and days.
func (p *paper) fileTitle() string {
	title := fmt.Sprintf("%s %s – %s", p.subject, p.period.From, p.period.To)
	if !p.draft {
		title = p.number + " " + title
	}
	return title
}

// pdfConfig holds the page and the fonts. The file's properties are written later; so are its pages compressed.
func (p *paper) pdfConfig(compress bool) *entity.Config {
	fonts := make([]*entity.CustomFont, 0, len(faces))
	for _, f := range faces {
		fonts = append(fonts, &entity.CustomFont{Family: family, Style: fontStyles[f], Bytes: f.bytes()})
	}
	return config.NewBuilder().
		WithPageSize(pagesize.A4).
		WithLeftMargin(sideMargin).WithRightMargin(sideMargin).WithTopMargin(topMargin).WithBottomMargin(bottomMargin).
		WithMaxGridSize(textWide * gridPerMM).
		WithSequentialMode().
		WithCompression(compress).
		WithCustomFonts(fonts).
		WithDefaultFont(&props.Font{Family: family, Size: bodySize}).
		WithCreationDate(p.created()).
		Build()
}

// sheet lays a paper out: first a list of rows with known heights, then pages.
type sheet struct {
	p      paper
	lang   figures.Lang
	verify string
	ruler  ruler
	rows   []laid
	marks  []mark // bookmarks, found while pages are made
	err    error  // the first thing that cannot be printed

	document, at *element    // the structure, and where rows are added to it
	drawn        []drawnPage // found while pages are made
}

func newSheet(p paper, verify string) *sheet {
	document := &element{tag: "Document"}
	return &sheet{p: p, lang: p.lang, verify: verify, document: document, at: document}
}

// mark is a bookmark: where a part begins.
type mark struct {
	title string
	page  int     // from 0
	top   float64 // mm from the top of the page
}

// laid is a row with its height and what keeps it in place.
type laid struct {
	row         core.Row
	height      float64
	keep        bool     // on the page of the next row
	gap         bool     // white space, dropped at the top of a page
	mark        string   // title of a bookmark that leads here
	of          *table   // the table it is in; nil for none
	first, last bool     // of its table
	adds        []figure // what it adds to the sums that are carried over

	cells   []*element // of its cells, also the empty ones
	texts   []*element // of its texts, in the order in which they are drawn
	tops    []*element // what of it is added to the structure
	picture *element
}

// paginate divides the rows over pages and gives each page its head and foot. A table that goes on has its head again,
// and between them what it came to so far.
func (d *sheet) paginate() [][]core.Row {
	var bodies [][]laid
	var body []laid
	var sums []figure
	room := d.room(0)
	for i := 0; i < len(d.rows); {
		group := d.together(i)
		first := group[0]
		if first.first {
			sums = nil
		}
		if high(group)+spare(group) > room && len(body) > 0 {
			goesOn := first.of != nil && !first.first
			if goesOn && first.of.carry != nil && sums != nil {
				body = append(body, first.of.carry(words.carried.In(d.lang), sums).none())
			}
			bodies, body = append(bodies, body), nil
			room = d.room(len(bodies))
			if goesOn {
				for _, h := range first.of.head {
					body = append(body, h.none())
				}
				if first.of.carry != nil && sums != nil {
					body = append(body, first.of.carry(words.brought.In(d.lang), sums).none())
				}
				room -= high(body)
			}
		}
		for _, r := range group {
			if r.first {
				sums = nil
			}
			sums = added(sums, r.adds)
			if r.gap && len(body) == 0 {
				continue
			}
			body, room = append(body, r), room-r.height
		}
		i += len(group)
	}
	bodies = append(bodies, body)
	pages := make([][]core.Row, len(bodies))
	for i, body := range bodies {
		pages[i] = d.page(body, i+1, len(bodies))
	}
	return pages
}

// spare is the height that must stay free below rows, for what their table carries over.
func spare(group []laid) float64 {
	last := group[len(group)-1]
	if last.of == nil || last.last || last.of.carry == nil {
		return 0
	}
	return last.of.room
}

// added is the sums with what a row adds.
func added(sums, row []figure) []figure {
	if row == nil {
		return sums
	}
	next := make([]figure, len(row))
	for i, f := range row {
		next[i] = f
		if f.number.Valid && i < len(sums) && sums[i].number.Valid {
			next[i].number.Decimal = f.number.Decimal.Add(sums[i].number.Decimal)
		} else if !f.number.Valid && i < len(sums) {
			next[i] = sums[i]
		}
	}
	return next
}

// together is the row at i with those that must stay on its page.
func (d *sheet) together(i int) []laid {
	end := i + 1
	for end < len(d.rows) && d.rows[end-1].keep {
		end++
	}
	return d.rows[i:end]
}

// room is the height left for the body of the page with this index.
func (d *sheet) room(index int) float64 {
	return textHigh - high(d.pageHead(index+1)) - high(d.pageFoot(index+1, index+1)) - 0.25
}

// page puts head, body, white space and foot together.
func (d *sheet) page(body []laid, n, of int) []core.Row {
	all := append(figures.Each(d.pageHead(n), laid.none), body...)
	top := topMargin
	for _, r := range all {
		if r.mark != "" {
			d.marks = append(d.marks, mark{r.mark, n - 1, top})
		}
		top += r.height
	}
	foot := d.pageFoot(n, of)
	all = append(all, laid{row: row.New(textHigh - high(all) - high(foot) - 0.25), height: 0})
	all = append(all, figures.Each(foot, laid.none)...)
	rows, marked := make([]core.Row, 0, len(all)), drawnPage{}
	for _, r := range all {
		rows = append(rows, r.row)
		marked.texts = append(marked.texts, r.texts...)
		if r.picture != nil {
			marked.pictures = append(marked.pictures, r.picture)
		}
	}
	d.drawn = append(d.drawn, marked)
	return rows
}

func high(rows []laid) float64 {
	total := 0.0
	for _, r := range rows {
		total += r.height
	}
	return total
}
