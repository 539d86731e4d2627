package payees

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/access/vault"
	"supportledger/beneficiaries"
	"supportledger/store"
)

type payeeRow struct {
	bun.BaseModel `bun:"table:payees"`
	ID            ID `bun:",pk"`
	Code          string
	Kind          Kind
	Alias         string
	CVR           string `bun:"cvr"`
	CreatedBy     string
	CreatedAt     string
}

type detailsRow struct {
	bun.BaseModel `bun:"table:payee_details"`
	PayeeID       ID  `bun:",pk"`
	Version       int `bun:",pk"`
	Country       string
	IBAN          bool `bun:"iban"`
	WarningCount  int
	Sealed        []byte
	EnteredBy     access.UserID
	EnteredAt     string
}

type warningRow struct {
	bun.BaseModel `bun:"table:payee_warnings"`
	PayeeID       ID     `bun:",pk"`
	Version       int    `bun:",pk"`
	Warning       string `bun:",pk"`
}

type verificationRow struct {
	bun.BaseModel `bun:"table:payee_verifications"`
	PayeeID       ID  `bun:",pk"`
	Version       int `bun:",pk"`
	How           Proof
	Note          string
	VerifiedBy    access.UserID
	VerifiedAt    string
	UsableFrom    string
}

type bindingRow struct {
	bun.BaseModel `bun:"table:payee_bindings"`
	Subject       string `bun:",pk"`
	Round         int    `bun:",pk"`
	PayeeID       ID
	Version       int
	BoundBy       string
	BoundAt       string
}

// accountRow is an account as it is sealed.
type accountRow struct {
	IBAN     string   `json:"iban,omitempty"`
	Number   string   `json:"number,omitempty"`
	BIC      string   `json:"bic,omitempty"`
	Creditor string   `json:"creditor,omitempty"`
	Street   string   `json:"street,omitempty"`
	House    string   `json:"building,omitempty"`
	Post     string   `json:"post_code,omitempty"`
	Town     string   `json:"town,omitempty"`
	Country  string   `json:"country,omitempty"`
	Lines    []string `json:"lines,omitempty"`
}

// text is what is sealed of an account.
func (a Account) text() string {
	text, err := json.Marshal(accountRow(a))
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

// readAccount reads what text wrote.
func ParseAccount(text string) (Account, error) {
	var row accountRow
	err := json.Unmarshal([]byte(text), &row)
	return Account(row), err
}

func insertPayee(ctx context.Context, tx *store.Tx, p Payee) error {
	if there, err := tx.NewSelect().Model((*payeeRow)(nil)).Where("code = ?", p.Code).Exists(ctx); err != nil || there {
		return cmp.Or(err, ErrDuplicate)
	}
	row := payeeRow{ID: p.ID, Code: p.Code, Kind: p.Kind, Alias: p.Alias, CVR: p.CVR, CreatedBy: tx.By.User,
		CreatedAt: store.FormatTime(p.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return store.DuplicateAs(err, ErrDuplicate)
}

func insertDetails(ctx context.Context, tx *store.Tx, id ID, b BankDetails, sealed []byte) error {
	row := detailsRow{PayeeID: id, Version: b.Version, Country: b.Country, IBAN: b.IBAN,
		WarningCount: len(b.Warnings), Sealed: sealed,
		EnteredBy: b.EnteredBy, EnteredAt: store.FormatTime(b.EnteredAt)}
	if _, err := tx.NewInsert().Model(&row).Exec(ctx); err != nil {
		return store.DuplicateAs(err, store.ErrStale)
	}
	warnings := make([]warningRow, len(b.Warnings))
	for i, w := range b.Warnings {
		warnings[i] = warningRow{PayeeID: id, Version: b.Version, Warning: w}
	}
	return store.Insert(ctx, tx, warnings)
}

func insertVerification(ctx context.Context, tx *store.Tx, id ID, b BankDetails) error {
	row := verificationRow{PayeeID: id, Version: b.Version, How: b.How, Note: b.Note, VerifiedBy: b.VerifiedBy,
		VerifiedAt: store.FormatTime(b.VerifiedAt), UsableFrom: store.FormatTime(b.UsableFrom)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return access.RefusedAs(store.DuplicateAs(err, store.ErrStale))
}

func insertBinding(ctx context.Context, tx *store.Tx, subject string, round int, b binding) error {
	row := bindingRow{Subject: subject, Round: round, PayeeID: b.Payee, Version: b.Version, BoundBy: tx.By.User,
		BoundAt: store.FormatTime(tx.At)}
	_, err := tx.NewInsert().Model(&row).Exec(ctx)
	return store.DuplicateAs(err, store.ErrStale)
}

func readBinding(ctx context.Context, tx *store.Tx, subject string, round int) (binding, bool, error) {
	var row bindingRow
	err := tx.NewSelect().Model(&row).Where("subject = ?", subject).Where("round = ?", round).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return binding{}, false, nil
	}
	return binding{row.PayeeID, row.Version}, err == nil, err
}

// readBindings reads the versions that some rounds are bound to.
func readBindings(ctx context.Context, tx *store.Tx, rounds []Round) (map[Round]int, error) {
	versions, subjects := map[Round]int{}, make([]string, len(rounds))
	if len(rounds) == 0 {
		return versions, nil
	}
	for i, r := range rounds {
		subjects[i] = r.Subject
	}
	var rows []bindingRow
	err := tx.NewSelect().Model(&rows).Where("subject IN (?)", bun.List(subjects)).Scan(ctx)
	for _, r := range rows {
		versions[Round{r.Subject, r.Round}] = r.Version
	}
	return versions, err
}

func readPayeesByCode(ctx context.Context, tx *store.Tx, codes []string) (map[string]Payee, error) {
	found := map[string]Payee{}
	if len(codes) == 0 {
		return found, nil
	}
	var rows []payeeRow
	if err := tx.NewSelect().Model(&rows).Where("code IN (?)", bun.List(codes)).Scan(ctx); err != nil {
		return nil, err
	}
	all, err := withDetails(ctx, tx, rows)
	for _, p := range all {
		found[p.Code] = p
	}
	return found, err
}

// readPayee finds a payee by id or code. Locked, nobody else enters or verifies bank details of it before the tx ends.
func readPayee(ctx context.Context, tx *store.Tx, key string, locked bool) (Payee, error) {
	var row payeeRow
	q := tx.NewSelect().Model(&row).Where("id = ? OR code = ?", key, key)
	if locked {
		q = tx.Lock(q)
	}
	if err := q.Scan(ctx); errors.Is(err, sql.ErrNoRows) {
		return Payee{}, ErrUnknown
	} else if err != nil {
		return Payee{}, err
	}
	found, err := withDetails(ctx, tx, []payeeRow{row})
	if err != nil {
		return Payee{}, err
	}
	return found[0], nil
}

// isOnRecord reports whether a code is a payee's.
func isOnRecord(ctx context.Context, tx *store.Tx, code string) (bool, error) {
	return tx.NewSelect().Model((*payeeRow)(nil)).Where("code = ?", code).Exists(ctx)
}

// readOnRecord finds payees by code, or where nobody has that code by alias: two at most, since a second one already
// says that the alias is not enough.
func readOnRecord(ctx context.Context, tx *store.Tx, key string) ([]beneficiaries.Payee, error) {
	for _, column := range []string{"code", "alias"} {
		var rows []payeeRow
		err := tx.NewSelect().Model(&rows).Column("code", "kind").Where("? = ?", bun.Ident(column),
			key).Order("code").Limit(2).Scan(ctx)
		if err != nil {
			return nil, err
		}
		found := make([]beneficiaries.Payee, len(rows))
		for i, r := range rows {
			found[i] = beneficiaries.Payee{Code: r.Code, Kind: string(r.Kind)}
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

func readPayees(ctx context.Context, tx *store.Tx, after string, limit int) ([]Payee, error) {
	var rows []payeeRow
	if err := tx.NewSelect().Model(&rows).Where("code > ?",
		after).Order("code").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, err
	}
	return withDetails(ctx, tx, rows)
}

// withDetails reads the bank details of payees in three statements, newest first, without opening them.
func withDetails(ctx context.Context, tx *store.Tx, rows []payeeRow) ([]Payee, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	out, ids, place := make([]Payee, len(rows)), make([]ID, len(rows)), map[ID]int{}
	for i, r := range rows {
		at, err := store.ParseTime(r.CreatedAt)
		if err != nil {
			return nil, err
		}
		out[i], ids[i], place[r.ID] = Payee{ID: r.ID, Code: r.Code, Kind: r.Kind, Alias: r.Alias, CVR: r.CVR, At: at}, r.ID, i
	}
	var details []detailsRow
	err := tx.NewSelect().Model(&details).Column("payee_id", "version", "country", "iban", "entered_by",
		"entered_at").
		Where("payee_id IN (?)", bun.List(ids)).Order("payee_id", "version DESC").Scan(ctx)
	if err != nil {
		return nil, err
	}
	var words []verificationRow
	if err := tx.NewSelect().Model(&words).Where("payee_id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	var found []warningRow
	if err := tx.NewSelect().Model(&found).Where("payee_id IN (?)", bun.List(ids)).
		Order("payee_id", "version", "warning").Scan(ctx); err != nil {
		return nil, err
	}
	warnings := map[binding][]string{}
	for _, w := range found {
		of := binding{w.PayeeID, w.Version}
		warnings[of] = append(warnings[of], w.Warning)
	}
	verified := map[binding]verificationRow{}
	for _, w := range words {
		verified[binding{w.PayeeID, w.Version}] = w
	}
	for _, d := range details {
		b, err := d.details(verified[binding{d.PayeeID, d.Version}])
		if err != nil {
			return nil, err
		}
		b.Warnings = warnings[binding{d.PayeeID, d.Version}]
		of := &out[place[d.PayeeID]]
		of.Details = append(of.Details, b)
	}
	return out, nil
}

func (r detailsRow) details(v verificationRow) (BankDetails, error) {
	b := BankDetails{Version: r.Version, Country: r.Country, IBAN: r.IBAN, EnteredBy: r.EnteredBy, How: v.How,
		Note: v.Note, VerifiedBy: v.VerifiedBy}
	for _, t := range []struct {
		text string
		into *time.Time
	}{{r.EnteredAt, &b.EnteredAt}, {v.VerifiedAt, &b.VerifiedAt}, {v.UsableFrom, &b.UsableFrom}} {
		var err error
		if *t.into, err = store.ParseSome(t.text); err != nil {
			return BankDetails{}, err
		}
	}
	return b, nil
}

// isOurs reports whether an account is one of ours.
func isOurs(ctx context.Context, tx *store.Tx, account Account) (bool, error) {
	if account.IBAN == "" {
		return false, nil
	}
	return tx.NewSelect().Table("own_accounts").Where("iban = ?", account.IBAN).Exists(ctx)
}

// sharing lists the codes of other payees whose newest bank details are an account. The accounts are sealed, each
// under a key of its own, so all of the same country are opened: nothing is kept by which an erased one could be
// recognised.
func (reg Register) sharing(ctx context.Context, tx *store.Tx, besides ID, account Account) ([]string, error) {
	var rows []struct {
		detailsRow
		Code string
	}
	err := tx.NewSelect().TableExpr("payee_details AS d").Join("JOIN payees AS p ON p.id = d.payee_id").
		ColumnExpr("d.payee_id, d.version, d.sealed, p.code").Where("d.payee_id <> ?", besides).
		Where("d.country = ?", account.country()).Where("d.iban = ?", account.IBAN != "").
		Where("NOT EXISTS (SELECT 1 FROM payee_details AS n WHERE n.payee_id = d.payee_id AND n.version > d.version)").
		Order("p.code").Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	sealed := make([]vault.Sealed, len(rows))
	for i, r := range rows {
		sealed[i] = vault.Sealed{Subject: string(r.PayeeID), At: DetailsPlace(r.PayeeID, r.Version), Bytes: r.Sealed}
	}
	opened, err := reg.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	var codes []string
	for i, r := range rows {
		if errors.Is(opened[i].Err, vault.ErrErased) {
			continue
		}
		other, err := ParseAccount(opened[i].Text)
		if err := errors.Join(opened[i].Err, err); err != nil {
			return nil, err
		}
		if other.IBAN == account.IBAN && other.Number == account.Number && other.Creditor == account.Creditor {
			codes = append(codes, r.Code)
		}
	}
	return codes, nil
}

// mask opens the bank details of payees and keeps what may be seen of them: nothing where there is no vault, or the
// payee was erased.
func (reg Register) mask(ctx context.Context, tx *store.Tx, payees []Payee) error {
	if reg.Vault == nil || len(payees) == 0 {
		return nil
	}
	ids, place := make([]ID, len(payees)), map[ID]int{}
	for i, p := range payees {
		ids[i], place[p.ID] = p.ID, i
	}
	var rows []detailsRow
	if err := tx.NewSelect().Model(&rows).Column("payee_id", "version", "sealed").Where("payee_id IN (?)",
		bun.List(ids)).Scan(ctx); err != nil {
		return err
	}
	sealed := make([]vault.Sealed, len(rows))
	for i, r := range rows {
		sealed[i] = vault.Sealed{Subject: string(r.PayeeID), At: DetailsPlace(r.PayeeID, r.Version), Bytes: r.Sealed}
	}
	opened, err := reg.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return err
	}
	for i, r := range rows {
		if errors.Is(opened[i].Err, vault.ErrErased) {
			continue
		}
		a, err := ParseAccount(opened[i].Text)
		if err := errors.Join(opened[i].Err, err); err != nil {
			return err
		}
		details := payees[place[r.PayeeID]].Details
		for j := range details {
			if details[j].Version == r.Version {
				details[j].Masked = a.Masked()
			}
		}
	}
	return nil
}

// creditorOf opens the creditor's number of a version of bank details.
func (reg Register) creditorOf(ctx context.Context, tx *store.Tx, id ID, version int) (string, error) {
	var row detailsRow
	if err := tx.NewSelect().Model(&row).Column("sealed").Where("payee_id = ?", id).Where("version = ?",
		version).Scan(ctx); err != nil {
		return "", err
	}
	opened, err := reg.Vault.OpenAll(ctx, tx,
		[]vault.Sealed{{Subject: string(id), At: DetailsPlace(id, version), Bytes: row.Sealed}})
	if err != nil {
		return "", err
	}
	if opened[0].Err != nil {
		return "", opened[0].Err
	}
	a, err := ParseAccount(opened[0].Text)
	return a.Creditor, err
}

// Twin finds the code of a payee that looks the same as a new one: the same letters and digits in its code or alias,
// whatever their case and what stands between them; "" where there is none, or the code itself is taken.
func Twin(ctx context.Context, tx *store.Tx, code, alias string) (string, error) {
	var twins []string
	err := tx.NewSelect().Model((*payeeRow)(nil)).Column("code").Where("code <> ?", code).
		Where("? = ? OR ? = ?", store.Plain(tx, "code"), store.PlainText(code), store.Plain(tx, "alias"),
			store.PlainText(alias)).Order("code").Limit(1).Scan(ctx, &twins)
	if err != nil || len(twins) == 0 {
		return "", err
	}
	return twins[0], nil
}
