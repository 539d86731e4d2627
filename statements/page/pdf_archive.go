package page

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A statement is kept for many years, so its file is one for archives: PDF/A-3, level A (ISO 19005-3). What that asks
// for and maroto does not write is added in one pass over its file: the structure of the text, the properties as XMP,
// the colours that numbers mean, an identifier. The pass sets no clock and draws no random number: a statement has the
// same bytes every time.

// archive is what the pass adds.
type archive struct {
	lang, title, subject, keywords string
	created                        time.Time
	marks                          []mark
	pages                          []drawnPage
	document                       *element
}

// rewriter writes a file anew, object by object.
type rewriter struct {
	out     bytes.Buffer
	offsets []int // by number of the object; 0 for none yet
	numbers int   // the next object's
	zip     *zlib.Writer
}

func (w *rewriter) next() int {
	w.numbers++
	w.offsets = append(w.offsets, 0)
	return w.numbers - 1
}

func (w *rewriter) object(no int) {
	w.offsets[no] = w.out.Len()
	w.out.Write(strconv.AppendInt(w.out.AvailableBuffer(), int64(no), 10))
	w.out.WriteString(" 0 obj\n")
}

func (w *rewriter) endObject() { w.out.WriteString("\nendobj\n") }

func (w *rewriter) reference(no int) {
	w.out.Write(strconv.AppendInt(w.out.AvailableBuffer(), int64(no), 10))
	w.out.WriteString(" 0 R ")
}

// write writes an object and gives its number.
func (w *rewriter) write(object string) int {
	no := w.next()
	w.object(no)
	w.out.WriteString(object)
	w.endObject()
	return no
}

var (
	kidsForm    = regexp.MustCompile(`/Kids \[([^\]]*)\]`)
	contentForm = regexp.MustCompile(`/Contents (\d+) 0 R`)
)

// found is a file of gofpdf: where its objects are.
type found struct {
	pdf     []byte
	tail    *tail
	offsets []int // by number
	order   []int // numbers, as they stand in the file
	pages   []int
	isPage  map[int]int // number of a page's object: the page
	content map[int]int // number of a content's object: the page
}

// read finds the objects of a file that gofpdf has written.
func read(pdf []byte) (*found, error) {
	t, err := continued(pdf)
	if err != nil {
		return nil, err
	}
	f := &found{pdf: pdf, tail: t, offsets: make([]int, t.size), isPage: map[int]int{}, content: map[int]int{}}
	table, isTable := bytes.CutPrefix(pdf[min(t.prev, len(pdf)):], fmt.Appendf(nil, "xref\n0 %d\n", t.size))
	const entry = 20
	if !isTable || len(table) < entry*t.size {
		return nil, errPDF
	}
	for no := 1; no < t.size; no++ {
		if f.offsets[no], err = strconv.Atoi(string(table[no*entry : no*entry+10])); err != nil || f.offsets[no] >= t.prev {
			return nil, errPDF
		}
		f.order = append(f.order, no)
	}
	slices.SortFunc(f.order, func(a, b int) int { return cmp.Compare(f.offsets[a], f.offsets[b]) })
	kids := kidsForm.FindSubmatch(f.object(1))
	if kids == nil {
		return nil, errPDF
	}
	for i, m := range kidForm.FindAllSubmatch(kids[1], -1) {
		no, _ := strconv.Atoi(string(m[1])) // digits
		if no <= 0 || no >= t.size {
			return nil, errPDF
		}
		content := contentForm.FindSubmatch(f.object(no))
		if content == nil {
			return nil, errPDF
		}
		of, _ := strconv.Atoi(string(content[1])) // digits
		f.pages, f.isPage[no], f.content[of] = append(f.pages, no), i, i
	}
	return f, nil
}

// object is the text of an object, from its number to its end.
func (f *found) object(no int) []byte {
	text, _, _ := bytes.Cut(f.pdf[f.offsets[no]:f.tail.prev], []byte("\nendobj\n"))
	return text
}

// span is an object with all its bytes.
func (f *found) span(i int) []byte {
	end := f.tail.prev
	if i+1 < len(f.order) {
		end = f.offsets[f.order[i+1]]
	}
	return f.pdf[f.offsets[f.order[i]]:end]
}

// archived is the file of gofpdf, whose pages are not compressed, as one for archives.
func archived(pdf []byte, a archive) ([]byte, error) {
	f, err := read(pdf)
	if err != nil {
		return nil, err
	}
	if len(f.pages) != len(a.pages) {
		return nil, errUntagged
	}
	w := &rewriter{numbers: f.tail.size, offsets: make([]int, f.tail.size), zip: zips.take()}
	defer zips.give(w.zip)
	w.out.Grow(len(pdf))
	w.out.WriteString("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n") // the second line says that the file is not text
	var content bytes.Buffer
	for i, no := range f.order {
		if no == f.tail.root || no == f.tail.info {
			continue
		}
		if page, is := f.content[no]; is {
			content.Reset()
			if err := a.pages[page].tagged(&content, streamOf(f.span(i)), page); err != nil {
				return nil, err
			}
			w.compressed(no, content.Bytes())
			continue
		}
		w.offsets[no] = w.out.Len()
		if page, is := f.isPage[no]; is {
			w.out.Write(bytes.TrimSuffix(bytes.TrimSpace(f.object(no)), []byte(">>")))
			fmt.Fprintf(&w.out, "\n/StructParents %d\n/Tabs /S>>", page)
			w.endObject()
			continue
		}
		w.out.Write(f.span(i))
	}
	return w.finish(f, a), nil
}

// compressors are writers to be used again: a new one takes a megabyte.
type compressors struct{ free sync.Pool }

var zips compressors

func (c *compressors) take() *zlib.Writer {
	if w, is := c.free.Get().(*zlib.Writer); is {
		return w
	}
	w, err := zlib.NewWriterLevel(nil, zlib.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}

func (c *compressors) give(w *zlib.Writer) { c.free.Put(w) }

// streamOf is what an object carries.
func streamOf(object []byte) []byte {
	_, data, _ := bytes.Cut(object, []byte("stream\n"))
	end := bytes.LastIndex(data, []byte("\nendstream"))
	return data[:max(end, 0)]
}

// compressed writes an object that carries data.
func (w *rewriter) compressed(no int, data []byte) {
	var packed bytes.Buffer
	packed.Grow(len(data) / 4)
	w.zip.Reset(&packed)
	_, _ = w.zip.Write(data) // into memory: neither fails
	_ = w.zip.Close()
	w.object(no)
	fmt.Fprintf(&w.out, "<</Filter /FlateDecode /Length %d>>\nstream\n", packed.Len())
	w.out.Write(packed.Bytes())
	w.out.WriteString("\nendstream")
	w.endObject()
}

// finish writes what the file has once: structure, bookmarks, colours, properties, root, table of objects and trailer.
func (w *rewriter) finish(f *found, a archive) []byte {
	tree := w.structure(a.document, a.pages, f.pages)
	outlines := w.bookmarks(a.marks, f.pages)
	profile := srgb()
	colours := w.write(fmt.Sprintf("<</N 3/Length %d>>\nstream\n%s\nendstream", len(profile), profile))
	xmp := a.xmp()
	metadata := w.write(fmt.Sprintf("<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream", len(xmp), xmp))
	date := a.created.Format("D:20060102150405") + "+00'00'"
	w.object(f.tail.info)
	fmt.Fprintf(&w.out, "<<\n/Producer %s\n/Title %s\n/Subject %s\n/Keywords %s\n/Creator %s\n/CreationDate (%s)\n"+
		"/ModDate (%s)\n>>", hexText(producer), hexText(a.title), hexText(a.subject), hexText(a.keywords), hexText(producer),
		date, date)
	w.endObject()
	w.object(f.tail.root)
	fmt.Fprintf(&w.out, "<<\n/Type /Catalog\n/Pages 1 0 R\n/Version /1.7\n/Lang (%s)\n/ViewerPreferences "+
		"<< /DisplayDocTitle true >>\n/MarkInfo << /Marked true >>\n/StructTreeRoot %d 0 R\n/Metadata %d 0 R\n"+
		"/OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB) "+
		"/DestOutputProfile %d 0 R >>]\n", a.lang, tree, metadata, colours)
	if outlines > 0 {
		fmt.Fprintf(&w.out, "/Outlines %d 0 R\n", outlines)
	}
	w.out.WriteString(">>")
	w.endObject()
	id := sha256.Sum256(w.out.Bytes())
	table := w.out.Len()
	fmt.Fprintf(&w.out, "xref\n0 %d\n0000000000 65535 f \n", w.numbers)
	for _, offset := range w.offsets[1:] {
		fmt.Fprintf(&w.out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&w.out, "trailer\n<<\n/Size %d\n/Root %d 0 R\n/Info %d 0 R\n/ID [<%X> <%X>]\n>>\nstartxref\n%d\n%%%%EOF\n",
		w.numbers, f.tail.root, f.tail.info, id[:16], id[:16], table)
	return w.out.Bytes()
}

// producer is what made the file.
const producer = "supportledger"

// producedByUs stands in the properties of every file of ours that is not locked.
const producedByUs = "<pdf:Producer>" + producer + "</pdf:Producer>"

// bookmarks writes where the parts begin, and gives the number of their list; 0 for none.
func (w *rewriter) bookmarks(marks []mark, pages []int) int {
	if len(marks) == 0 {
		return 0
	}
	outlines := w.write(fmt.Sprintf("<<\n/Type /Outlines\n/First %d 0 R\n/Last %d 0 R\n/Count %d\n>>", w.numbers+1,
		w.numbers+len(marks), len(marks)))
	for i, m := range marks {
		object := fmt.Sprintf("<<\n/Title %s\n/Parent %d 0 R\n/Dest [%d 0 R /XYZ 0 %d null]\n", hexText(m.title), outlines,
			pages[m.page], int((pageHeight-m.top)/pointMM))
		if i > 0 {
			object += fmt.Sprintf("/Prev %d 0 R\n", outlines+i)
		}
		if i+1 < len(marks) {
			object += fmt.Sprintf("/Next %d 0 R\n", outlines+i+2)
		}
		w.write(object + ">>")
	}
	return outlines
}

// claim is what says in the properties that the file is one for archives.
const claim = `<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">` +
	`<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance></rdf:Description>`

// xmp are the properties of the file again, as XMP (ISO 16684-1).
func (a archive) xmp() string {
	text := func(s string) string {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(s)) // into memory: never fails
		return b.String()
	}
	at := a.created.Format("2006-01-02T15:04:05+00:00")
	return "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` + "\n" +
		claim + "\n" +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:format>application/pdf</dc:format>` +
		`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">` + text(a.title) + `</rdf:li></rdf:Alt></dc:title>` +
		`<dc:description><rdf:Alt><rdf:li xml:lang="x-default">` + text(a.subject) +
		`</rdf:li></rdf:Alt></dc:description><dc:language><rdf:Bag><rdf:li>` + a.lang +
		`</rdf:li></rdf:Bag></dc:language></rdf:Description>` + "\n" +
		`<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>` + producer +
		`</xmp:CreatorTool><xmp:CreateDate>` + at + `</xmp:CreateDate><xmp:ModifyDate>` + at +
		`</xmp:ModifyDate></rdf:Description>` + "\n" +
		`<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">` + producedByUs +
		`<pdf:Keywords>` + text(a.keywords) + `</pdf:Keywords></rdf:Description>` + "\n" +
		"</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>"
}

// srgb is the profile of the colours that the file's numbers mean: sRGB (IEC 61966-2-1), as an ICC profile of version
// 4.2 (ISO 15076-1) with the primaries adapted to D50 and the exact curve.
var srgb = sync.OnceValue(func() []byte {
	be := binary.BigEndian
	fixed := func(values ...float64) []byte {
		var b []byte
		for _, v := range values {
			b = be.AppendUint32(b, uint32(int32(v*65536+0.5))) //nolint:gosec // the profile's own numbers, all small
		}
		return b
	}
	xyz := func(x, y, z float64) []byte { return append([]byte("XYZ \x00\x00\x00\x00"), fixed(x, y, z)...) }
	words := func(s string) []byte {
		b := []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS")
		b = be.AppendUint32(be.AppendUint32(b, uint32(2*len(s))), 28) //nolint:gosec // short
		for _, c := range []byte(s) {
			b = append(b, 0, c)
		}
		return b
	}
	curve := append([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"),
		fixed(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)...)
	adapt := append([]byte("sf32\x00\x00\x00\x00"), fixed(1.047882, 0.022919, -0.050217, 0.029587, 0.990479, -0.017060,
		-0.009252, 0.015073, 0.751678)...)
	tags := []struct {
		name string
		data []byte
	}{{"desc", words("sRGB")}, {"cprt", words("No copyright, use freely")}, {"wtpt", xyz(0.96420, 1, 0.82491)},
		{"chad", adapt}, {"rXYZ", xyz(0.43607, 0.22249, 0.01392)}, {"gXYZ", xyz(0.38515, 0.71687, 0.09708)},
		{"bXYZ", xyz(0.14307, 0.06061, 0.71410)}, {"rTRC", curve}, {"gTRC", nil}, {"bTRC", nil}}
	const head, entry = 128, 12
	at := head + 4 + entry*len(tags)
	table, data := be.AppendUint32(nil, uint32(len(tags))), []byte{} //nolint:gosec // ten
	where, size := 0, 0
	for _, t := range tags {
		if t.data != nil { // else that of the tag before
			where, size = at+len(data), len(t.data)
			data = append(data, t.data...)
			data = append(data, make([]byte, (4-len(data)%4)%4)...)
		}
		table = append(table, t.name...)
		table = be.AppendUint32(be.AppendUint32(table, uint32(where)), uint32(size)) //nolint:gosec // below a thousand
	}
	profile := make([]byte, head, at+len(data))
	be.PutUint32(profile, uint32(at+len(data))) //nolint:gosec // below a thousand
	copy(profile[8:], "\x04\x20\x00\x00mntrRGB XYZ \x07\xea\x00\x01\x00\x01\x00\x00\x00\x00\x00\x00acsp")
	copy(profile[68:], fixed(0.96420, 1, 0.82491))
	return slices.Concat(profile, table, data)
})
