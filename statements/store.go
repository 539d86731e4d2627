package statements

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"supportledger/access"
	"supportledger/ledger"
	"supportledger/statements/figures"
	"supportledger/store"

	"github.com/uptrace/bun"
)

type statementRow struct {
	bun.BaseModel `bun:"table:statements,alias:s"`
	ID            ID `bun:",pk"`
	Kind          figures.Kind
	Subject       string
	FromDate      ledger.Date
	ToDate        ledger.Date
	Lang          figures.Lang
	State         State
	Round         int
	Number        *string
	Version       int
	Replaces      *ID
	CutoffSeq     int64
	Value         []byte
	DataHash      string
	Cleared       []byte
	ClearedHash   *string
	Privacy       []byte
	Code          *string
	Record        []byte
	Content       []byte
	Tail          []byte
	DocumentHash  *string
	PreparedBy    access.UserID
	CreatedAt     string
	IssuedAt      *string
	Reason        string
}

func insertStatement(ctx context.Context, tx *store.Tx, s Statement) error {
	row, err := rowOf(s)
	if err != nil {
		return err
	}
	h := s.Value.Head()
	row.Kind, row.Subject, row.FromDate, row.ToDate, row.CutoffSeq = h.Kind, h.Subject, h.Period.From, h.Period.To,
		s.CutOff
	row.PreparedBy, row.CreatedAt = s.Preparer, store.FormatTime(tx.At)
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	if errors.Is(store.Classify(err), store.ErrDuplicate) {
		return ErrExists
	}
	return err
}

// saveStatement writes what an act may change; the database refuses the rest.
func saveStatement(ctx context.Context, tx *store.Tx, s Statement) error {
	row, err := rowOf(s)
	if err != nil {
		return err
	}
	result, err := tx.NewUpdate().Model(&row).WherePK().
		Column("state", "round", "number", "cleared", "cleared_hash", "privacy", "code", "record", "content", "tail",
			"document_hash", "issued_at", "reason").Exec(ctx)
	return store.ExactlyOne(result, err)
}

func rowOf(s Statement) (statementRow, error) {
	value, err := json.Marshal(s.Value)
	if err != nil {
		return statementRow{}, err
	}
	row := statementRow{ID: s.ID, Lang: s.Lang, State: s.State, Round: s.Round, Number: some(s.Number), Version: s.Version,
		Replaces: some(s.Replaces),
		Value:    value, DataHash: s.Value.DataHash(), Code: some(s.Code), Record: s.Record, Content: s.content, Tail: s.tail,
		DocumentHash: some(s.DocumentID), Reason: s.Reason}
	if s.Cleared != nil {
		hash := s.Cleared.DataHash()
		row.ClearedHash = &hash
		if row.Cleared, err = json.Marshal(s.Cleared); err != nil {
			return statementRow{}, err
		}
	}
	if s.Privacy != nil {
		if row.Privacy, err = json.Marshal(s.Privacy); err != nil {
			return statementRow{}, err
		}
	}
	if !s.IssuedAt.IsZero() {
		at := store.FormatTime(s.IssuedAt)
		row.IssuedAt = &at
	}
	return row, nil
}

// some is nil for nothing.
func some[T ~string](v T) *T {
	if v == "" {
		return nil
	}
	return &v
}

func none[T ~string](v *T) T {
	if v == nil {
		return ""
	}
	return *v
}

func readStatement(ctx context.Context, tx *store.Tx, key string, lock bool) (Statement, error) {
	var row statementRow
	q := tx.NewSelect().Model(&row).Where("id = ? OR number = ?", key, key).Order("version DESC").Limit(1)
	if lock {
		q = tx.Lock(q)
	}
	return row.found(q.Scan(ctx))
}

// readThese reads some statements at once.
func readThese(ctx context.Context, tx *store.Tx, ids []ID) (map[ID]Statement, error) {
	var rows []statementRow
	if err := tx.NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	found := make(map[ID]Statement, len(rows))
	for i := range rows {
		s, err := rows[i].statement()
		if err != nil {
			return nil, err
		}
		found[rows[i].ID] = s
	}
	return found, nil
}

func readByCode(ctx context.Context, tx *store.Tx, code string) (Statement, error) {
	var row statementRow
	return row.found(tx.NewSelect().Model(&row).Where("code = ?", code).Scan(ctx))
}

// findStatement is the newest statement issued for a kind, subject and period.
func findStatement(ctx context.Context, tx *store.Tx, h figures.Head) (Statement, error) {
	var row statementRow
	return row.found(tx.NewSelect().Model(&row).Where("kind = ?", h.Kind).Where("subject = ?", h.Subject).
		Where("from_date = ?", h.Period.From).Where("to_date = ?", h.Period.To).Where("state IN ('ISSUED', 'SENT')").
		Order("version DESC").Limit(1).Scan(ctx))
}

// readEndingOn is the newest statement issued on a subject whose period ends on a day. [ErrUnknownStatement].
func readEndingOn(ctx context.Context, tx *store.Tx, kind figures.Kind, subject string, to ledger.Date) (Statement,
	error) {
	var row statementRow
	return row.found(tx.NewSelect().Model(&row).Where("kind = ?", kind).Where("subject = ?", subject).
		Where("to_date = ?", to).Where("state IN (?, ?)", Issued, Sent).Order("version DESC", "id DESC").Limit(1).Scan(ctx))
}

// readStatements reads the columns of a list alone: figures and documents are many times larger.
func readStatements(ctx context.Context, tx *store.Tx, page store.Keyset) ([]Listed, error) {
	return readListed(ctx, tx.NewSelect(), page)
}

// readListed reads statements without their figures, where a query says so, the newest first.
func readListed(ctx context.Context, q *bun.SelectQuery, page store.Keyset) ([]Listed, error) {
	var rows []statementRow
	q = q.Model(&rows).Column("id", "kind", "subject", "from_date", "to_date", "lang", "state", "number",
		"version", "replaces",
		"data_hash", "cleared_hash", "privacy", "code", "document_hash")
	if err := page.Descending(q, "id").Scan(ctx); err != nil {
		return nil, err
	}
	all := make([]Listed, len(rows))
	for i, r := range rows {
		privacy, err := decodeReport(r.Privacy)
		if err != nil {
			return nil, err
		}
		all[i] = Listed{ID: r.ID, State: r.State, Number: none(r.Number), Version: r.Version, Replaces: none(r.Replaces),
			Kind:    r.Kind,
			Subject: r.Subject, Period: figures.Period{From: r.FromDate, To: r.ToDate}, Lang: r.Lang,
			Hash: cmp.Or(none(r.ClearedHash), r.DataHash), Code: none(r.Code), Document: none(r.DocumentHash), Privacy: privacy}
	}
	return all, nil
}

func (r *statementRow) found(err error) (Statement, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return Statement{}, ErrUnknownStatement
	} else if err != nil {
		return Statement{}, err
	}
	return r.statement()
}

// statement reads a row back and wants its values to be what was stored.
func (r *statementRow) statement() (Statement, error) {
	s := Statement{ID: r.ID, State: r.State, Lang: r.Lang, Round: r.Round, Number: none(r.Number), Version: r.Version,
		Replaces: none(r.Replaces),
		CutOff:   r.CutoffSeq, Code: none(r.Code), Record: r.Record, DocumentID: none(r.DocumentHash), Preparer: r.PreparedBy,
		Reason:  r.Reason,
		content: r.Content, tail: r.Tail}
	var err error
	if s.Value, err = restored(r.ID, r.Value, r.DataHash); err != nil {
		return Statement{}, err
	}
	if len(r.Cleared) > 0 {
		if s.Cleared, err = restored(r.ID, r.Cleared, none(r.ClearedHash)); err != nil {
			return Statement{}, err
		}
	}
	if s.Privacy, err = decodeReport(r.Privacy); err != nil {
		return Statement{}, err
	}
	if r.IssuedAt != nil {
		if s.IssuedAt, err = store.ParseTime(*r.IssuedAt); err != nil {
			return Statement{}, err
		}
	}
	if r.Tail != nil {
		s.Document = append(append([]byte{}, r.Content...), r.Tail...)
	}
	return s, nil
}

// restored reads a stored value back and wants it to be what was written.
func restored(id ID, value []byte, hash string) (figures.Value, error) {
	v, err := figures.Decode(value)
	if err != nil {
		return nil, fmt.Errorf("statements: stored statement %s: %w", id, err)
	}
	if got := v.DataHash(); got != hash {
		return nil,
			&figures.Malformed{Why: fmt.Sprintf("stored statement %s has hash %s, its figures give %s", id, hash, got)}
	}
	return v, nil
}

func finalIssued(ctx context.Context, tx *store.Tx, grant string, to ledger.Date, through int64) (bool, error) {
	return tx.NewSelect().Model((*statementRow)(nil)).Where("subject = ?", grant).Where("to_date >= ?", to).Where(
		"cutoff_seq >= ?", through).
		Where("state IN (?, ?)", Issued, Sent).Exists(ctx)
}

// nextReport is the number of the report on a grant for a period: that of another version of it, or the next one after
// all that stand, also as drafts. A number is not used again while its report stands.
func nextReport(ctx context.Context, tx *store.Tx, grant string, p figures.Period) (int, error) {
	var rows []struct {
		FromDate, ToDate ledger.Date
		Value            []byte
	}
	err := tx.NewSelect().TableExpr("statements").Column("from_date", "to_date", "value").Where("kind = ?",
		figures.GrantFinancial).Where("subject = ?", grant).
		Where("state <> ? OR number IS NOT NULL", Withdrawn).Order("created_at", "id").Scan(ctx, &rows)
	if err != nil {
		return 0, err
	}
	last := 0
	for _, r := range rows {
		var kept struct {
			ReportNo int `json:"report_no"`
		}
		if err := json.Unmarshal(r.Value, &kept); err != nil {
			return 0, fmt.Errorf("statements: a report on %s cannot be read: %w", grant, err)
		}
		if r.FromDate == p.From && r.ToDate == p.To && kept.ReportNo > 0 {
			return kept.ReportNo, nil
		}
		last = max(last, kept.ReportNo)
	}
	return last + 1, nil
}
