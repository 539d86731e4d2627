package story_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supportledger/access"
	"supportledger/ledger"
	"supportledger/ledger/evidence"
	"supportledger/proof"
	"supportledger/statements/verify"
	"supportledger/store"
	"supportledger/store/storetest"
)

// The attacks of docs/PROOF.md, done as the database's owner with the triggers out of the way. Each must be found, and
// the books must be clean before: a check that always finds something proves nothing.

var errUndo = errors.New("undo the attack")

// raider attacks books inside a tx that is rolled back.
type raider struct {
	t  *testing.T
	tx *store.Tx
}

// do runs raw SQL, statement by statement.
func (r raider) do(statements ...string) {
	r.t.Helper()
	for _, text := range statements {
		if _, err := r.tx.ExecContext(r.t.Context(), text); err != nil {
			r.t.Fatalf("the attack failed, so it proves nothing: %s: %v", text, err)
		}
	}
}

// one reads one value.
func (r raider) one(text string) (s string) {
	r.t.Helper()
	if err := r.tx.NewRaw(text).Scan(r.t.Context(), &s); err != nil {
		r.t.Fatalf("%s: %v", text, err)
	}
	return s
}

// list reads a column.
func (r raider) list(text string) (list []string) {
	r.t.Helper()
	if err := r.tx.NewRaw(text).Scan(r.t.Context(), &list); err != nil {
		r.t.Fatalf("%s: %v", text, err)
	}
	return list
}

// disarm takes triggers and references out of the way, as an owner can.
func (r raider) disarm() {
	r.t.Helper()
	storetest.DisableGuards(r.t, r.tx)
}

// leafHashes are the stored hashes of the first n leaves, in order.
func (r raider) leafHashes(n int) [][]byte {
	r.t.Helper()
	var hashes [][]byte
	if err := r.tx.NewRaw("SELECT hash FROM proof_leaves WHERE position < ? ORDER BY position", n).Scan(r.t.Context(),
		&hashes); err != nil {
		r.t.Fatal(err)
	}
	return hashes
}

// regrow makes head and nodes fit the leaves that there are: what an attacker does who has read docs/PROOF.md.
func (r raider) regrow() {
	r.t.Helper()
	hashes := r.leafHashes(1 << 30)
	r.do("DELETE FROM proof_nodes")
	var roots []byte
	for done, size := 0, 1<<30; size > 0; size >>= 1 {
		if len(hashes)&size != 0 {
			roots = append(roots, mth(hashes[done:done+size])...)
			done += size
		}
	}
	for n := range len(hashes) / 256 {
		if _, err := r.tx.NewRaw("INSERT INTO proof_nodes (level, position, hash) VALUES (8, ?, ?)", n,
			mth(hashes[n*256:(n+1)*256])).Exec(r.t.Context()); err != nil {
			r.t.Fatal(err)
		}
	}
	if _, err := r.tx.NewRaw("UPDATE proof_head SET size = ?, roots = ?", len(hashes), roots).Exec(
		r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
}

// mth is the Merkle tree hash straight from RFC 6962 §2.1, written without our packages.
func mth(leaves [][]byte) []byte {
	if len(leaves) == 1 {
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	h := sha256.Sum256(append(append([]byte{1}, mth(leaves[:k])...), mth(leaves[k:])...))
	return h[:]
}

// attack is one way to forge the books, and a finding that must come of it.
type attack struct {
	name  string
	do    func(r raider) (place string) // place that the finding must name; "" for any
	check string
}

var attacks = []attack{
	{"A1 change an amount and its mirror, and the balances", func(r raider) string {
		seq := r.one(
			"SELECT MIN(entry_seq) FROM entry_lines WHERE base = amount GROUP BY entry_seq HAVING COUNT(*) = 2 ORDER BY 1 " +
				"LIMIT 1")
		r.do("UPDATE entry_lines SET amount = amount + 100, base = base + 100 WHERE entry_seq = "+seq+" AND amount > 0",
			"UPDATE entry_lines SET amount = amount - 100, base = base - 100 WHERE entry_seq = "+seq+" AND amount < 0",
			`UPDATE balances SET
				amount = (SELECT SUM(l.amount) FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq WHERE l.account = balances.account AND l.fund = balances.fund AND l.currency = balances.currency AND e.date = balances.date),
				base = (SELECT SUM(l.base) FROM entry_lines l JOIN entries e ON e.seq = l.entry_seq WHERE l.account = balances.account AND l.fund = balances.fund AND l.currency = balances.currency AND e.date = balances.date)`)
		return number(r, seq)
	}, "leaf"},
	{"A1 change a text", func(r raider) string {
		r.do("UPDATE entries SET text = text || ' (changed)' WHERE seq = 3")
		return number(r, "3")
	}, "leaf"},
	{"A1 change a lot's rate", func(r raider) string {
		first := number(r, r.one("SELECT MIN(opened_seq) FROM lots WHERE rate LIKE '226 %'"))
		r.do("UPDATE lots SET rate = '225' || substr(rate, 4) WHERE rate LIKE '226 %'")
		return first
	}, "leaf"},
	{"A1 change a balance only", func(r raider) string {
		r.do(
			"UPDATE balances SET amount = amount + 100, base = base + 100 WHERE account = '1010' AND date = (SELECT MIN(date) " +
				"FROM balances WHERE account = '1010')")
		return "account 1010"
	}, "balance"},
	{"A1 change a month only", func(r raider) string {
		r.do(
			"UPDATE balance_months SET base = base + 100 WHERE account = '1010' AND month = (SELECT MIN(month) FROM " +
				"balance_months WHERE account = '1010')")
		return "account 1010"
	}, "balance"},
	{"A1 hide the days of a month", func(r raider) string {
		month := r.one("SELECT MIN(month) FROM balance_months WHERE account = '1010'")
		r.do("DELETE FROM balance_months WHERE account = '1010' AND month = '" + month + "'")
		return month
	}, "balance"},
	{"A1 change a bank's total only", func(r raider) string {
		r.do(
			"UPDATE bank_totals SET amount = amount + 100 WHERE account = '1010' AND fund = (SELECT MIN(fund) FROM " +
				"bank_totals WHERE account = '1010')")
		return "account 1010"
	}, "bank"},
	{"A1 change when a bank moved last", func(r raider) string {
		r.do(
			"UPDATE bank_totals SET last_date = '2020-01-01' WHERE account = '1010' AND fund = (SELECT MIN(fund) FROM " +
				"bank_totals WHERE account = '1010')")
		return "account 1010"
	}, "bank"},
	{"A1 change what is open in a lot", func(r raider) string {
		r.do("UPDATE lots SET open_quantity = open_quantity - 1")
		return ""
	}, "lot"},
	{"A2 delete the last entries, their leaves, and wind the heads back", func(r raider) string {
		for range 5 {
			seq := r.one("SELECT MAX(seq) FROM entries")
			r.do(
				"DELETE FROM proof_leaves WHERE position >= (SELECT p.position FROM proof_leaves p JOIN entries e ON e.id = "+
					"p.ref WHERE e.seq = "+seq+")",
				"DELETE FROM entry_lines WHERE entry_seq = "+seq, "DELETE FROM entries WHERE seq = "+seq)
		}
		r.do("UPDATE book SET last_seq = (SELECT MAX(seq) FROM entries)",
			"UPDATE fiscal_years SET last_number = (SELECT COALESCE(MAX(number), 0) FROM entries WHERE fiscal_year = year)")
		r.regrow()
		return ""
	}, "checkpoint"},
	{"A3 insert a back-dated entry in the middle of the order", func(r raider) string {
		r.do("UPDATE entry_lines SET entry_seq = -entry_seq - 1 WHERE entry_seq >= 4",
			"UPDATE entry_lines SET entry_seq = -entry_seq WHERE entry_seq < 0",
			"UPDATE entries SET seq = -seq - 1, number = -number - 1 WHERE seq >= 4",
			"UPDATE entries SET seq = -seq, number = -number WHERE seq < 0",
			`INSERT INTO entry_lines SELECT 4, line, account, fund, currency, amount, base, category, plan, payee, partner, lot FROM entry_lines WHERE entry_seq = 3`,
			`INSERT INTO entries (seq, id, fiscal_year, number, date, book, text, act, source, line_count, reason, created_by, created_at)
				SELECT 4, 'ent_forged', fiscal_year, number + 1, date, book, text, act, source, line_count, reason, created_by, created_at FROM entries WHERE seq = 3`)
		return number(r, "4")
	}, "leaf"},
	{"A3 grow the tree by a leaf of nothing", func(r raider) string {
		r.do(
			`INSERT INTO proof_leaves (position, kind, ref, hash, seal) SELECT size, 'entry', 'ent_forged', (SELECT hash FROM proof_leaves WHERE position = 5), (SELECT seal FROM proof_leaves WHERE position = 5) FROM proof_head`)
		r.regrow()
		return "ent_forged"
	}, "leaf"},
	{"A4 swap what two entries say", func(r raider) string {
		r.do("UPDATE entries SET text = (SELECT b.text FROM entries b WHERE b.seq = 7 - entries.seq) WHERE seq IN (3, 4)")
		return number(r, "3")
	}, "leaf"},
	{"A4 swap two leaves with their records, and grow the tree again", func(r raider) string {
		positions := r.list("SELECT position FROM proof_leaves WHERE kind = 'event' ORDER BY position LIMIT 2")
		r.do("UPDATE proof_leaves SET position = -1 WHERE position = "+positions[0],
			"UPDATE proof_leaves SET position = "+positions[0]+" WHERE position = "+positions[1],
			"UPDATE proof_leaves SET position = "+positions[1]+" WHERE position = -1")
		r.regrow()
		return ""
	}, "checkpoint"},
	{"A6 sign a checkpoint with another key of the same name", func(r raider) string {
		private, _, err := proof.NewKey("books.example")
		if err != nil {
			r.t.Fatal(err)
		}
		r.do("DELETE FROM proof_checkpoints")
		forged, err := proof.Signer{PrivateKey: private}.Sign(r.t.Context(), r.tx)
		if err == nil {
			err = proof.Keep(r.t.Context(), r.tx, forged)
		}
		if err != nil {
			r.t.Fatal(err)
		}
		return "in the database"
	}, "checkpoint"},
	{"A8 authorise without anybody", func(r raider) string {
		id := r.one("SELECT MIN(id) FROM disbursements WHERE state = 'evidenced'")
		r.do("DELETE FROM duties WHERE step = 'authorise' AND subject = '" + id + "'")
		return r.one("SELECT number FROM disbursements WHERE id = '" + id + "'")
	}, "approval"},
	{"A8 approve one's own request", func(r raider) string {
		id := r.one("SELECT MIN(subject) FROM duties WHERE step = 'approve'")
		r.do("DELETE FROM duties WHERE step = 'request' AND subject = '"+id+"'",
			"INSERT INTO duties SELECT subject, round + 1, 'request', user_id, token_id, payload, at FROM duties WHERE step = "+
				"'approve' AND subject = '"+id+"'")
		return id
	}, "approval"},
	{"A8 raise an approved amount, with every payload made to fit", func(r raider) string {
		id := r.one("SELECT MIN(id) FROM disbursements WHERE state = 'evidenced'")
		r.do("UPDATE disbursements SET amount = amount + 100, payload = (SELECT hash FROM tokens LIMIT 1) WHERE id = '"+id+
			"'",
			"UPDATE duties SET payload = (SELECT hash FROM tokens LIMIT 1) WHERE subject = '"+id+"'")
		return id
	}, "leaf"},
	{"A8 change a transfer after it was authorised", func(r raider) string {
		r.do("UPDATE transfers SET sent = sent + 100 WHERE number = (SELECT MIN(number) FROM transfers)")
		return r.one("SELECT MIN(number) FROM transfers")
	}, "approval"},
	{"A8 change a plan after it was approved", func(r raider) string {
		r.do("UPDATE plan_lines SET unit_price = unit_price + 1")
		return "plan "
	}, "approval"},
	{"A9 delete audit events", func(r raider) string {
		r.do("DELETE FROM audit_events WHERE action = 'disbursement.approved'")
		return "event evt_"
	}, "leaf"},
	{"A9 delete audit events with their leaves, and grow the tree again", func(r raider) string {
		r.do("DELETE FROM audit_events WHERE action = 'disbursement.approved'",
			"DELETE FROM proof_leaves WHERE kind = 'event' AND ref NOT IN (SELECT id FROM audit_events)")
		for i, position := range r.list("SELECT position FROM proof_leaves ORDER BY position") {
			r.do(fmt.Sprintf("UPDATE proof_leaves SET position = %d WHERE position = %s", i, position))
		}
		r.regrow()
		return ""
	}, "checkpoint"},
	{"A9 say of a document that it is another one", func(r raider) string {
		r.do("UPDATE evidence SET sha256 = '" + strings.Repeat("0", 64) + "' WHERE id = (SELECT MIN(id) FROM evidence)")
		return "document evd_"
	}, "evidence"},
	{"A9 take a document from its entry", func(r raider) string {
		r.do("DELETE FROM entry_evidence")
		return "entry ent_"
	}, "evidence"},
	{"A9 change who did it", func(r raider) string {
		r.do("UPDATE audit_events SET user_id = 'usr_nobody' WHERE id = (SELECT MIN(id) FROM audit_events)")
		return "audit event evt_"
	}, "leaf"},
}

func number(r raider, seq string) string {
	r.t.Helper()
	year, n := r.one("SELECT fiscal_year FROM entries WHERE seq = "+seq),
		r.one("SELECT number FROM entries WHERE seq = "+seq)
	return fmt.Sprintf("%s-%06s", year, n)
}

// signed plays the worked story and signs a checkpoint.
func signed(t *testing.T, db *store.DB) (keys [2]string, last proof.Checkpoint) {
	t.Helper()
	play(t, db, nil)
	prove(t, db)
	private, public, err := proof.NewKey("books.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		if last, err = (proof.Signer{PrivateKey: private}).Sign(t.Context(), tx); err != nil {
			return err
		}
		return proof.Keep(t.Context(), tx, last)
	}); err != nil {
		t.Fatal(err)
	}
	return [2]string{private, public}, last
}

// prove gives the first entry a document.
func prove(t *testing.T, db *store.DB) {
	t.Helper()
	key, err := evidence.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := evidence.OpenFolder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer blobs.Close()
	archive, err := evidence.OpenArchive(blobs, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		document, err := evidence.Clean([]byte("%PDF-1.7\nA receipt\n%%EOF\n"))
		if err != nil {
			return err
		}
		e, _, err := archive.Store(t.Context(), tx, document, "receipt", "")
		if err != nil {
			return err
		}
		_, err = evidence.Attach(t.Context(), tx, ledger.Book{}, "2026-000001", e.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func verified(t *testing.T, tx *store.Tx, o verify.Options) verify.Report {
	t.Helper()
	report, err := verify.Books(t.Context(), tx, nil, o)
	if err != nil {
		t.Fatalf("verify could not go on: %v", err)
	}
	return report
}

func TestEveryAttackIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, last := signed(t, db)
		o := verify.Options{PublicKey: keys[1], Checkpoints: []string{last.Note}}
		if err := db.ViewPair(t.Context(), func(tx, other *store.Tx) error {
			r := verified(t, tx, o)
			if atOnce, err := verify.Books(t.Context(), tx, other, o); err != nil || !cmp.Equal(r, atOnce) {
				t.Errorf("in two places at once: %v\n%s", err, cmp.Diff(r, atOnce))
			}
			if !r.OK || r.Leaves != last.Size || r.Entries == 0 || r.Duties == 0 || r.Plans == 0 || r.Disbursements == 0 {
				t.Fatalf("books that nobody touched do not verify: %+v", r)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, a := range attacks {
			t.Run(a.name, func(t *testing.T) {
				err := db.Update(t.Context(), func(tx *store.Tx) error {
					r := raider{t, tx}
					r.disarm()
					place := a.do(r)
					report := verified(t, tx, o)
					for _, f := range report.Findings {
						if f.Check == a.check && strings.Contains(f.Place, place) {
							t.Logf("%s", f)
							return errUndo
						}
					}
					t.Errorf("no %s finding at %q, only %v", a.check, place, report.Findings)
					return errUndo
				})
				if !errors.Is(err, errUndo) {
					t.Fatal(err)
				}
			})
		}
	})
}

// A7: an older state of the same books, restored row by row. The books are sound in themselves; only what is kept
// outside knows better, and the signer refuses.
func TestRestoredBackupIsFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, yesterday := signed(t, db)
		backup := dump(t, db)
		var today proof.Checkpoint
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			_, err := access.CreateUser(t.Context(), tx, "newcomer", access.Auditor)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		signer := proof.Signer{PrivateKey: keys[0], Last: &yesterday}
		if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
			today, err = signer.Sign(t.Context(), tx)
			return err
		}); err != nil || today.Size <= yesterday.Size {
			t.Fatalf("%v: signed %d after %d leaves", err, today.Size, yesterday.Size)
		}
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			r := raider{t, tx}
			r.disarm()
			backup.restore(r)
			if report := verified(t, tx, verify.Options{PublicKey: keys[1]}); !report.OK {
				t.Errorf("the backup itself is not sound: %v", report.Findings)
			}
			report := verified(t, tx, verify.Options{PublicKey: keys[1], Checkpoints: []string{today.Note}})
			if len(report.Findings) != 1 || report.Findings[0].Check != "checkpoint" {
				t.Errorf("findings: %v, want one checkpoint that the tree has not reached", report.Findings)
			} else {
				t.Log(report.Findings[0])
			}
			if _, err := (proof.Signer{PrivateKey: keys[0], Last: &today}).Sign(t.Context(), tx); !errors.Is(err,
				proof.ErrRolledBack) {
				t.Errorf("the signer says %v, want %v", err, proof.ErrRolledBack)
			}
			return errUndo
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
	})
}

// A5: other books, whole and sound, with a whole and sound tree.
func TestRewrittenBooksAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, ours := signed(t, storetest.SQLite(t))
		_, theirs := signed(t, db)
		if ours.Root == theirs.Root {
			t.Fatal("two books gave one tree")
		}
		for _, ahead := range []bool{false, true} {
			if ahead { // a rewrite that has grown beyond what was signed
				if err := db.Update(t.Context(), func(tx *store.Tx) error {
					_, err := access.CreateUser(t.Context(), tx, "newcomer", access.Auditor)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.View(t.Context(), func(tx *store.Tx) error {
				report := verified(t, tx, verify.Options{Checkpoints: []string{ours.Note}})
				if len(report.Findings) != 1 || report.Findings[0].Check != "checkpoint" {
					t.Errorf("findings: %v, want one contradicted checkpoint", report.Findings)
				} else {
					t.Log(report.Findings[0])
				}
				if _, err := (proof.Signer{PrivateKey: keys[0], Last: &ours}).Sign(t.Context(), tx); !errors.Is(err,
					proof.ErrRewritten) {
					t.Errorf("the signer says %v, want %v", err, proof.ErrRewritten)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// backup is every row of every table.
type backup map[string][]map[string]any

func dump(t *testing.T, db *store.DB) backup {
	t.Helper()
	all := backup{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		tables := "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'bun%'"
		if tx.Engine == store.Postgres {
			tables = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename NOT LIKE 'bun%'"
		}
		for _, name := range (raider{t, tx}).list(tables) {
			var rows []map[string]any
			if err := tx.NewRaw("SELECT * FROM "+name).Scan(t.Context(), &rows); err != nil {
				return err
			}
			all[name] = rows
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (b backup) restore(r raider) {
	r.t.Helper()
	for name, rows := range b {
		r.do("DELETE FROM " + name)
		for _, row := range rows {
			if _, err := r.tx.NewInsert().Model(&row).TableExpr(name).Exec(context.Background()); err != nil {
				r.t.Fatalf("restore %s: %v", name, err)
			}
		}
	}
}
