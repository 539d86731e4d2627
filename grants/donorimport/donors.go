package donorimport

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"supportledger/grants/donors"
	"supportledger/ledger"
	"supportledger/ledger/journal"
	"supportledger/store"
)

// MaxDonors is how many donors a file may have: each gets a key, which the disk has to keep.
const MaxDonors = 1000

// newDonor is a row of a file of donors: who it is, and what is to be sealed.
type newDonor struct {
	donors.Donor
	personal map[donors.Field]string
}

// readDonors reads a file of donors.
func (im Importer) readDonors(ctx context.Context, tx *store.Tx, f File) (contents, error) {
	sheet, err := journal.ReadSheet(f.Profile, f.Content, []string{"kind"},
		[]string{"code", "name", "language", "delivery", "tax_id", "email", "address"})
	if err != nil {
		return contents{}, err
	}
	rows := sheet.Rows()
	if len(rows) > MaxDonors {
		return contents{}, &journal.ImportFault{Row: rows[MaxDonors].Number,
			Why: "the file has more than 1000 donors; cut it in two"}
	}
	known, err := donors.ByCode(ctx, tx, column(sheet, "code"))
	if err != nil {
		return contents{}, err
	}
	seen := map[string]bool{}
	out := contents{preview: Preview{Total: ledger.Zero(im.Gifts.Grants.Book.Base)}}
	for _, source := range rows {
		d, row := im.readDonor(func(column string) string { return sheet.Cell(source, column) })
		row.Row = source.Number
		if before, there := known[d.Code]; there {
			if row.Status = journal.RowDuplicate; before.Kind != d.Kind || before.Name != d.Name {
				row.fault("code", donors.ErrDuplicateDonor)
			}
		} else if seen[d.Code] {
			row.fault("code", donors.ErrDuplicateDonor)
		}
		seen[d.Code] = d.Code != ""
		if out.add(row) {
			out.donors = append(out.donors, d)
		}
	}
	return out, nil
}

// column lists the different values of a column, without the empty one.
func column(sheet journal.Sheet, name string) []string {
	var values []string
	for _, row := range sheet.Rows() {
		if value := sheet.Cell(row, name); value != "" {
			values = append(values, value)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

var (
	cprNumber = regexp.MustCompile(`^(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}-?[0-9]{4}$`)
	cvrNumber = regexp.MustCompile(`^(DK ?)?[0-9]{8}$`)
	mailbox   = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
)

// readDonor reads one row by itself. The name of an institution is kept in clear; everything else that says who
// somebody is will be sealed.
func (im Importer) readDonor(cell func(column string) string) (newDonor, Row) {
	d := newDonor{personal: map[donors.Field]string{}}
	d.Code, d.Kind, d.Language = cell("code"), donors.Kind(cell("kind")), cmp.Or(cell("language"), "da")
	d.Delivery = donors.Delivery(cmp.Or(cell("delivery"), string(donors.NoDelivery)))
	row := Row{Key: d.Code}
	want := func(ok bool, column, what string) {
		if !ok {
			row.fault(column, &BadCell{what})
		}
	}
	short := func(column string, most int) {
		fits := cell(column) == "" || journal.CheckText(cell(column), most) == nil
		want(fits, column, "a text of visible letters, not too long")
		if im.Missing != nil {
			letter, missing := im.Missing(cell(column))
			want(!missing, column, fmt.Sprintf("letters that can be printed: %q (U+%04X) cannot", letter, letter))
		}
	}
	kinds := []donors.Kind{donors.Institution, donors.Person, donors.Legacy}
	deliveries := []donors.Delivery{donors.NoDelivery, donors.ByEmail, donors.ByPost, donors.ByPortal}
	want(slices.Contains(kinds, d.Kind), "kind", "institution, person or legacy")
	want(slices.Contains([]string{"da", "en"}, d.Language), "language", "da or en")
	want(slices.Contains(deliveries, d.Delivery), "delivery", "none, email, post or portal")
	short("code", 20)
	short("name", 120)
	short("address", 500)
	if d.Kind == donors.Institution {
		want(cell("name") != "", "name", "an institution has a name")
		d.Name = cell("name")
	} else if cell("name") != "" {
		d.personal[donors.Name] = cell("name")
	}
	if id := cell("tax_id"); id != "" {
		number := cvrNumber
		if d.Kind == donors.Person {
			number = cprNumber
		}
		want(number.MatchString(id), "tax_id",
			"a CPR number of ten digits, or a CVR number of eight for whoever is no person; "+
				"in a workbook as text, so that no zero is lost")
		digits := strings.TrimPrefix(strings.ReplaceAll(id, "-", ""), "DK")
		d.personal[donors.TaxID] = strings.TrimSpace(digits)
	}
	if email := cell("email"); email != "" {
		want(mailbox.MatchString(email) && len(email) <= 254, "email", "an address such as donor@example.org")
		d.personal[donors.Email] = email
	}
	want(d.Delivery != donors.ByEmail || cell("email") != "", "email", "who wants e-mail has an address")
	want(d.Delivery != donors.ByPost || cell("address") != "", "address", "who wants post has an address")
	if cell("address") != "" {
		d.personal[donors.Address] = cell("address")
	}
	return d, row
}

// registerDonors puts the donors of a file on record, what is personal sealed, and gives their ids.
func (im Importer) registerDonors(ctx context.Context, tx *store.Tx, found []newDonor) ([]string, error) {
	made := make([]string, len(found))
	for i, in := range found {
		d, err := donors.Register(ctx, tx, in.Donor)
		if err != nil {
			return nil, err
		}
		if len(in.personal) > 0 {
			if _, err := donors.Seal(ctx, tx, im.Vault, string(d.ID), in.personal); err != nil {
				return nil, err
			}
		}
		made[i] = string(d.ID)
	}
	return made, nil
}
