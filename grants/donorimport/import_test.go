package donorimport_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/access/vault"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/grants/donorimport"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/grants/grantstest"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
	"supportledger/store/storetest"
)

// importer is an office that reads files of donors and gifts.
type importer struct {
	*grantstest.Fixture
	files donorimport.Importer
}

func (o importer) upload(
	kind donorimport.Kind, profile journal.ImportProfile, content string,
) (im donorimport.Import, p donorimport.Preview, err error) {
	err = o.Do("finance", func(tx *store.Tx) error {
		im, p, err = o.files.Upload(o.Context(), tx, donorimport.File{Kind: kind, Profile: profile,
			Name: "file", Content: []byte(content)})
		return err
	})
	return im, p, err
}

func (o importer) commit(im donorimport.Import) (out donorimport.Import, err error) {
	err = o.Do("finance", func(tx *store.Tx) error {
		out, err = o.files.Commit(o.Context(), tx, im.ID)
		return err
	})
	return out, err
}

func (o importer) undo(im donorimport.Import) error {
	return o.Do("finance", func(tx *store.Tx) error {
		_, err := o.files.Undo(o.Context(), tx, im.ID, "The file was of another year")
		return err
	})
}

// taken uploads and commits a file that is good.
func (o importer) taken(kind donorimport.Kind, profile journal.ImportProfile, content string) donorimport.Import {
	o.Helper()
	im, _, err := o.upload(kind, profile, content)
	o.Must(err)
	im, err = o.commit(im)
	o.Must(err)
	return im
}

// faults writes what is wrong with a preview's rows: "3 tax_id grants: …".
func faults(p donorimport.Preview) (found []string) {
	for _, row := range p.Rows {
		for _, f := range row.Faults {
			found = append(found, fmt.Sprintf("%d %s: %v", row.Row, f.Column, f.Err))
		}
	}
	return found
}

// counted says how many rows of some tables there are.
func (o importer) counted(tables ...string) (counts []int) {
	o.Helper()
	o.Must(o.DB.View(o.Context(), func(tx *store.Tx) error {
		for _, table := range tables {
			var n int
			if err := tx.NewRaw("SELECT COUNT(*) FROM "+table).Scan(o.Context(), &n); err != nil {
				return err
			}
			counts = append(counts, n)
		}
		return nil
	}))
	return counts
}

func eachImporter(t *testing.T, fn func(o importer)) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		office := grantstest.Open(t, db)
		o := importer{office, donorimport.Importer{Gifts: gifts.Register{Grants: office.Register}, Vault: vaulttest.New(t)}}
		o.Must(o.Do("", func(tx *store.Tx) error {
			return o.Register.Book.OpenFund(t.Context(), tx, ledger.Fund{Code: "D1", Restriction: ledger.PurposeBound,
				OpenedOn: "2026-01-01"})
		}))
		fn(o)
	})
}

// held is what a fund has on an account, in base currency.
func (o importer) held(account ledger.AccountNo, fund ledger.FundCode) string {
	o.Helper()
	held := grantstest.Money("0.00", "DKK")
	o.Must(o.DB.View(o.Context(), func(tx *store.Tx) error {
		sums, err := o.Register.Book.Activity(o.Context(), tx, fund, ledger.Span{})
		for _, s := range sums {
			if s.Account == account {
				held = held.Add(s.Base)
			}
		}
		return err
	}))
	return held.String()
}

const donorFile = `code,kind,name,language,delivery,tax_id,email,address
D-1,person,Zwiebelkuchen Qq,da,email,010170-1234,zwiebel@example.org,
D-2,institution,Foundation Q,en,none,DK12345678,,
,legacy,Estate of Qq,da,post,,,Somewhere 1
`

// A file of donors: looked at, put on record with everything personal sealed and nothing of it in clear anywhere, taken
// back.
func TestImportDonors(t *testing.T) {
	eachImporter(t, func(o importer) {
		im, p, err := o.upload(donorimport.Donors, journal.ProfileRFC4180, donorFile)
		if err != nil || p.New != 3 || p.Errors+p.Duplicate != 0 || im.State != journal.ImportPreviewed {
			o.Fatalf("%+v %+v %v", im, p, err)
		}
		if _, _, err := o.upload(donorimport.Donors, journal.ProfileRFC4180, donorFile); !errors.Is(err,
			journal.ErrImportExists) {
			o.Errorf("the same file twice: %v", err)
		}
		o.clear("Zwiebelkuchen", "010170", "zwiebel@", "Somewhere", "Estate of")
		im, err = o.commit(im)
		o.Must(err)
		if im.Made != 3 || o.counted("donor_import_parts")[0] != 0 {
			o.Errorf("%+v, the file is still there", im)
		}
		o.clear("Zwiebelkuchen", "010170", "zwiebel@", "Somewhere", "Estate of")
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			opened, err := donors.Open(o.Context(), tx, o.files.Vault, "D-1", donors.Disclosure{
				Fields: []donors.Field{donors.Name, donors.TaxID, donors.Email}, Reason: "The test reads it once"})
			want := map[donors.Field]string{donors.Name: "Zwiebelkuchen Qq", donors.TaxID: "0101701234",
				donors.Email: "zwiebel@example.org"}
			if diff := cmp.Diff(want, opened); diff != "" {
				o.Error(diff)
			}
			d, err2 := donors.Find(o.Context(), tx, "D-2")
			if d.Name != "Foundation Q" || len(d.Sealed) != 1 {
				o.Errorf("the institution %+v", d)
			}
			return errors.Join(err, err2)
		}))
		if _, err := o.commit(im); !errors.Is(err, journal.ErrImportState) {
			o.Errorf("committed twice: %v", err)
		}
		again, p, err := o.upload(donorimport.Donors, journal.ProfileRFC4180, donorFile+"D-9,person,,da,none,,,\n")
		if err != nil || p.Duplicate != 2 || p.New != 2 {
			o.Errorf("what is there already: %+v %v", p, err)
		}
		gift := o.taken(donorimport.Gifts, journal.ProfileDanish, "donor;fund;date;gross\nD-1;D1;03-03-2026;5000,00\n")
		if err := o.undo(im); !errors.Is(err, donors.ErrDonorInUse) {
			o.Errorf("undone under a gift: %v", err)
		}
		o.Must(o.undo(gift))
		if err := o.undo(im); !errors.Is(err, donors.ErrDonorInUse) {
			o.Errorf("undone under a gift that was taken back, which the books still name: %v", err)
		}
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			_, err := o.files.Discard(o.Context(), tx, again.ID)
			return err
		}))
		before := o.counted("donors", "donor_secrets")
		other := o.taken(donorimport.Donors, journal.ProfileRFC4180, "code,kind,name\nX-1,person,Someone Else\n")
		o.Must(o.undo(other))
		if diff := cmp.Diff(before, o.counted("donors", "donor_secrets")); diff != "" {
			o.Error(diff)
		}
		o.taken(donorimport.Donors, journal.ProfileRFC4180, "code,kind,name\nX-1,person,Someone Else\n")
	})
}

// clear wants texts to stand nowhere in the database, neither as text nor as bytes.
func (o importer) clear(texts ...string) {
	o.Helper()
	columns := `SELECT m.name || '.' || c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c
		WHERE m.type = 'table'`
	if o.DB.Engine() == store.Postgres {
		columns = `SELECT table_name || '.' || column_name FROM information_schema.columns
			WHERE table_schema = current_schema()`
	}
	o.Must(o.DB.View(o.Context(), func(tx *store.Tx) error {
		var names []string
		if err := tx.NewRaw(columns).Scan(o.Context(), &names); err != nil {
			return err
		}
		if len(names) < 300 {
			o.Errorf("only %d columns are searched", len(names))
		}
		for _, name := range names {
			table, column, _ := strings.Cut(name, ".")
			var values []string
			if err := tx.NewRaw(fmt.Sprintf(`SELECT CAST(%q AS TEXT) FROM %q WHERE %[1]q IS NOT NULL`, column, table)).
				Scan(o.Context(), &values); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			all := strings.Join(values, "\n")
			for _, text := range texts {
				if strings.Contains(all, text) || strings.Contains(all, hex.EncodeToString([]byte(text))) {
					o.Errorf("%s holds %q", name, text)
				}
			}
		}
		return nil
	}))
}

// Everything that is wrong with a row is told at its column, nothing of what stands there is repeated, and nothing is
// put on record.
func TestImportRowsThatAreWrong(t *testing.T) {
	eachImporter(t, func(o importer) {
		o.taken(donorimport.Donors, journal.ProfileRFC4180, "code,kind,name\nD-1,person,\nD-2,institution,Fund\n")
		o.Sign("G1", grantstest.Money("1000.00", "DKK"), grantstest.Deferred())
		before := o.counted("donors", "donor_secrets", "gifts", "entries")
		givers, p, err := o.upload(donorimport.Donors, journal.ProfileRFC4180,
			`code,kind,name,language,delivery,tax_id,email,address
X-3,person,Secretname,da,none,101701234,,
D-4,persons,,dk,pigeon,,,
D-5,institution,,da,email,1234567,nobody at,
D-2,institution,Another,da,none,,,
D-6,person,,da,post,,,
D-6,person,,da,none,,,
`)
		o.Must(err)
		want := []string{"2 tax_id", "3 kind", "3 language", "3 delivery", "4 name", "4 tax_id", "4 email", "5 code",
			"6 address", "7 code"}
		o.wrong(p, want, "Secretname", "101701234", "pigeon", "nobody")
		given, p, err := o.upload(donorimport.Gifts, journal.ProfileDanish,
			`number;donor;fund;date;gross;fee;account;anonymous;pledge
1;Someone;D1;03-03-2026;500,00;;;;
2;D-1;G1;03-03-2026;500.00;;;;
3;D-1;NONE;2026-02-30;0,00;;1020;maybe;PL-9
4;D-1;D1;2026-03-03;10,00;10,00;9999;ja;
4;D-1;D1;2026-03-03;10,00;0,50;;nej;
`)
		o.Must(err)
		o.wrong(p, []string{"2 donor", "3 gross", "3 fund", "4 date", "4 gross", "4 anonymous", "4 fund", "4 account",
			"4 pledge", "5 fee", "5 account", "6 number"}, "Someone", "maybe")
		for _, im := range []donorimport.Import{givers, given} {
			if _, err := o.commit(im); !errors.Is(err, journal.ErrImportRows) {
				o.Errorf("committed: %v", err)
			}
		}
		if diff := cmp.Diff(before, o.counted("donors", "donor_secrets", "gifts", "entries")); diff != "" {
			o.Errorf("something was written:\n%s", diff)
		}
		for name, content := range map[string]string{"no head line": "Secretname Zz,person\nD-1,person\n",
			"no kind": "code\nD-1\n", "nothing": "kind\n"} {
			if _, _, err := o.upload(donorimport.Donors, journal.ProfileRFC4180, content); !errors.Is(err,
				journal.ErrImportFile) || strings.Contains(err.Error(), "Secretname") {
				o.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := (importer{o.Fixture, donorimport.Importer{Gifts: o.files.Gifts}}).upload(donorimport.Gifts,
			journal.ProfileRFC4180,
			"donor,fund,date,gross\nD-1,D1,2026-03-03,1.00\n"); !errors.Is(err, vault.ErrNoVault) {
			o.Errorf("without a vault: %v", err)
		}
	})
}

func (o importer) wrong(p donorimport.Preview, want []string, secrets ...string) {
	o.Helper()
	found := faults(p)
	for i, f := range found {
		for _, s := range secrets {
			if strings.Contains(f, s) {
				o.Errorf("%q repeats %q", f, s)
			}
		}
		found[i], _, _ = strings.Cut(f, ":")
	}
	if diff := cmp.Diff(want, found); diff != "" {
		o.Errorf("faults (-want +got):\n%s", diff)
	}
}

// A file of gifts is posted as one batch, in all three profiles alike, is known again by its numbers, and is undone as
// one batch of reversals; what was undone counts nowhere any more and its numbers can be used again.
func TestImportGifts(t *testing.T) {
	eachImporter(t, func(o importer) {
		o.taken(donorimport.Donors, journal.ProfileRFC4180, "code,kind,name\nD-1,person,\nD-2,institution,Fund\n")
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			d, err := donors.Find(o.Context(), tx, "D-1")
			o.Must(err)
			_, err = o.files.Gifts.MakePledge(o.Context(), tx, gifts.Pledge{Number: "PL-1", Donor: d, Fund: "D1",
				On:      "2026-01-02",
				Amount:  grantstest.Money("500.00", "DKK"),
				Planned: []grants.Planned{{DueOn: "2026-02-01", Amount: grantstest.Money("500.00", "DKK")}}})
			return err
		}))
		danish := "number;donor;fund;date;gross;fee;anonymous;pledge\nA1;D-1;D1;03-03-2026;500,00;5,00;ja;PL-1\n" +
			"A2;D-2;UNR;2026-03-04;1234,56;;;\n"
		im, p, err := o.upload(donorimport.Gifts, journal.ProfileDanish, danish)
		if err != nil || p.New != 2 || p.Total.String() != "1734.56" {
			o.Fatalf("%+v %v %v", p, faults(p), err)
		}
		im, err = o.commit(im)
		o.Must(err)
		o.wantGifts("D1 1010 500.00, UNR 1010 251229.56", "A1 anonymous standing", "A2 standing")
		_, p, err = o.upload(donorimport.Gifts, journal.ProfileRFC4180,
			"number,donor,fund,date,gross,fee\nA1,D-1,D1,2026-03-03,500.00,5.00\n"+
				"A2,D-2,UNR,2026-03-04,1234.56,\nA3,D-2,UNR,2026-03-05,10.00,\n")
		if err != nil || p.Duplicate != 2 || p.New != 1 {
			o.Errorf("what is there already: %+v %v %v", p, faults(p), err)
		}
		_, p, err = o.upload(donorimport.Gifts, journal.ProfileRFC4180,
			"number,donor,fund,date,gross\nA1,D-1,D1,2026-03-03,500.01\n")
		if err != nil || p.Errors != 1 {
			o.Errorf("another gift under the number: %+v %v", p, err)
		}
		o.Must(o.undo(im))
		o.wantGifts("D1 1010 0.00, UNR 1010 250000.00", "A1 anonymous reversed", "A2 reversed")
		if err := o.Do("finance", func(tx *store.Tx) error {
			_, err := o.files.Gifts.Refund(o.Context(), tx, "A1", "2026-03-20")
			return err
		}); !errors.Is(err, gifts.ErrGiftReversed) {
			o.Errorf("given back after it was reversed: %v", err)
		}
		again := o.taken(donorimport.Gifts, journal.ProfileDanish, danish)
		o.wantGifts("D1 1010 500.00, UNR 1010 251229.56", "A1 anonymous reversed", "A2 reversed", "A1~2 anonymous standing",
			"A2~2 standing")
		o.Must(o.Do("finance", func(tx *store.Tx) error {
			_, err := o.files.Gifts.Refund(o.Context(), tx, "A1~2", "2026-03-20")
			return err
		}))
		if err := o.undo(again); !errors.Is(err, gifts.ErrGiftRefunded) {
			o.Errorf("undone although one was given back: %v", err)
		}
	})
}

// wantGifts compares what funds hold, what stands of the gifts, and that list and pledge count what stands.
func (o importer) wantGifts(balances string, want ...string) {
	o.Helper()
	o.Must(o.DB.View(o.Context(), func(tx *store.Tx) error {
		all, err := o.files.Gifts.Gifts(o.Context(), tx, gifts.Filter{})
		o.Must(err)
		var found []string
		standing, pledged := grantstest.Money("0.00", "DKK"), grantstest.Money("0.00", "DKK")
		for _, g := range all {
			words := []string{g.Number}
			if g.Anonymous {
				words = append(words, "anonymous")
			}
			if g.ReversedOn != "" {
				found = append(found, strings.Join(append(words, "reversed"), " "))
				continue
			}
			standing = standing.Add(g.Gross)
			if g.Pledge != "" {
				pledged = pledged.Add(g.Gross)
			}
			found = append(found, strings.Join(append(words, "standing"), " "))
		}
		if diff := cmp.Diff(want, found); diff != "" {
			o.Error(diff)
		}
		list, err := o.files.Gifts.Totals(o.Context(), tx, 2026, store.Keyset{})
		o.Must(err)
		listed := grantstest.Money("0.00", "DKK")
		for _, l := range list {
			listed = listed.Add(l.Total)
		}
		pl, err := o.files.Gifts.Pledge(o.Context(), tx, "PL-1")
		o.Must(err)
		standings, err := o.files.Gifts.Standings(o.Context(), tx, []gifts.Pledge{pl}, "2026-12-31")
		s := standings[0]
		if listed.Cmp(standing) != 0 || s.Paid.Cmp(pledged) != 0 {
			o.Errorf("the list has %s, the pledge %s; %s and %s stand", listed, s.Paid, standing, pledged)
		}
		return err
	}))
	var got []string
	for _, fund := range []ledger.FundCode{"D1", "UNR"} {
		got = append(got, fmt.Sprintf("%s 1010 %s", fund, o.held("1010", fund)))
	}
	if joined := strings.Join(got, ", "); joined != balances {
		o.Errorf("%s, want %s", joined, balances)
	}
}
