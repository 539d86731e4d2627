package page

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"supportledger/statements/figures"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// opened is a file as a library reads it that has not written it.
type opened struct {
	t   *testing.T
	of  *model.Context
	raw []byte
}

// open reads a file. The library's strictest reading knows the attachments of PDF/A-3 in PDF 2.0 only, so it is held
// against the pages without them.
func open(t *testing.T, pdf []byte) opened {
	t.Helper()
	atHome()
	conf := model.NewDefaultConfiguration()
	if content, _, _, err := Detach(pdf); err == nil {
		conf.ValidationMode = model.ValidationStrict
		if err := api.Validate(bytes.NewReader(content), conf); err != nil {
			t.Error(err)
		}
	}
	conf.ValidationMode = model.ValidationRelaxed
	of, err := api.ReadAndValidate(bytes.NewReader(pdf), conf)
	if err != nil {
		t.Fatal(err)
	}
	return opened{t, of, pdf}
}

func (o opened) get(v types.Object) types.Object {
	o.t.Helper()
	found, err := o.of.Dereference(v)
	if err != nil {
		o.t.Fatal(err)
	}
	return found
}

func (o opened) dict(v types.Object) types.Dict {
	o.t.Helper()
	switch d := o.get(v).(type) {
	case types.Dict:
		return d
	case types.StreamDict:
		return d.Dict
	}
	o.t.Fatalf("%v is no dictionary", v)
	return nil
}

func (o opened) array(v types.Object) types.Array {
	o.t.Helper()
	a, ok := o.get(v).(types.Array)
	if !ok {
		o.t.Fatalf("%v is no array", v)
	}
	return a
}

func (o opened) stream(v types.Object) string {
	o.t.Helper()
	s, ok := o.get(v).(types.StreamDict)
	if !ok {
		o.t.Fatalf("%v is no stream", v)
	}
	if err := s.Decode(); err != nil {
		o.t.Fatal(err)
	}
	return string(s.Content)
}

func (o opened) root() types.Dict {
	root, err := o.of.Catalog()
	if err != nil {
		o.t.Fatal(err)
	}
	return root
}

// sealedSample is the file of a sample with figures and proof.
func sealedSample(t *testing.T, v figures.Value) []byte {
	t.Helper()
	pdf, err := IssuedPDF(v, figures.Danish, "BCDF-GHJK-LMNP-QRST", "https://example.org/verify/BCDF-GHJK-LMNP-QRST")
	if err != nil {
		t.Fatal(err)
	}
	if pdf, err = Attach(pdf, v.JSON(figures.Danish), []byte(`{"proof":1}`)); err != nil {
		t.Fatal(err)
	}
	return pdf
}

// The rules of PDF/A-3 that a writer can break (ISO 19005-3, clause 6), each by itself, for every sample with its
// attachments. That fonts are embedded is in TestPDFIsSound.
func TestEveryRuleOfTheArchive(t *testing.T) {
	for name, v := range samples() {
		pdf := sealedSample(t, v)
		o := open(t, pdf)
		root := o.root()
		rules := map[string]bool{
			"6.1.2 header, and a comment of four bytes that are no text": regexp.MustCompile(
				`^%PDF-1\.7\n%[\x80-\xff]{4}\n`).Match(latin(pdf)),
			"6.1.3 identifier in every trailer, nothing encrypted, nothing after the end": bytes.Count(pdf, []byte("\n/ID [<")) ==
				bytes.Count(pdf, []byte("\ntrailer\n")) && !bytes.Contains(pdf, []byte("/Encrypt")) && bytes.HasSuffix(pdf, []byte("%%EOF\n")),
			"6.1.7 no stream in another file, no LZW":              !regexp.MustCompile(`/LZWDecode|/FFilter`).Match(pdf),
			"6.1.8 names are UTF-8 without #00":                    !regexp.MustCompile(`/[A-Za-z]+#00`).Match(pdf),
			"6.2.3 one output intent with its profile":             o.intends(root),
			"6.2.10 no transparency without a colour space":        !regexp.MustCompile(`/SMask \d|/CA |/ca |/BM `).Match(pdf),
			"6.3 no annotations":                                   !bytes.Contains(pdf, []byte("/Annot")),
			"6.5 no action, no script, no form":                    !regexp.MustCompile(`/(OpenAction|AA|JavaScript|AcroForm|XFA)\b`).Match(pdf),
			"6.6.2 the properties are XMP, not compressed":         o.hasXMP(root),
			"6.7.2 it is marked":                                   strings.Contains(root.String(), "Marked"),
			"6.7.4 a language":                                     root["Lang"] != nil,
			"the title is shown":                                   strings.Contains(root.String(), "DisplayDocTitle"),
			"6.8 each attachment says what it is to the statement": o.attaches(root),
		}
		for rule, holds := range rules {
			if !holds {
				t.Errorf("%s: %s", name, rule)
			}
		}
	}
}

// latin has a character for each byte, so that a regular expression finds those that are no UTF-8.
func latin(b []byte) []byte {
	runes := make([]rune, 0, 32)
	for _, c := range b[:min(len(b), 32)] {
		runes = append(runes, rune(c))
	}
	return []byte(string(runes))
}

func (o opened) intends(root types.Dict) bool {
	intents := o.array(root["OutputIntents"])
	if len(intents) != 1 {
		return false
	}
	d := o.dict(intents[0])
	profile := o.stream(d["DestOutputProfile"])
	return d["S"] == types.Name("GTS_PDFA1") && profile[36:40] == "acsp" && profile[16:20] == "RGB " &&
		len(profile) == int(profile[2])<<8+int(profile[3])
}

// hasXMP reports whether the XMP claims PDF/A-3 and says the same as the old properties.
func (o opened) hasXMP(root types.Dict) bool {
	d := o.dict(root["Metadata"])
	if d["Filter"] != nil || d["Subtype"] != types.Name("XML") {
		return false
	}
	text := o.stream(root["Metadata"])
	var whole struct {
		Inner string `xml:",innerxml"`
	}
	if err := xml.Unmarshal([]byte(text), &whole); err != nil {
		o.t.Error(err)
		return false
	}
	info := o.dict(*o.of.Info)
	for key, form := range map[string]string{"Title": `<rdf:li xml:lang="x-default">%s<`, "Subject": `default">%s<`,
		"Keywords": `<pdf:Keywords>%s<`, "Creator": `<xmp:CreatorTool>%s<`, "Producer": `<pdf:Producer>%s<`} {
		said, err := o.of.DereferenceText(info[key])
		if err != nil || said == "" || !strings.Contains(text, fmt.Sprintf(form, said)) {
			o.t.Errorf("%s is %q in one place only (%v)", key, said, err)
			return false
		}
	}
	day := regexp.MustCompile(`D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\+00'00'`)
	for key, tag := range map[string]string{"CreationDate": "CreateDate", "ModDate": "ModifyDate"} {
		m := day.FindStringSubmatch(info[key].String())
		if len(m) < 7 || !strings.Contains(text, fmt.Sprintf("<xmp:%s>%s-%s-%sT%s:%s:%s+00:00<", tag, m[1], m[2], m[3], m[4], m[5], m[6])) {
			o.t.Errorf("%s differs", key)
			return false
		}
	}
	return strings.Contains(text, "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A<")
}

func (o opened) attaches(root types.Dict) bool {
	names := o.array(o.dict(o.dict(root["Names"])["EmbeddedFiles"])["Names"])
	of := o.array(root["AF"])
	if len(names) != 4 || len(of) != 2 {
		return false
	}
	for i, want := range []string{"Data", "Supplement"} {
		spec := o.dict(of[i])
		files := o.dict(spec["EF"])
		file := o.dict(files["F"])
		if spec["AFRelationship"] != types.Name(want) || spec["F"] == nil || spec["UF"] == nil || spec["Desc"] == nil ||
			files["UF"] == nil || !strings.Contains(file.String(), "json") || o.dict(file["Params"])["ModDate"] == nil ||
			names[2*i+1].String() != of[i].String() {
			return false
		}
	}
	return true
}

// node is an element of the structure as the test reads it.
type node struct {
	tag, alt, scope string
	span            int
	kids            []*node
	text            string
}

// readStructure walks the structure. Every piece of every page is in exactly one element, which the page's own list
// names too, and whatever is painted is in a piece or is decoration.
func readStructure(o opened) *node {
	o.t.Helper()
	root := o.dict(o.root()["StructTreeRoot"])
	pieces := map[string]string{} // page and number: text
	for i := 1; i <= o.of.PageCount; i++ {
		page, at, _, err := o.of.PageDict(i, false)
		if err != nil {
			o.t.Fatal(err)
		}
		for n, text := range piecesOf(o.t, o.stream(page["Contents"])) {
			pieces[fmt.Sprintf("%d/%d", at.ObjectNumber.Value(), n)] = text
		}
	}
	listed := 0
	nums := o.array(o.dict(root["ParentTree"])["Nums"])
	for i := 1; i < len(nums); i += 2 {
		listed += len(o.array(nums[i]))
		for _, of := range o.array(nums[i]) {
			o.dict(of)
		}
	}
	if listed != len(pieces) {
		o.t.Errorf("%d pieces, %d of them in the pages' lists", len(pieces), listed)
	}
	document := o.node(o.array(root["K"])[0], pieces)
	if len(pieces) > 0 {
		o.t.Errorf("%d pieces are in no element: %v", len(pieces), pieces)
	}
	return document
}

func (o opened) node(v types.Object, pieces map[string]string) *node {
	d := o.dict(v)
	n := &node{tag: string(d["S"].(types.Name)), span: 1}
	if d["Alt"] != nil {
		n.alt, _ = o.of.DereferenceText(d["Alt"])
	}
	if d["A"] != nil {
		a := o.dict(d["A"])
		if s, ok := a["Scope"].(types.Name); ok {
			n.scope = string(s)
		}
		if s, ok := a["ColSpan"].(types.Integer); ok {
			n.span = s.Value()
		}
	}
	if d["K"] == nil {
		return n
	}
	for _, k := range o.array(d["K"]) {
		page, _ := d["Pg"].(types.IndirectRef)
		switch k := k.(type) {
		case types.Dict:
			page, _ = k["Pg"].(types.IndirectRef)
			n.text += o.taken(page, k["MCID"].(types.Integer), pieces)
		case types.Integer:
			n.text += o.taken(page, k, pieces)
		default:
			n.kids = append(n.kids, o.node(k, pieces))
		}
	}
	return n
}

func (o opened) taken(page types.IndirectRef, n types.Integer, pieces map[string]string) string {
	key := fmt.Sprintf("%d/%d", page.ObjectNumber.Value(), n.Value())
	text, there := pieces[key]
	if !there {
		o.t.Errorf("the piece %s is in two elements, or not there", key)
	}
	delete(pieces, key)
	return text
}

// piecesOf are the pieces of a page with how often each paints; it fails for what is painted outside of all.
func piecesOf(t *testing.T, content string) map[int]string {
	t.Helper()
	pieces, at, depth := map[int]string{}, -1, 0
	for rest := []byte(content); len(rest) > 0; {
		var line []byte
		line, rest = cutLine(rest)
		text := string(line)
		switch {
		case strings.HasSuffix(text, " BDC"):
			_, properties, _ := strings.Cut(text, "<<")
			if _, err := fmt.Sscanf(properties, "/MCID %d>>", &at); err != nil || depth > 0 {
				t.Fatalf("%q: %v", text, err)
			}
			pieces[at], depth = "", depth+1
		case text == "/Artifact BMC":
			at, depth = -1, depth+1
		case text == "EMC":
			depth--
		case strings.Contains(text, " Tj") || strings.Contains(text, " Do") || regexp.MustCompile(` [SfBbs]\*? *$`).MatchString(text):
			if depth != 1 {
				t.Errorf("painted outside of all pieces: %q", text)
			}
			if m := regexp.MustCompile(`(?s)\((.*)\) Tj`).FindStringSubmatch(text); m != nil && at >= 0 {
				pieces[at] += strings.NewReplacer("\x00", "", ") Tj (", "", "\\", "").Replace(m[1])
			}
		}
	}
	return pieces
}

// The structure says what a reader sees: one title, headings under it, tables whose rows have one number of cells and
// whose heads say so, pictures in words, lists of items, in the order of the paper.
func TestStructureOfEveryPaper(t *testing.T) {
	for name, v := range samples() {
		document := readStructure(open(t, sealedSample(t, v)))
		count := map[string]int{}
		var walk func(n *node)
		walk = func(n *node) {
			count[n.tag]++
			switch n.tag {
			case tagTable:
				columns := 0
				for i, tr := range n.kids {
					cells := 0
					for _, c := range tr.kids {
						cells += c.span
						if c.tag == tagHead && c.scope == "" || c.tag != tagHead && c.tag != tagCell {
							t.Errorf("%s: a head without scope, or no cell: %+v", name, c)
						}
					}
					if i == 0 {
						columns = cells
					} else if cells != columns {
						t.Errorf("%s: row %d of a table has %d cells, not %d", name, i+1, cells, columns)
					}
				}
			case tagFigure:
				if n.alt == "" {
					t.Errorf("%s: a picture without words", name)
				}
			case tagItem:
				if len(n.kids) != 2 || n.kids[0].tag != tagLabel || n.kids[1].tag != tagBody {
					t.Errorf("%s: an item of a list without label and body", name)
				}
			}
			for _, kid := range n.kids {
				walk(kid)
			}
		}
		walk(document)
		p := paperOf(v, figures.Danish)
		tables := 0
		for _, b := range p.blocks {
			if len(b.rows) > 0 {
				tables++
			}
		}
		headings := len(p.blocks)
		if len(p.notes) > 0 {
			headings++
		}
		if count["H1"] != 1 || count["H2"] != headings || count[tagTable] != tables || count[tagFigure] == 0 {
			t.Errorf("%s: %v, want %d headings and %d tables", name, count, headings, tables)
		}
		inOrder(t, name, p, document)
	}
}

// inOrder holds the order of the structure against that of the paper.
func inOrder(t *testing.T, name string, p paper, document *node) {
	t.Helper()
	var heads []string
	for _, n := range document.kids {
		if n.tag == "H1" || n.tag == "H2" {
			heads = append(heads, strings.TrimSpace(n.text))
		}
	}
	want := []string{p.title}
	for _, b := range p.blocks {
		want = append(want, strings.TrimSpace(b.title+" "+b.unit))
	}
	if len(p.notes) > 0 {
		want = append(want, words.notes.In(p.lang))
	}
	plain := func(all []string) []string { // the test reads the bytes of Latin letters only
		return figures.Each(all, func(s string) string { return regexp.MustCompile(`[^A-Za-z0-9 ]`).ReplaceAllString(s, "") })
	}
	if !slices.Equal(plain(heads), plain(want)) {
		t.Errorf("%s: headings are %q, want %q", name, heads, want)
	}
}

// A sealed statement can be locked, with its attachments, and the copy does not say that it is a file for archives.
func TestSealedIsLocked(t *testing.T) {
	for name, v := range samples() {
		locked, err := Lock(sealedSample(t, v), "correct horse battery")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if FormOf(locked) != Locked || bytes.Contains(locked, []byte("pdfaid")) {
			t.Errorf("%s: it is %s, or claims to be for archives", name, FormOf(locked))
		}
	}
}
