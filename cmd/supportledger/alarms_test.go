package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"supportledger/access/vault/vaulttest"
	"supportledger/backup"
	"supportledger/cmd/alarms"
	"supportledger/statements/smtp"
	"supportledger/store"
	"supportledger/store/storetest"
)

// mailServer is a mail server on a socket of this machine.
type mailServer struct {
	mu      sync.Mutex
	refuses *gosmtp.SMTPError // to every receiver; nil takes all
	to      []string
	taken   []string
}

func (m *mailServer) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return mailSession{m}, nil }

type mailSession struct{ *mailServer }

func (mailSession) Reset()                                 {}
func (mailSession) Logout() error                          { return nil }
func (mailSession) Mail(string, *gosmtp.MailOptions) error { return nil }

func (s mailSession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return s.refuses
	}
	s.to = append(s.to, to)
	return nil
}

func (s mailSession) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, string(text))
	return err
}

// answers has the server answer so from now on.
func (m *mailServer) answers(no *gosmtp.SMTPError) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuses = no
}

var subject = regexp.MustCompile(`(?m)^Subject: supportledger: (\S+)\r?$`)

// kinds gives the kinds of alarms that were mailed since it was last asked, in order of their names.
func (m *mailServer) kinds(t *testing.T) (all []string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, text := range m.taken {
		found := subject.FindStringSubmatch(text)
		if found == nil || m.to[i] != "admin@example.org" {
			t.Fatalf("to %s: %s", m.to[i], text)
		}
		all = append(all, found[1])
		for _, name := range []string{personSought, "0440116243", "P-"} {
			if strings.Contains(text, name) {
				t.Errorf("a mail says %q: %s", name, text)
			}
		}
	}
	m.taken, m.to = nil, nil
	slices.Sort(all)
	return all
}

// personSought is the name that no alarm may repeat.
const personSought = "Zinnober Kvik"

func newMailServer(t *testing.T) (m *mailServer, at string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m = &mailServer{}
	server := gosmtp.NewServer(m)
	server.Domain = "localhost"
	go func() { _ = server.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	return m, l.Addr().String()
}

// watchful is what looks after books, with a mail server that it tells.
func watchful(t *testing.T, db *store.DB) (*care, *mailServer) {
	t.Helper()
	m, at := newMailServer(t)
	log := slog.New(slog.DiscardHandler)
	return &care{careFlags: careFlags{BackupEvery: 24 * time.Hour, BackupDays: 14, VerifyEvery: 24 * time.Hour}, db: db,
		at: address(storetest.DSN(db)), log: log, settings: map[string]string{}, alarms: &alarms.Alarms{
			To: []string{"admin@example.org"}, Log: log,
			Mailer: smtp.Server{Address: at, From: "books@example.org", TLS: smtp.None}}}, m
}

// Each kind of alarm is mailed to the admin by a mail server, once, without names, when what it is about is done
// through the API of a running server; and not again at the next turns.
func TestAlarmsAreMailedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		tokens := opened(t, db)
		_, key := vaulttest.At(t)
		p := begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0", "--verify-every", "0",
			"--vault-key", key)
		at := p.await(listening)[0]
		k, m := watchful(t, db)
		turn := func(want ...string) {
			t.Helper()
			for range 3 {
				k.turn(t.Context(), 0)
			}
			if got := m.kinds(t); !slices.Equal(got, want) {
				t.Fatalf("mailed %v, want %v", got, want)
			}
		}
		turn()
		failedSignIns(t, at, storetest.DSN(db))
		actsThatAlarm(t, at, tokens)
		turn("identity.opened_in_emergency", "payee.bank_details_entered", "sign_in.failed")

		k.DiskFree = 101 // no disk is as empty
		k.BackupDir = t.TempDir()
		old := filepath.Join(k.BackupDir, backup.NameAt(time.Now().Add(-72*time.Hour), false))
		if err := os.WriteFile(old, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		turn("backup_old", "disk_nearly_full")

		behind(t, db, "UPDATE audit_events SET subject = 'somebody else' WHERE action = 'payee.registered'")
		k.verified.Set(time.Time{}, 1) // it is time again
		turn("verify_found")

		for i := range notTaken {
			behind(t, db, fmt.Sprintf("INSERT INTO statement_delivery_attempts VALUES ('dlv_x', %d, 'deferred', 451, '%s')", i+1,
				store.FormatTime(time.Now())))
		}
		turn("mail_failing")
	})
}

// failedSignIns tries wrong passwords at three accounts, four at each: none has to wait.
func failedSignIns(t *testing.T, at, dsn string) {
	t.Helper()
	for n := range 3 {
		handle := fmt.Sprint("reader-", n)
		word := strings.TrimSpace(ran(t, 0, "user", "add", handle, "--role", "auditor", "--db", dsn))
		call{path: "/passwords", body: `{"invitation":"` + word + `","password":"brisk lantern orbit walnut"}`}.must(t, at,
			http.StatusNoContent)
		for range 4 {
			call{path: "/sessions", body: `{"handle":"` + handle + `","password":"` + personSought + `"}`}.must(t, at,
				http.StatusUnauthorized)
		}
	}
}

// actsThatAlarm does through the API what an admin hears of.
func actsThatAlarm(t *testing.T, at string, tokens map[string]string) {
	t.Helper()
	finance, caseworker := tokens["finance_officer"], tokens["caseworker"]
	call{finance, "payee", "/payees", `{"code":"A1","kind":"person","alias":"A1"}`}.must(t, at, http.StatusCreated)
	call{finance, "bank", "/payees/A1/bank-details",
		`{"registration_number":"0040","account_number":"0440116243"}`}.must(t, at, http.StatusCreated)
	made := call{caseworker, "person", "/beneficiaries", `{}`}.must(t, at, http.StatusCreated)
	code := regexp.MustCompile(`"code":\s*"([^"]+)"`).FindStringSubmatch(made.body)[1]
	put, err := http.NewRequestWithContext(t.Context(), http.MethodPut, at+"/api/v1/beneficiaries/"+code+"/identity",
		strings.NewReader(`{"names":"`+personSought+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	put.Header.Set("Authorization", "Bearer "+caseworker)
	put.Header.Set("Content-Type", "application/json")
	put.Header.Set("Idempotency-Key", "names")
	resp, err := client.Do(put)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusNoContent {
		t.Fatalf("the name was not taken: %d", resp.StatusCode)
	}
	seen := call{tokens["programme_lead"], "", "/beneficiaries/" + code + "/emergency-openings",
		`{"fields":["names"],"purpose":"plan","reason":"what the test is about, at length"}`}.must(t, at, http.StatusOK)
	if !strings.Contains(seen.body, personSought) {
		t.Fatalf("nobody was opened: %s", seen.body)
	}
}

// behind changes books behind the program's back, as the owner of the database can.
func behind(t *testing.T, db *store.DB, text string) {
	t.Helper()
	conn, err := db.Pool().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	before, after := []string{"SET session_replication_role = replica"}, "SET session_replication_role = DEFAULT"
	if !strings.HasPrefix(storetest.DSN(db), "postgres") {
		before, after = append([]string{"PRAGMA foreign_keys = OFF"}, dropGuards(t, conn)...), "PRAGMA foreign_keys = ON"
	}
	for _, one := range append(before, text, after) {
		if _, err := conn.ExecContext(t.Context(), one); err != nil {
			t.Fatalf("%s: %v", one, err)
		}
	}
}

// dropGuards are the commands that take all triggers of a SQLite file away.
func dropGuards(t *testing.T, conn *sql.Conn) (all []string) {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), "SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// An alarm that the mail server does not take is not lost: it is mailed when the server takes mails again, with a word
// that it did not. One to an address that the server refuses for good is given up.
func TestAlarmsWaitForTheMailServer(t *testing.T) {
	m, at := newMailServer(t)
	var log bytes.Buffer
	a := &alarms.Alarms{To: []string{"admin@example.org"}, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Mailer: smtp.Server{Address: at, From: "books@example.org", TLS: smtp.None}}
	m.answers(&gosmtp.SMTPError{Code: 451, Message: "not now, Zinnober Kvik"})
	a.Raise(t.Context(), "disk_nearly_full", "1 MB of 2 MB are free.")
	for range 3 {
		a.Again(t.Context())
	}
	if got := m.kinds(t); len(got) > 0 || a.Waiting() != 2 {
		t.Fatalf("mailed %v, %d wait", got, a.Waiting())
	}
	ended, end := context.WithCancel(t.Context())
	end()
	a.Again(ended)
	if a.Waiting() != 2 {
		t.Fatalf("a server that ends loses alarms: %d wait", a.Waiting())
	}
	m.answers(nil)
	for range 3 {
		a.Again(t.Context())
		a.Raise(t.Context(), "disk_nearly_full", "1 MB of 2 MB are free.")
	}
	got, want := m.kinds(t), []string{"disk_nearly_full", "mail_failing"}
	if !slices.Equal(got, want) || a.Waiting() != 0 {
		t.Fatalf("mailed %v, want %v; %d wait", got, want, a.Waiting())
	}
	m.answers(&gosmtp.SMTPError{Code: 550, Message: "no such mailbox"})
	a.Raise(t.Context(), "backup_old", "The newest backup is 3 days old.")
	if a.Waiting() != 0 || strings.Contains(log.String(), personSought) ||
		strings.Count(log.String(), "could not be mailed") < 5 {
		t.Errorf("%d wait; the log says\n%s", a.Waiting(), log.String())
	}
}
