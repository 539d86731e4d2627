package page

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A PDF may be continued: objects are appended, a second table says where they are, and the first bytes stay as they
// are (ISO 32000-1, 7.5.6). So an issued statement is continued with its attachments. Every byte of it is ours, so it
// is the same every time.

// errPDF is a document that is not built as ours are.
var errPDF = errors.New("statements: this is not a PDF that was written here")

// tail is what is appended to a document.
type tail struct {
	base    []byte
	prev    int // offset of the table before
	size    int // number of the next object
	root    int
	info    int
	id      string // the line of the identifier; "" for none
	catalog string // the present dictionary of the root, without its brackets
	out     bytes.Buffer
	offsets []int // of the new objects, from number size on
	rootAt  int
}

var (
	trailerForm = regexp.MustCompile(
		`trailer\n<<\n/Size (\d+)\n/Root (\d+) 0 R\n/Info (\d+) 0 R\n` +
			`(/ID \[[^\]]*\]\n)?(?:/Prev \d+\n)?>>\nstartxref\n(\d+)\n%%EOF\n$`)
	noNames = regexp.MustCompile(
		`/Names <<\s*/EmbeddedFiles << /Names \[\s*\] >>\s*>>\s*`) // an empty list that gofpdf writes
	changedForm = regexp.MustCompile(`\n/ModDate (\(D:\d{14}\+00'00'\))\n`)
	kidForm     = regexp.MustCompile(`(\d+) 0 R`)
)

// continued reads what a tail needs to know of a document.
func continued(pdf []byte) (*tail, error) {
	last := pdf[max(0, len(pdf)-400):]
	m := trailerForm.FindSubmatch(last)
	if m == nil {
		return nil, errPDF
	}
	t := &tail{base: pdf}
	t.id = string(m[4])
	for i, into := range map[int]*int{1: &t.size, 2: &t.root, 3: &t.info, 5: &t.prev} {
		n, err := strconv.Atoi(string(m[i]))
		if err != nil || n >= len(pdf) {
			return nil, errPDF
		}
		*into = n
	}
	head := fmt.Sprintf("\n%d 0 obj\n<<", t.root)
	at := bytes.LastIndex(pdf, []byte(head))
	if at < 0 {
		return nil, errPDF
	}
	catalog, _, found := bytes.Cut(pdf[at+len(head):], []byte("\nendobj"))
	if !found || !bytes.HasSuffix(bytes.TrimSpace(catalog), []byte(">>")) {
		return nil, errPDF
	}
	t.catalog = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(string(catalog)), ">>"))
	t.catalog = strings.TrimSpace(noNames.ReplaceAllString(t.catalog, ""))
	return t, nil
}

// add appends an object and gives its number.
func (t *tail) add(object string) int {
	number := t.size + len(t.offsets)
	t.offsets = append(t.offsets, len(t.base)+t.out.Len())
	fmt.Fprintf(&t.out, "%d 0 obj\n%s\nendobj\n", number, object)
	return number
}

// end appends the root with more in its dictionary, the table and the trailer, and gives the whole document.
func (t *tail) end(more string) []byte {
	t.rootAt = len(t.base) + t.out.Len()
	fmt.Fprintf(&t.out, "%d 0 obj\n<<\n%s\n%s>>\nendobj\n", t.root, t.catalog, more)
	table := len(t.base) + t.out.Len()
	fmt.Fprintf(&t.out, "xref\n%d 1\n%010d 00000 n \n", t.root, t.rootAt)
	if len(t.offsets) > 0 {
		fmt.Fprintf(&t.out, "%d %d\n", t.size, len(t.offsets))
	}
	for _, offset := range t.offsets {
		fmt.Fprintf(&t.out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&t.out, "trailer\n<<\n/Size %d\n/Root %d 0 R\n/Info %d 0 R\n%s/Prev %d\n>>\nstartxref\n%d\n%%%%EOF\n",
		t.size+len(t.offsets), t.root, t.info, t.id, t.prev, table)
	return slices.Concat(t.base, t.out.Bytes())
}

// hexText is a text as PDF has it in a dictionary: UTF-16, big-endian, in hexadecimal.
func hexText(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// The attachments of an issued statement.
const (
	figuresFile = "figures.json"
	proofFile   = "proof.json"
	tailMark    = "%supportledger 1 " // then the lengths of content, figures and proof
)

// Attach appends figures and proof to the content of an issued statement.
func Attach(content, figures, proof []byte) ([]byte, error) {
	t, err := continued(content)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(&t.out, "%s%d %d %d\n", tailMark, len(content), len(figures), len(proof))
	changed := changedForm.FindSubmatch(content)
	if changed == nil {
		return nil, errPDF
	}
	var names, files []string
	for _, f := range []struct {
		name, relation, about string
		data                  []byte
	}{{figuresFile, "Data", "The figures of the statement", figures},
		{proofFile, "Supplement", "The proof that the statement was issued", proof}} {
		n := t.add(fmt.Sprintf("<<\n/Type /EmbeddedFile\n/Subtype /application#2Fjson\n/Length %d\n/Params << /Size %d "+
			"/ModDate %s >>\n>>\nstream\n%s\nendstream", len(f.data), len(f.data), changed[1], f.data))
		spec := t.add(fmt.Sprintf("<<\n/Type /Filespec\n/F (%s)\n/UF (%s)\n/Desc (%s)\n/AFRelationship /%s\n"+
			"/EF << /F %d 0 R /UF %d 0 R >>\n>>", f.name, f.name, f.about, f.relation, n, n))
		names = append(names, fmt.Sprintf("(%s) %d 0 R", f.name, spec))
		files = append(files, fmt.Sprintf("%d 0 R", spec))
	}
	return t.end(fmt.Sprintf("/Names << /EmbeddedFiles << /Names [%s] >> >>\n/AF [%s]\n", strings.Join(names, " "),
		strings.Join(files, " "))), nil
}

// Form is what a file is, as far as its bytes tell without any key.
type Form string

// The forms of files.
const (
	NoStatement Form = "not_a_statement" // no PDF, or one that another program wrote
	Locked      Form = "locked"          // a PDF that opens with a passphrase
	Unsealed    Form = "not_sealed"      // a PDF of ours without figures and proof: a draft, or not sealed yet
	Sealed      Form = "sealed"          // it claims to be a sealed statement
)

// FormOf says what a file is. The public page comes to the same answer in the browser.
func FormOf(file []byte) Form {
	switch {
	case !bytes.HasPrefix(file, []byte("%PDF-")):
		return NoStatement
	case bytes.Contains(file, []byte("\n"+tailMark)):
		return Sealed
	case bytes.Contains(file[max(0, len(file)-4096):], []byte("/Encrypt")):
		return Locked
	}
	if bytes.Contains(file, []byte(producedByUs)) && trailerForm.Match(file[max(0, len(file)-400):]) {
		return Unsealed
	}
	return NoStatement
}

// Detach takes an issued document apart. What it gives is only then true when attached makes exactly the document of it
// again, which it checks.
func Detach(pdf []byte) (content, figures, proof []byte, err error) {
	at := bytes.LastIndex(pdf, []byte("\n"+tailMark)) + 1
	if at == 0 {
		return nil, nil, nil, errPDF
	}
	line, _, _ := bytes.Cut(pdf[at:], []byte("\n"))
	var lengths [3]int
	n, err := fmt.Sscanf(string(line[len(tailMark):]), "%d %d %d", &lengths[0], &lengths[1], &lengths[2])
	if err != nil || n != 3 || lengths[0] != at {
		return nil, nil, nil, errPDF
	}
	rest := pdf[at:]
	files := make([][]byte, 0, 2)
	for _, length := range lengths[1:] {
		_, after, found := bytes.Cut(rest, []byte("\nstream\n"))
		if !found || length < 0 || length > len(after) {
			return nil, nil, nil, errPDF
		}
		files, rest = append(files, after[:length]), after[length:]
	}
	again, err := Attach(pdf[:at], files[0], files[1])
	if err != nil || !bytes.Equal(again, pdf) {
		return nil, nil, nil, errPDF
	}
	return pdf[:at], files[0], files[1], nil
}
