package grants

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/ledger"
	"supportledger/store"
)

// MaxImportDonors is how many donors a file may have: each gets a key that the disk keeps.
const MaxImportDonors = 1000

// importedDonor is a row of a file of donors: who it is, and what is to be sealed.
type importedDonor struct {
	Donor
	personal map[DonorField]string
}

// readDonorSheet understands a file of donors.
func (r Register) readDonorSheet(ctx context.Context, tx *store.Tx, f ImportFile) (importSheet, error) {
	sheet, err := ledger.ReadSheet(f.Profile, f.Content, []string{"kind"}, []string{"code", "name", "language", "delivery", "tax_id", "email", "address"})
	if err != nil {
		return importSheet{}, err
	}
	rows := sheet.Rows()
	if len(rows) > MaxImportDonors {
		return importSheet{}, &ledger.ImportFault{Row: rows[MaxImportDonors].Number, Why: "the file has more than 1000 donors; cut it in two"}
	}
	all, err := r.Donors(ctx, tx)
	if err != nil {
		return importSheet{}, err
	}
	known, seen := map[string]Donor{}, map[string]bool{}
	for _, d := range all {
		known[d.Code] = d
	}
	out := importSheet{preview: ImportPreview{Total: ledger.Zero(r.Book.Base)}}
	for _, source := range rows {
		d, row := donorOf(func(column string) string { return sheet.Cell(source, column) })
		row.Row = source.Number
		if before, there := known[d.Code]; there && d.Code != "" {
			if row.Status = ledger.RowDuplicate; before.Kind != d.Kind || before.Name != d.Name {
				row.Faults = append(row.Faults, RowFault{"code", ErrDuplicateDonor})
			}
		} else if seen[d.Code] {
			row.Faults = append(row.Faults, RowFault{"code", ErrDuplicateDonor})
		}
		seen[d.Code] = d.Code != ""
		if out.add(row); len(row.Faults) == 0 && row.Status != ledger.RowDuplicate {
			out.donors = append(out.donors, d)
		}
	}
	return out, nil
}

var (
	cprNumber = regexp.MustCompile(`^(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}-?[0-9]{4}$`)
	cvrNumber = regexp.MustCompile(`^(DK ?)?[0-9]{8}$`)
	mailbox   = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[^\s@]+$`)
)

// donorOf understands one row by itself. The name of an institution is kept in clear; everything else of a row that says who
// somebody is goes among what is sealed.
func donorOf(cell func(column string) string) (importedDonor, ImportRow) {
	d := importedDonor{Donor: Donor{Code: cell("code"), Kind: DonorKind(cell("kind")), Language: cmp.Or(cell("language"), "da"),
		Delivery: Delivery(cmp.Or(cell("delivery"), string(NoDelivery)))}, personal: map[DonorField]string{}}
	row := ImportRow{Key: d.Code}
	want := func(ok bool, column, what string) {
		if !ok {
			row.Faults = append(row.Faults, RowFault{column, &ImportCell{what}})
		}
	}
	short := func(column string, most int) {
		want(cell(column) == "" || ledger.CheckText(cell(column), most) == nil, column, "a text of visible letters, not too long")
	}
	want(slices.Contains([]DonorKind{Institution, Person, Legacy}, d.Kind), "kind", "institution, person or legacy")
	want(slices.Contains([]string{"da", "en"}, d.Language), "language", "da or en")
	want(slices.Contains([]Delivery{NoDelivery, ByEmail, ByPost, ByPortal}, d.Delivery), "delivery", "none, email, post or portal")
	short("code", 20)
	short("name", 120)
	short("address", 500)
	if d.Kind == Institution {
		want(cell("name") != "", "name", "an institution has a name")
		d.Name = cell("name")
	} else if cell("name") != "" {
		d.personal[DonorName] = cell("name")
	}
	if id := cell("tax_id"); id != "" {
		ok := cvrNumber.MatchString(id)
		if d.Kind == Person {
			ok = cprNumber.MatchString(id)
		}
		want(ok, "tax_id", "a CPR number of ten digits, or a CVR number of eight for whoever is no person; in a workbook as text, so that no zero is lost")
		d.personal[DonorTaxID] = strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(strings.ReplaceAll(id, "-", ""), "DK")), " ")
	}
	if email := cell("email"); email != "" {
		want(mailbox.MatchString(email) && len(email) <= 254, "email", "an address such as donor@example.org")
		d.personal[DonorEmail] = email
	}
	want(d.Delivery != ByEmail || cell("email") != "", "email", "who wants e-mail has an address")
	want(d.Delivery != ByPost || cell("address") != "", "address", "who wants post has an address")
	if cell("address") != "" {
		d.personal[DonorAddress] = cell("address")
	}
	return d, row
}

// takeDonors puts the donors of a file on record, what is personal sealed, and gives their ids.
func (r Register) takeDonors(ctx context.Context, tx *store.Tx, v *vault.Vault, donors []importedDonor) ([]string, error) {
	made := make([]string, len(donors))
	for i, in := range donors {
		d, err := r.RegisterDonor(ctx, tx, in.Donor)
		if err != nil {
			return nil, err
		}
		if len(in.personal) > 0 {
			if _, err := r.SealDonor(ctx, tx, v, string(d.ID), in.personal); err != nil {
				return nil, err
			}
		}
		made[i] = string(d.ID)
	}
	return made, nil
}

// takeDonorsBack takes donors of a file off the record, with their keys, where nothing hangs on them.
func (r Register) takeDonorsBack(ctx context.Context, tx *store.Tx, v *vault.Vault, ids []string, reason string) error {
	for _, id := range ids {
		d, err := r.Donor(ctx, tx, id)
		if err != nil {
			return err
		}
		by, err := hangsOn(ctx, tx, d)
		if err != nil {
			return err
		}
		if by != "" {
			return &DonorInUse{d.Code, by}
		}
		if len(d.Sealed) > 0 {
			if err := v.Destroy(ctx, tx, id); err != nil {
				return err
			}
		}
		if err := deleteDonor(ctx, tx, d.ID); err != nil {
			return err
		}
		if err := access.Record(ctx, tx, access.Event{Action: "donor.withdrawn", Subject: id, Reason: reason}); err != nil {
			return err
		}
	}
	return nil
}
