package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"supportledger/backup"
	"supportledger/store"
	"supportledger/store/storetest"
)

// ran runs the program to its end and gives standard output; the exit code must be want.
func ran(t *testing.T, want int, args ...string) string {
	t.Helper()
	cmd := exec.Command("supportledger", args...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	_ = cmd.Run() // the code says it
	if code := cmd.ProcessState.ExitCode(); code != want {
		t.Fatalf("%s: exit code %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), talk.String())
	}
	if want != 0 {
		return out.String() + talk.String()
	}
	return out.String()
}

// emptyOf is a new place for books on an engine, as --into names it.
func emptyOf(t *testing.T, engine store.Engine) string {
	t.Helper()
	if engine == store.Postgres {
		return storetest.EmptyPostgres(t)
	}
	return storetest.EmptySQLite(t)
}

// made makes a backup and gives its file and manifest.
func made(t *testing.T, dsn string) (file string, m backup.Manifest) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "books.slbackup")
	ran(t, 0, "backup", "--db", dsn, "-o", file)
	return file, manifestOf(t, file)
}

func manifestOf(t *testing.T, file string) backup.Manifest {
	t.Helper()
	m, err := backup.Check(backup.Source{Open: opener(file)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// exports are the books as everybody outside sees them.
func exports(t *testing.T, dsn string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, format := range []string{"hledger", "beancount", "ledger", "csv"} {
		all[format] = ran(t, 0, "export", "journal", "--db", dsn, "--format", format)
	}
	all["register"] = ran(t, 0, "statement", "register", "--db", dsn)
	all["tokens"] = ran(t, 0, "token", "list", "--db", dsn)
	all["statement"] = ran(t, 0, "statement", "render", "--db", dsn, "--subject", "G1", "--to", "2026-06-30",
		"--format", "json")
	return all
}

// TestBackupMovesBetweenEngines takes books from one engine to the other and back: the same rows, proof, exports,
// guards.
func TestBackupMovesBetweenEngines(t *testing.T) {
	for _, start := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(start), func(t *testing.T) {
			other := store.Postgres
			if start == store.Postgres {
				other = store.SQLite
			}
			dsn := restored(t, start)
			inBooks(t, dsn, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.ExecContext(ctx, waitingJob[start])
				return err
			})
			before, schemas := exports(t, dsn), map[store.Engine][]string{start: schemaOf(t, dsn)}
			schemas[other] = schemaOf(t, emptyOf(t, other))
			file, first := made(t, dsn)
			for _, engine := range []store.Engine{other, start} {
				into := emptyOf(t, engine)
				ran(t, 0, "restore", file, "--into", into, "--evidence", t.TempDir())
				ran(t, 0, "verify", "--db", into)
				if diff := cmp.Diff(before, exports(t, into)); diff != "" {
					t.Errorf("%s shows other books:\n%s", engine, diff)
				}
				if diff := cmp.Diff(schemas[engine], schemaOf(t, into)); diff != "" {
					t.Errorf("%s has another schema:\n%s", engine, diff)
				}
				var again backup.Manifest
				file, again = made(t, into)
				if again.Rows != first.Rows || again.Root != first.Root {
					t.Errorf("%s holds other rows: %s, root %s; want %s, %s", engine, again.Rows, again.Root, first.Rows, first.Root)
				}
				if diff := cmp.Diff(jobsIn(t, file), `[{"kind":"later_work","args":{"a":1,"b":"x"},`+
					`"scheduled_at":"2031-01-02T03:04:05Z","max_attempts":7}]`); diff != "" {
					t.Errorf("%s has other jobs:\n%s", engine, diff)
				}
			}
		})
	}
}

// waitingJob puts a job into the queue of an engine.
var waitingJob = map[store.Engine]string{
	store.SQLite: `INSERT INTO river_job (args, kind, max_attempts, state, scheduled_at)
		VALUES (jsonb('{"b":"x","a":1}'), 'later_work', 7, 'scheduled', '2031-01-02 03:04:05')`,
	store.Postgres: `INSERT INTO river_job (args, kind, max_attempts, state, scheduled_at)
		VALUES ('{"b":"x","a":1}', 'later_work', 7, 'scheduled', '2031-01-02 03:04:05Z')`,
}

func jobsIn(t *testing.T, file string) (text string) {
	t.Helper()
	_, err := backup.Source{Open: opener(file)}.Members(func(name string, content []byte) error {
		if name == "jobs.json" {
			text = string(content)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestBackupUnderLoad takes backups while sixteen clients post. Each restores, verifies and holds every entry that was
// acknowledged before it began.
func TestBackupUnderLoad(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens := opened(t, db)
		_, url := served(t, db)
		call{token: tokens["finance_officer"], path: "/funds", body: fund("UNR")}.must(t, url, http.StatusCreated)
		posted := &poster{token: tokens["finance_officer"], url: url, there: map[string]bool{}}
		files := map[string][]string{} // with what was acknowledged before
		stop := posted.start(t, 16)
		for range storetest.Rounds(2, 50) {
			time.Sleep(100 * time.Millisecond)
			known := posted.acknowledged()
			file, m := made(t, storetest.DSN(db))
			files[file] = known
			t.Logf("%d entries acknowledged before, %d leaves in the backup", len(known), m.Leaves)
		}
		stop()
		for file, known := range files { // the load stood still for none of them
			ran(t, 0, "backup", "verify", file)
			if missing := entriesIn(t, file, known); len(missing) > 0 {
				t.Errorf("%d of %d entries acknowledged before the backup are not in it: %v", len(missing), len(known), missing)
			}
		}
		if len(posted.acknowledged()) < 32 {
			t.Errorf("only %d entries were posted: this was no load", len(posted.acknowledged()))
		}
		t.Logf("%d backups under load, %d entries posted, %d times told to repeat", len(files), len(posted.acknowledged()),
			posted.busy.Load())
	})
}

// poster posts entries and remembers the ids of those that were acknowledged.
type poster struct {
	token, url string
	busy       atomic.Int64 // answers that said to repeat the request
	mu         sync.Mutex
	there      map[string]bool
}

func (p *poster) start(t *testing.T, clients int) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var sending sync.WaitGroup
	for i := range clients {
		sending.Go(func() {
			for n := 0; ctx.Err() == nil; time.Sleep(20 * time.Millisecond) { // books that verify in a second, too
				c := call{p.token, fmt.Sprintf("load-%d-%d", i, n), "/opening-balances",
					`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"1.00"}`}
				a, err := c.send(ctx, p.url)
				switch {
				case ctx.Err() != nil:
				case err == nil && a.status == http.StatusCreated:
					n++
					p.mu.Lock()
					p.there[effectID.FindString(a.body)] = true
					p.mu.Unlock()
				case err == nil && a.status == http.StatusServiceUnavailable && strings.Contains(a.body, `"busy"`):
					p.busy.Add(1) // the same request again, with the same key
				default:
					t.Errorf("%v, answered %d: %s", err, a.status, a.body)
					return
				}
			}
		})
	}
	return func() {
		cancel()
		sending.Wait()
	}
}

func (p *poster) acknowledged() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Collect(maps.Keys(p.there))
}

// entriesIn gives those ids that are no entry in a backup.
func entriesIn(t *testing.T, file string, ids []string) (missing []string) {
	t.Helper()
	there := map[string]bool{}
	_, err := backup.Source{Open: opener(file)}.Members(func(name string, content []byte) error {
		if strings.HasPrefix(name, "tables/entries.") {
			for _, id := range effectID.FindAllString(string(content), -1) {
				there[id] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if !there[id] {
			missing = append(missing, id)
		}
	}
	return missing
}

// TestBackupKilled kills a backup and a restore at any moment. What has the name of a backup is whole, and what has the
// name of books is whole.
func TestBackupKilled(t *testing.T) {
	for _, engine := range []store.Engine{store.SQLite, store.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			dsn := restored(t, engine)
			began := time.Now()
			whole, _ := made(t, dsn)
			took := time.Since(began)
			began = time.Now()
			ran(t, 0, "restore", whole, "--into", emptyOf(t, engine), "--evidence", t.TempDir())
			restoreTook := time.Since(began)
			dir, finished, rounds := t.TempDir(), 0, storetest.Rounds(4, 200)
			for i := range rounds {
				file := filepath.Join(dir, fmt.Sprint(i, ".slbackup"))
				killedAfter(t, rand.N(took), "backup", "--db", dsn, "-o", file)
				if _, err := os.Stat(file); err == nil {
					finished++
					took = took * 2 / 3 // the machine is quicker than it was
					manifestOf(t, file)
				}
				into := emptyOf(t, engine)
				killedAfter(t, rand.N(restoreTook), "restore", whole, "--into", into, "--evidence", filepath.Join(dir, "evidence"))
				cmd := exec.Command("supportledger", "verify", "--db", into)
				out, _ := cmd.CombinedOutput()
				if code := cmd.ProcessState.ExitCode(); code != 0 && code != exitUnreachable && code != exitRefused {
					t.Errorf("half restored books: exit code %d\n%s", code, out)
				}
				if cmd.ProcessState.ExitCode() != 0 { // the same place takes the next try
					ran(t, 0, "restore", whole, "--into", into, "--evidence", filepath.Join(dir, "evidence"))
				}
			}
			if finished == rounds {
				t.Error("no kill hit a backup, so this shows nothing")
			}
			t.Logf("%d of %d backups were finished before the kill", finished, rounds)
		})
	}
}

func killedAfter(t *testing.T, d time.Duration, args ...string) {
	t.Helper()
	p := begin(t, nil, args...)
	time.Sleep(d)
	p.kill()
}

// A backup that was encrypted opens with its key only, and one that was cut off, changed or is no backup is refused
// with exit code 3 and leaves nothing.
func TestBackupRefusals(t *testing.T) {
	dsn, dir := restored(t, store.SQLite), t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(in(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other, _ := age.GenerateX25519Identity()
	write("key", identity.String()+"\n")
	write("other", other.String()+"\n")
	ran(t, 0, "backup", "--db", dsn, "-o", in("sealed.age"), "--encrypt-to", identity.Recipient().String())
	ran(t, 0, "backup", "verify", in("sealed.age"), "--identity", in("key"))
	out := ran(t, exitFound, "backup", "verify", in("sealed.age"))
	if !strings.Contains(out, "is encrypted; name the file") {
		t.Error(out)
	}
	out = ran(t, exitFound, "backup", "verify", in("sealed.age"), "--identity", in("other"))
	if !strings.Contains(out, "another key") {
		t.Error(out)
	}
	ran(t, 0, "backup", "--db", dsn, "-o", in("plain"))
	if out := ran(t, 1, "backup", "--db", dsn, "-o", in("plain")); !strings.Contains(out, "nothing is written over") {
		t.Error(out)
	}
	for name, file := range map[string]string{"sealed": "sealed.age", "open": "plain"} {
		content, err := os.ReadFile(in(file))
		if err != nil {
			t.Fatal(err)
		}
		write(name+"-cut", string(content[:len(content)*9/10]))
		write(name+"-short", string(content[:len(content)-1]))
		content[len(content)/2] ^= 1
		write(name+"-changed", string(content))
		for _, how := range []string{"-cut", "-short", "-changed"} {
			ran(t, exitFound, "restore", in(name+how), "--identity", in("key"), "--into", in("never"))
			if left, _ := filepath.Glob(in("never/*")); len(left) > 0 {
				t.Errorf("%s%s left %v", name, how, left)
			}
		}
	}
	write("text", "this is a text, and no backup of anything at all")
	ran(t, exitFound, "restore", in("text"), "--into", in("never"))
	ran(t, exitUsage, "restore", in("nowhere"), "--into", in("never"))
	ran(t, 0, "restore", in("plain"), "--into", in("books"))
	for _, into := range []string{in("books"), "sqlite:" + in("books/supportledger.db")} {
		if out := ran(t, exitRefused, "restore", in("plain"), "--into", into); !strings.Contains(out, "is there already") {
			t.Error(out)
		}
	}
	write("orphan.db-wal", "left by other books")
	ran(t, exitRefused, "restore", in("plain"), "--into", "sqlite:"+in("orphan.db"))
	lite := storetest.EmptyPostgres(t)
	ran(t, 0, "restore", in("plain"), "--into", lite, "--evidence", in("evidence"))
	ran(t, exitRefused, "restore", in("plain"), "--into", lite, "--evidence", in("evidence"))
}

// A restore says what was written after the backup, by the books that it replaces and by checkpoints elsewhere.
func TestRestoreSaysWhatWasLost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens, dir := opened(t, db), t.TempDir()
		dsn := storetest.DSN(db)
		_, url := served(t, db)
		call{token: tokens["finance_officer"], path: "/funds", body: fund("UNR")}.must(t, url, http.StatusCreated)
		post := func(key string) {
			call{tokens["finance_officer"], key, "/opening-balances",
				`{"date":"2026-07-01","fund":"UNR","account":"1010","amount":"1.00"}`}.must(t, url, http.StatusCreated)
		}
		post("before")
		file, _ := made(t, dsn)
		post("after-1")
		post("after-2")
		ran(t, 0, "proof", "keygen", "--name", "example.org/books", "--key", dir+"/k")
		if err := os.Mkdir(dir+"/witness", 0o700); err != nil {
			t.Fatal(err)
		}
		ran(t, 0, "proof", "checkpoint", "--db", dsn, "--key", dir+"/k", "--witness", dir+"/witness")
		out := ran(t, exitFound, "restore", file, "--into", dir+"/new", "--checkpoints", dir+"/witness",
			"--replaces", dsn)
		for _, want := range []string{"LOST at least 6 records: the checkpoint", "LOST 6 records:", "up to entry 2026-000003",
			"ends with 2026-000001", "FOUND checkpoint"} {
			if !strings.Contains(out, want) {
				t.Errorf("%q is not in\n%s", want, out)
			}
		}
		out = ran(t, exitFound, "restore", file, "--into", dir+"/new", "--checkpoints", dir+"/witness", "--accept-findings")
		if !strings.Contains(out, "Restored into") {
			t.Error(out)
		}
		ran(t, 0, "verify", "--db", "sqlite:"+dir+"/new/supportledger.db")
	})
}
