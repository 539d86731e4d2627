package ledger

import (
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

var update = flag.Bool("update-leaves", false, "write testdata/leaves.golden anew; only ever to add vectors")

// vectors are entries whose leaves are frozen: a leaf that changes makes every earlier checkpoint worthless.
func vectors() []entryRecord {
	entry, corrected, external, opened, drawn := EntryID("ent_3"), EntryID("ent_4"), "INV-7", LotID("lot_1"),
		LotID("lot_2")
	full := entryRecord{entryRow: entryRow{Seq: 7, ID: "ent_7", FiscalYear: 2026, Number: 7, Date: "2026-02-01",
		Book: "actual", Text: "Tuition, semester 1", Act: "liquidation",
		Source: "dsb_1", LineCount: 2, Reverses: &entry, Corrects: &corrected, Reason: "wrong amount", ExternalID: &external,
		CreatedBy: "usr_1",
		CreatedAt: "2026-02-01T09:00:00.000000Z"},
		Lines: []lineRow{
			{Line: 1, Account: "5200", Fund: "G1", Currency: "NGN", Amount: 36000000, Base: 159292, Category: "tuition",
				Plan: "P-101", Payee: "U-01", Partner: "NG-01", Lot: &opened},
			{Line: 2, Account: "1300", Fund: "G1", Currency: "NGN", Amount: -36000000, Base: -159292, Plan: "P-101",
				Partner: "NG-01", Lot: &drawn}},
		Lots: []lotRow{{ID: "lot_1", Kind: "currency", Account: "1300", Holder: "NG-01", Fund: "G1", Currency: "NGN",
			Rate:     "226 NGN/DKK",
			OpenedOn: "2026-01-20", Name: "T-001", Quantity: 91800000, Cost: 406195}}}
	plain := entryRecord{entryRow: entryRow{Seq: 1, ID: "ent_1", FiscalYear: 2026, Number: 1, Date: "2026-01-01",
		Book: "actual", Text: "Opening balance", Act: "opening",
		LineCount: 2, CreatedAt: "2026-01-15T09:00:00.000000Z"},
		Lines: []lineRow{{Line: 1, Account: "1010", Fund: "UNR", Currency: "DKK", Amount: 25000000, Base: 25000000},
			{Line: 2, Account: "3100", Fund: "UNR", Currency: "DKK", Amount: -25000000, Base: -25000000}}}
	danish := plain
	danish.Text = "Åbningsbalance – ṣéẹ́"
	smallest := plain
	smallest.Lines = []lineRow{{Line: 1, Account: "1010", Fund: "UNR", Currency: "DKK", Amount: -9223372036854775808,
		Base: 9223372036854775807}}
	return []entryRecord{full, plain, danish, smallest, {}}
}

func TestLeavesAreFrozen(t *testing.T) {
	var got strings.Builder
	var e proof.Encoder
	for i, v := range vectors() {
		l := v.leaf(&e, proof.Seal("0123456789abcdef"))
		fmt.Fprintf(&got, "vector %d\nseal %x\nleaf %x\nhash %x\n", i+1, []byte(l.Seal), e.Data(), l.Hash[:])
	}
	const file = "testdata/leaves.golden"
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("leaves changed: every checkpoint ever signed would be contradicted (-want +got):\n%s", diff)
	}
}

// left out of leaves, by table.column, with the reason.
var leftOut = map[string]string{
	"lots.opened_seq":       "the lot stands inside the leaf of the entry with this seq",
	"lots.open_quantity":    "a sum of lines; verify recomputes it",
	"lots.open_cost":        "a sum of lines; verify recomputes it",
	"entry_lines.entry_seq": "the line stands inside the leaf of the entry with this seq",
}

// Every stored field of an entry, its lines and lots is in the leaf: a new column has to go into leaf.go,
// store_verify.go and docs/PROOF.md (empty values are left out, so old leaves stay as they are) or into the list above.
func TestLeavesHoldEveryColumn(t *testing.T) {
	db := storetest.SQLite(t)
	full := vectors()[0]
	var e proof.Encoder
	full.leaf(&e, proof.Seal("0123456789abcdef"))
	in := fieldsOf(t, e.Data()[len("supportledger/leaf")+2:])
	for table, group := range map[string]string{"entries": "", "entry_lines": "line/", "lots": "lot/"} {
		var columns []string
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.NewRaw("SELECT name FROM pragma_table_info(?)", table).Scan(t.Context(), &columns)
		}); err != nil {
			t.Fatal(err)
		}
		if len(columns) < 5 {
			t.Fatalf("table %s has only %d columns: this test looks at nothing", table, len(columns))
		}
		for _, c := range columns {
			if !in[group+c] && leftOut[table+"."+c] == "" {
				t.Errorf("column %s.%s is in no leaf: whoever changes it is not found", table, c)
			}
		}
	}
}

// fieldsOf lists the names of a leaf's fields, those of groups with the group's name before.
func fieldsOf(t *testing.T, b []byte) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	next := func(b []byte) (part, rest []byte) {
		if len(b) < 4 || int(binary.BigEndian.Uint32(b)) > len(b)-4 {
			t.Fatalf("the leaf breaks off at %s", hex.EncodeToString(b))
		}
		n := 4 + int(binary.BigEndian.Uint32(b))
		return b[4:n], b[n:]
	}
	for len(b) > 0 {
		var name, value []byte
		name, b = next(b)
		value, b = next(b)
		names[string(name)] = true
		if (string(name) == "line" || string(name) == "lot") && len(value) > 8 {
			for inner := range fieldsOf(t, value) {
				names[string(name)+"/"+inner] = true
			}
		}
	}
	return names
}

// What an entry's leaf is when it is posted is what its rows give when they are read back.
func TestLeafSurvivesTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		book := Book{Base: "DKK", General: "UNR", Organisation: "Test"}
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			if err := Create(t.Context(), tx, book); err != nil {
				return err
			}
			if err := book.OpenFund(t.Context(), tx, Fund{Code: "UNR", Name: "General", Restriction: Unrestricted,
				OpenedOn: "2026-01-01"}); err != nil {
				return err
			}
			kr := func(minor int64) Money { return OfMinor(minor, "DKK") }
			entry := Entry{Date: "2026-01-01", Text: "Åbning 'x' ?", Act: "opening", Source: "s", Reason: "because",
				ExternalID: "X-1",
				Lines: []Line{Base("1010", "UNR", kr(100)), {Account: "3100", Fund: "UNR", Amount: kr(-100), Base: kr(-100),
					Payee: "A-01", Plan: "P", Category: "c", Partner: "N"}}}
			_, err := book.Post(t.Context(), tx, entry)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			var found proof.Findings
			v, err := book.Verify(t.Context(), tx, func() int64 { return 1 }, &found, func(int64) {})
			if err != nil || len(found.List) > 0 || v.Entries != 1 || v.Lines != 2 {
				t.Errorf("%v: %+v, found %v", err, v, found.List)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
