package donors

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"supportledger/store"
)

type donorRow struct {
	bun.BaseModel `bun:"table:donors"`
	ID            ID `bun:",pk"`
	Code          string
	Kind          Kind
	Name          string
	Language      string
	Delivery      Delivery
	CreatedAt     string
}

type secretRow struct {
	bun.BaseModel `bun:"table:donor_secrets"`
	DonorID       ID    `bun:",pk"`
	Field         Field `bun:",pk"`
	Sealed        []byte
	SealedBy      string
	SealedAt      string
	Digest        []byte
}

func insertDonor(ctx context.Context, tx *store.Tx, d Donor) error {
	row := donorRow{ID: d.ID, Code: d.Code, Kind: d.Kind, Name: d.Name, Language: d.Language, Delivery: d.Delivery,
		CreatedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrDuplicateDonor
	}
	return err
}

func codeTaken(ctx context.Context, tx *store.Tx, code string) (bool, error) {
	return tx.NewSelect().Model((*donorRow)(nil)).Where("code = ?", code).Exists(ctx)
}

// Find finds a donor by id or code. [ErrUnknownDonor].
func Find(ctx context.Context, tx *store.Tx, key string) (Donor, error) {
	var row donorRow
	err := tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Donor{}, ErrUnknownDonor
	} else if err != nil {
		return Donor{}, err
	}
	found, err := withSealed(ctx, tx, []donorRow{row})
	if err != nil {
		return Donor{}, err
	}
	return found[0], nil
}

// Filter says which donors a list has.
type Filter struct {
	IDs   []ID         // only these
	Codes []string     // only these
	Text  string       // in the code, or in the name of an institution, whatever its case and signs
	Page  store.Keyset // by code
}

// List lists donors by code.
func List(ctx context.Context, tx *store.Tx, f Filter) ([]Donor, error) {
	var rows []donorRow
	q := f.Page.Ascending(tx.NewSelect().Model(&rows), "code")
	if f.IDs != nil {
		q = q.Where("id IN (?)", bun.List(f.IDs))
	}
	if f.Codes != nil {
		q = q.Where("code IN (?)", bun.List(f.Codes))
	}
	if f.Text != "" && store.PlainText(f.Text) == "" {
		return nil, nil
	}
	if f.Text != "" {
		like := store.Part(store.PlainText(f.Text))
		q = q.Where(`(? LIKE ? ESCAPE '\' OR ? LIKE ? ESCAPE '\')`, store.Plain(tx, "code"), like,
			store.Plain(tx, "name"), like)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	return withSealed(ctx, tx, rows)
}

// ByID reads the donors that are named, each once. The empty id is skipped.
func ByID(ctx context.Context, tx *store.Tx, ids []ID) (map[ID]Donor, error) {
	wanted := slices.Clone(ids)
	slices.Sort(wanted)
	wanted = slices.DeleteFunc(slices.Compact(wanted), func(id ID) bool { return id == "" })
	byID := make(map[ID]Donor, len(wanted))
	for some := range slices.Chunk(wanted, readAtOnce) {
		found, err := List(ctx, tx, Filter{IDs: some})
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			byID[d.ID] = d
		}
	}
	return byID, nil
}

// ByCode reads the donors whose codes are given.
func ByCode(ctx context.Context, tx *store.Tx, codes []string) (map[string]Donor, error) {
	byCode := make(map[string]Donor, len(codes))
	for some := range slices.Chunk(codes, readAtOnce) {
		found, err := List(ctx, tx, Filter{Codes: some})
		if err != nil {
			return nil, err
		}
		for _, d := range found {
			byCode[d.Code] = d
		}
	}
	return byCode, nil
}

// readAtOnce is how many ids one statement names.
const readAtOnce = 500

// withSealed adds to donors which of their fields are kept.
func withSealed(ctx context.Context, tx *store.Tx, rows []donorRow) ([]Donor, error) {
	found := make([]Donor, 0, len(rows))
	for some := range slices.Chunk(rows, readAtOnce) {
		ids := make([]ID, len(some))
		for i, r := range some {
			ids[i] = r.ID
		}
		var secrets []secretRow
		err := tx.NewSelect().Model(&secrets).Column("donor_id", "field").Where("donor_id IN (?)", bun.List(ids)).
			Order("donor_id", "field").Scan(ctx)
		if err != nil {
			return nil, err
		}
		sealed := map[ID][]Field{}
		for _, s := range secrets {
			sealed[s.DonorID] = append(sealed[s.DonorID], s.Field)
		}
		for _, r := range some {
			found = append(found, Donor{ID: r.ID, Code: r.Code, Kind: r.Kind, Name: r.Name, Language: r.Language,
				Delivery: r.Delivery, Sealed: sealed[r.ID]})
		}
	}
	return found, nil
}

// saveSecret replaces a sealed field; one without text removes it.
func saveSecret(ctx context.Context, tx *store.Tx, row secretRow) error {
	_, err := tx.NewDelete().Model((*secretRow)(nil)).Where("donor_id = ?", row.DonorID).Where("field = ?", row.Field).
		Exec(ctx)
	if err != nil || row.Sealed == nil {
		return err
	}
	row.SealedBy, row.SealedAt = tx.By.User, store.FormatTime(tx.At)
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// readByDigest are the donors of whom a field has a digest.
func readByDigest(ctx context.Context, tx *store.Tx, digest []byte) ([]ID, error) {
	ids := []ID{}
	err := tx.NewSelect().Model((*secretRow)(nil)).Distinct().Column("donor_id").Where("digest = ?", digest).
		Order("donor_id").Scan(ctx, &ids)
	return ids, err
}

func readSecrets(ctx context.Context, tx *store.Tx, ids []ID) (map[ID]map[Field][]byte, error) {
	secrets := map[ID]map[Field][]byte{}
	for some := range slices.Chunk(ids, readAtOnce) {
		var rows []secretRow
		if err := tx.NewSelect().Model(&rows).Where("donor_id IN (?)", bun.List(some)).Scan(ctx); err != nil {
			return nil, err
		}
		for _, r := range rows {
			if secrets[r.DonorID] == nil {
				secrets[r.DonorID] = map[Field][]byte{}
			}
			secrets[r.DonorID][r.Field] = r.Sealed
		}
	}
	return secrets, nil
}

func deleteSecrets(ctx context.Context, tx *store.Tx, id ID) error {
	if _, err := tx.NewDelete().Model((*payerRow)(nil)).Where("donor_id = ?", id).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model((*secretRow)(nil)).Where("donor_id = ?", id).Exec(ctx)
	return err
}

// dependants names the kinds of record that refer to a donor, "" for none.
func dependants(ctx context.Context, tx *store.Tx, d Donor) (string, error) {
	var found []string
	err := tx.NewRaw(`SELECT 'grants' FROM grants WHERE donor_id = ?0 UNION SELECT 'gifts' FROM gifts WHERE donor_id = ?0
		UNION SELECT 'gifts in kind' FROM in_kind_contributions WHERE donor_id = ?0
		UNION SELECT 'pledges' FROM pledges WHERE donor_id = ?0 UNION SELECT 'consents' FROM consents WHERE donor = ?1
		UNION SELECT 'statements' FROM statements WHERE kind = 'donor_annual' AND subject = ?1`,
		d.ID, d.Code).Scan(ctx, &found)
	return strings.Join(found, ", "), err
}

func deleteDonor(ctx context.Context, tx *store.Tx, id ID) error {
	if err := deleteSecrets(ctx, tx, id); err != nil {
		return err
	}
	_, err := tx.NewDelete().Model((*donorRow)(nil)).Where("id = ?", id).Exec(ctx)
	return err
}

type payerRow struct {
	bun.BaseModel `bun:"table:donor_payers"`
	Payer         string `bun:",pk"` // hexadecimal
	DonorID       ID     `bun:",pk"`
	NotedAt       string
}

// NotePayer notes that a donor gave from an account, which is known by its fingerprint only. An erasure of the donor
// takes it away.
func NotePayer(ctx context.Context, tx *store.Tx, payer []byte, donor ID) error {
	row := payerRow{Payer: hex.EncodeToString(payer), DonorID: donor, NotedAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).On("CONFLICT DO NOTHING").Exec(ctx)
	return err
}

// OfPayers tells which donor gave before from each of some accounts, by fingerprint. An account from which several
// donors gave tells nothing.
func OfPayers(ctx context.Context, tx *store.Tx, payers [][]byte) (map[string]Donor, error) {
	found := map[string]Donor{}
	var twice []string
	texts := make([]string, len(payers))
	for i, p := range payers {
		texts[i] = hex.EncodeToString(p)
	}
	for part := range slices.Chunk(texts, 500) {
		var rows []struct {
			Payer string
			ID    ID
			Code  string
		}
		err := tx.NewSelect().TableExpr("donor_payers AS p").Join("JOIN donors AS d ON d.id = p.donor_id").
			ColumnExpr("p.payer, d.id, d.code").Where("p.payer IN (?)", bun.List(part)).Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			payer, err := hex.DecodeString(r.Payer)
			if err != nil {
				return nil, err
			}
			if _, known := found[string(payer)]; known {
				twice = append(twice, string(payer))
			}
			found[string(payer)] = Donor{ID: r.ID, Code: r.Code}
		}
	}
	for _, p := range twice {
		delete(found, p)
	}
	return found, nil
}

// saveChanges puts down the name of an institution, and in which language and how a donor wants to get what is sent.
func saveChanges(ctx context.Context, tx *store.Tx, d Donor) error {
	_, err := tx.NewUpdate().Model((*donorRow)(nil)).
		Set("name = ?, language = ?, delivery = ?", d.Name, d.Language, d.Delivery).
		Where("id = ?", d.ID).Exec(ctx)
	return err
}

// Twin finds the code of a donor that looks the same as a new one: the same letters and digits in its code, or in the
// name of an institution, whatever their case and what stands between them; "" where there is none.
func Twin(ctx context.Context, tx *store.Tx, d Donor) (string, error) {
	var twins []string
	err := tx.NewSelect().Model((*donorRow)(nil)).Column("code").Where("code <> ?", d.Code).
		Where("? = ? OR name <> '' AND ? = ?", store.Plain(tx, "code"), store.PlainText(d.Code),
			store.Plain(tx, "name"), store.PlainText(d.Name)).Order("code").Limit(1).Scan(ctx, &twins)
	if err != nil || len(twins) == 0 {
		return "", err
	}
	return twins[0], nil
}
