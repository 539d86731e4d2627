package smtp_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"supportledger/statements/collecting"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"supportledger/access"
	"supportledger/access/vault/vaulttest"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/letters"
	"supportledger/statements/smtp"
	"supportledger/store"
	"supportledger/store/jobs"
	"supportledger/store/storetest"
)

// mailbox is a mail server on a socket of this machine, which answers as it is told and keeps what it took.
type mailbox struct {
	mu      sync.Mutex
	answers []*gosmtp.SMTPError // to the next receivers; none left takes all
	to      []string
	taken   []string

	asked    map[string]int // by receiver; where it is kept, the answer goes by the receiver's name
	forgives bool           // has the mailboxes that it had not
}

func (m *mailbox) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return session{m}, nil }

type session struct{ *mailbox }

func (session) Reset()                                 {}
func (session) Logout() error                          { return nil }
func (session) Mail(string, *gosmtp.MailOptions) error { return nil }

func (s session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked != nil {
		if no := s.byName(to); no != nil {
			return no
		}
	}
	if len(s.answers) > 0 {
		next := s.answers[0]
		s.answers = s.answers[1:]
		return next
	}
	s.to = append(s.to, to)
	return nil
}

func (s session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err // the sender is gone before the end: nothing was taken
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, string(text))
	return nil
}

func (m *mailbox) mails() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string{}, m.taken...)
}

// listening starts the mail server and gives its address.
func (m *mailbox) listening(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := gosmtp.NewServer(m)
	server.Domain = "localhost"
	go func() { _ = server.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr().String()
}

const (
	address   = "zq.kanari@modtager.example"
	shy       = "D-2"
	wanting   = "D-1"
	statement = "2026-12-31"
)

// world is an office with a sealed statement for a donor who wants mail and one who does not.
type world struct {
	*testing.T
	db     *store.DB
	post   *statements.Postman
	who    map[string]store.Actor
	sealed map[string]statements.Statement
	server string // the mail server
	vault  string // the file of its key
}

func (w *world) do(who string, act func(context.Context, *store.Tx, statements.Issuer) error) error {
	ctx := store.WithActor(w.Context(), w.who[who])
	return w.db.Update(ctx, func(tx *store.Tx) error {
		office, err := w.post.Issuer(ctx, tx)
		if err != nil {
			return err
		}
		return act(ctx, tx, office)
	})
}

func (w *world) must(who string, act func(context.Context, *store.Tx, statements.Issuer) error) {
	w.Helper()
	if err := w.do(who, act); err != nil {
		w.Fatal(err)
	}
}

func newWorld(t *testing.T, db *store.DB, server string) *world {
	t.Helper()
	storetest.ClockOf(db).Set(time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC)) // the year of the statements is over
	people, key := vaulttest.At(t)
	w := &world{T: t, db: db, server: server, vault: key, who: map[string]store.Actor{},
		sealed: map[string]statements.Statement{},
		post: &statements.Postman{DB: db, Vault: people,
			Mailer: smtp.Server{Address: server, From: "bogholderi@nordlys.example", TLS: smtp.None},
			Issuer: func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
				return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
			}}}
	book := ledger.Book{Base: "DKK", General: "UNR", Organisation: "Foreningen Nordlys"}
	if err := db.Update(t.Context(), func(tx *store.Tx) error {
		ctx := t.Context()
		if err := ledger.Create(ctx, tx, book); err != nil {
			return err
		}
		for _, name := range []string{"preparer", "reviewer", "issuer"} {
			u, err := access.CreateUser(ctx, tx, name, access.FinanceOfficer)
			if err != nil {
				return err
			}
			w.who[name] = store.Actor{User: string(u.ID)}
		}
		if err := book.OpenFund(ctx, tx,
			ledger.Fund{Code: "UNR", Name: "Free", Restriction: ledger.Unrestricted, OpenedOn: "2026-01-01"}); err != nil {
			return err
		}
		register := grants.Register{Book: book}
		for code, how := range map[string]donors.Delivery{wanting: donors.ByEmail, shy: donors.NoDelivery} {
			d, err := donors.Register(ctx, tx,
				donors.Donor{Code: code, Kind: donors.Person, Language: "da", Delivery: how})
			if err != nil {
				return err
			}
			if _, err := donors.Seal(ctx, tx, people, code,
				map[donors.Field]string{donors.Email: address}); err != nil {
				return err
			}
			amount, err := ledger.ParseMoney("100.00", "DKK")
			if err != nil {
				return err
			}
			if _, err := (gifts.Register{Grants: register}).Receive(ctx, tx,
				gifts.Gift{Number: "GIFT-" + code, Donor: d, Fund: "UNR", On: "2026-03-03", Gross: amount, Fee: ledger.Zero("DKK"),
					Account: "1010"}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	signer, _, err := proof.NewKey("example.org/books")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{wanting, shy} {
		w.sealed[code] = w.seal(code, signer)
	}
	return w
}

// seal takes a statement through its life.
func (w *world) seal(code, key string) (s statements.Statement) {
	w.Helper()
	for _, step := range []struct {
		who string
		act func(context.Context, *store.Tx, statements.Issuer) error
	}{
		{"preparer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
			s, err = o.Prepare(ctx, tx, collecting.Request{Subject: code, Kind: figures.DonorAnnual, To: statement},
				figures.Danish, "")
			return err
		}},
		{"preparer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
			_, err = o.CheckPrivacy(ctx, tx, string(s.ID))
			return err
		}},
		{"reviewer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
			_, err = o.Review(ctx, tx, string(s.ID))
			return err
		}},
		{"issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
			if _, err = o.Issue(ctx, tx, string(s.ID)); err != nil {
				return err
			}
			_, err = o.Deliver(ctx, tx, string(s.ID))
			if !errors.Is(err, statements.ErrNotSealed) {
				w.Errorf("delivered before it was sealed: %v", err)
			}
			return nil
		}},
		{"issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
			c, err := proof.Signer{PrivateKey: key}.Sign(ctx, tx)
			if err != nil {
				return err
			}
			return proof.Keep(ctx, tx, c)
		}},
		{"issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
			s, err = o.Seal(ctx, tx, string(s.ID))
			return err
		}},
	} {
		w.must(step.who, step.act)
	}
	return s
}

// A sealed statement goes to a donor who asked for it, by a mail that names nobody; what the server defers is tried
// again, every try is on record, and the link leads to the very document until it is too old.
func TestDelivery(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		box := &mailbox{answers: []*gosmtp.SMTPError{{Code: 451, Message: "later, " + address}}}
		w := newWorld(t, db, box.listening(t))
		w.words()
		if err := w.do("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
			_, err := o.Deliver(ctx, tx, string(w.sealed[shy].ID))
			return err
		}); !errors.Is(err, statements.ErrNotOptedIn) {
			t.Errorf("a donor who did not ask: %v", err)
		}
		queue := jobs.New(db, jobs.Options{})
		jobs.Do(queue, w.post.Work)
		if err := queue.Start(context.Background()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = queue.Stop(context.Background()) })
		s := w.sealed[wanting]
		w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
			_, err := o.Deliver(ctx, tx, string(s.ID))
			return err
		})
		log := w.settled(s.ID, 2)
		if log[0].Outcome != statements.MailDeferred || log[0].Code != 451 || log[1].Outcome != statements.MailSent {
			t.Errorf("%+v", log)
		}
		mails := box.mails()
		if len(mails) != 1 || box.to[0] != address {
			t.Fatalf("%d mails to %q", len(mails), box.to)
		}
		w.read(s, mails[0])
		w.nowhere()
	})
}

// settled waits for n attempts.
func (w *world) settled(id statements.ID, n int) (log []statements.Attempt) {
	w.Helper()
	for range 600 {
		w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
			all, err := o.Deliveries(ctx, tx, string(id), store.Keyset{})
			if len(all) > 0 {
				log = all[0].Attempts
			}
			return err
		})
		if len(log) == n {
			return log
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.Fatalf("%d attempts: %+v", len(log), log)
	return nil
}

// words puts the office's own words into use.
func (w *world) words() {
	w.Helper()
	var set letters.Text
	w.must("preparer", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) (err error) {
		set, err = letters.Set(ctx, tx, letters.Text{Lang: figures.Danish, DisplayName: "Nordlys æøå",
			Greeting: "Kære støtte", Salutation: "Kære {name}", Thanks: "Tak.", Signature: "Venlig hilsen\nVi alle"})
		return err
	})
	w.must("reviewer", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		_, err := letters.Approve(ctx, tx, set.ID)
		return err
	})
}

// read looks at the mail as its receiver and as anybody on the way.
func (w *world) read(s statements.Statement, text string) {
	w.Helper()
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	if !strings.Contains(head, "Subject: Din =?") && !strings.Contains(head, "Subject:") ||
		strings.Contains(head, "Nordlys ") || strings.Contains(text, wanting) {
		w.Errorf("the mail tells too much:\n%s", text)
	}
	for _, header := range []string{"X-Mailer", "User-Agent", "Foreningen", "bevilling", "gave"} {
		if strings.Contains(head, header) {
			w.Errorf("the head has %s:\n%s", header, head)
		}
	}
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		w.Fatal(err)
	}
	if from, err := m.Header.AddressList("From"); err != nil || from[0].Name != "Nordlys æøå" ||
		from[0].Address != "bogholderi@nordlys.example" || m.Header.Get("Auto-Submitted") != "auto-generated" {
		w.Errorf("from %v, %q: %v", from, m.Header.Get("Auto-Submitted"), err)
	}
	whole, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(body)))
	plain := strings.ReplaceAll(string(whole), "\r\n", "\n")
	if err != nil || !strings.HasPrefix(plain, "Kære støtte\n\nDit regnskab S-") ||
		!strings.HasSuffix(strings.TrimSpace(plain), "Venlig hilsen\nVi alle") {
		w.Errorf("%v: it reads\n%s", err, plain)
	}
	link := regexp.MustCompile(`https://books\.example/own/(\S+)`).FindStringSubmatch(plain)
	if link == nil {
		w.Fatalf("no link:\n%s", text)
	}
	w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
		found, err := o.ByLink(ctx, tx, link[1])
		if err == nil && (found.DocumentID != s.DocumentID || found.State != statements.Sent) {
			w.Errorf("the link leads to %s, %s", found.DocumentID, found.State)
		}
		if _, err := o.ByLink(ctx, tx, link[1]+"x"); !errors.Is(err, statements.ErrUnknownDelivery) {
			w.Errorf("another link: %v", err)
		}
		later := *tx
		later.At = tx.At.AddDate(0, 2, 0)
		if _, err := o.ByLink(ctx, &later, link[1]); !errors.Is(err, statements.ErrUnknownDelivery) {
			w.Errorf("an old link: %v", err)
		}
		return err
	})
}

// nowhere looks for the address in what jobs and attempts keep; that it was opened is on record.
func (w *world) nowhere() {
	w.Helper()
	w.must("issuer", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		var jobs []string
		text := "SELECT CAST(errors AS TEXT) FROM river_job WHERE errors IS NOT NULL"
		if tx.Engine == store.SQLite {
			text = "SELECT json(errors) FROM river_job WHERE errors IS NOT NULL"
		}
		if err := tx.NewRaw(text).Scan(ctx, &jobs); err != nil {
			return err
		}
		if len(jobs) != 1 || strings.Contains(strings.Join(jobs, ""), "kanari") {
			w.Errorf("jobs keep %q", jobs)
		}
		var opened int
		err := tx.NewRaw("SELECT COUNT(*) FROM audit_events WHERE action = 'donor.opened'").Scan(ctx, &opened)
		if opened != 2 {
			w.Errorf("the address was opened %d times on record", opened)
		}
		return err
	})
}

// A donor who agreed on a passphrase gets the document itself, locked with it: it opens with that and with nothing
// else, shows what the sealed one shows, and neither the passphrase nor anything personal is in the mail.
func TestDeliveryOfALockedDocument(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		box := &mailbox{}
		w := newWorld(t, db, box.listening(t))
		s := w.sealed[wanting]
		w.agree(passphrase)
		w.delivered(s)
		text := box.mails()[0]
		head, body, _ := strings.Cut(text, "\r\n\r\n")
		for _, secret := range []string{passphrase, "kanari", wanting, "/own/", "100,00", "Nordlys "} {
			if strings.Contains(strings.ReplaceAll(body, "=\r\n", ""), secret) {
				t.Errorf("the mail has %q:\n%.2000s", secret, text)
			}
		}
		if strings.Contains(head, passphrase) || strings.Contains(head, wanting) {
			t.Errorf("the head tells too much:\n%s", head)
		}
		name, pdf := w.attached(text)
		if name != s.Number+".pdf" || bytes.Contains(pdf, []byte("figures.json")) || bytes.Contains(pdf, []byte(wanting)) {
			t.Errorf("%s is not locked", name)
		}
		w.opens(pdf, s.Document)
		w.agree("")
		storetest.ClockOf(db).Advance(31 * 24 * time.Hour) // the link of a mail would be over
		w.delivered(s)
		if again := box.mails()[1]; !strings.Contains(strings.ReplaceAll(again, "=\r\n", ""), "/own/") ||
			strings.Contains(again, "application/pdf") {
			t.Errorf("without a passphrase it is not a link:\n%.1000s", again)
		}
	})
}

const passphrase = "korrekt-hest-batteri-17"

// agree keeps a passphrase of the donor who wants mail, or takes it away.
func (w *world) agree(text string) {
	w.Helper()
	w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
		_, err := donors.Seal(ctx, tx, w.post.Vault, wanting,
			map[donors.Field]string{donors.Passphrase: text})
		return err
	})
}

// delivered has a statement sent, here and now.
func (w *world) delivered(s statements.Statement) {
	w.Helper()
	var d statements.Delivery
	w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
		d, err = o.Deliver(ctx, tx, string(s.ID))
		return err
	})
	if err := w.post.Work(w.Context(), statements.DeliveryJob{Delivery: d.ID}); err != nil {
		w.Fatal(err)
	}
}

// attached takes the one file out of a mail.
func (w *world) attached(text string) (name string, body []byte) {
	w.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		w.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		w.Fatal(err)
	}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err != nil {
			w.Fatalf("no file: %v", err)
		}
		if p.FileName() == "" {
			continue
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, p))
		if err != nil {
			w.Fatal(err)
		}
		return p.FileName(), body
	}
}

// opens reads a locked document with programs that know nothing of us, and holds it against the sealed one.
func (w *world) opens(pdf, sealed []byte) {
	w.Helper()
	dir := w.TempDir()
	lock, open := filepath.Join(dir, "locked.pdf"), filepath.Join(dir, "sealed.pdf")
	for path, body := range map[string][]byte{lock: pdf, open: sealed} {
		if err := os.WriteFile(path, body, 0o600); err != nil {
			w.Fatal(err)
		}
	}
	run := func(name string, args ...string) (string, error) {
		if _, err := exec.LookPath(name); err != nil {
			w.Skipf("%s is not installed: run make check once", name)
		}
		out, err := exec.Command(name, args...).CombinedOutput()
		return string(out), err
	}
	if out, err := run("qpdf", "--password="+passphrase, "--check", lock); err != nil || !strings.Contains(out, "AESv3") {
		w.Errorf("qpdf: %v\n%s", err, out)
	}
	if out, err := run("pdftotext", "-layout", "-upw", "another-passphrase", lock, "-"); err == nil {
		w.Errorf("it opens with another passphrase:\n%s", out)
	}
	want, err := run("pdftotext", "-layout", open, "-")
	if err != nil {
		w.Fatal(err)
	}
	if got, err := run("pdftotext", "-layout", "-upw", passphrase, lock, "-"); err != nil || got != want ||
		len(got) < 200 {
		w.Errorf("%v; it shows\n%s\nand the sealed one\n%s", err, got, want)
	}
	if out, err := run("pdfdetach", "-upw", passphrase, "-list",
		lock); err != nil || !strings.Contains(out, "figures.json") || !strings.Contains(out, "proof.json") {
		w.Errorf("attachments: %v\n%s", err, out)
	}
}

// What the server refuses for good is not tried again, and a statement that was withdrawn meanwhile is not sent.
func TestDeliveryThatEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		box := &mailbox{answers: []*gosmtp.SMTPError{{Code: 550, Message: "no such mailbox"}}}
		w := newWorld(t, db, box.listening(t))
		s := w.sealed[wanting]
		for _, want := range []statements.Attempt{{Code: 550, Outcome: statements.MailRefused},
			{Code: 0, Outcome: statements.MailRefused}} {
			var d statements.Delivery
			w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
				d, err = o.Deliver(ctx, tx, string(s.ID))
				return err
			})
			if want.Code == 0 {
				w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
					_, err := o.Withdraw(ctx, tx, string(s.ID), "issued by mistake")
					return err
				})
			}
			for range 2 { // a second time finds it done
				if err := w.post.Work(t.Context(), statements.DeliveryJob{Delivery: d.ID}); err != nil {
					t.Error(err)
				}
			}
			w.must("issuer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
				all, err := o.Deliveries(ctx, tx, string(s.ID), store.Keyset{})
				for _, found := range all {
					if found.ID == d.ID && (len(found.Attempts) != 1 || found.Attempts[0].Outcome != want.Outcome ||
						found.Attempts[0].Code != want.Code) {
						t.Errorf("%+v, want %+v", found.Attempts, want)
					}
				}
				return err
			})
		}
		if n := len(box.mails()); n != 0 {
			t.Errorf("%d mails were taken", n)
		}
	})
}
