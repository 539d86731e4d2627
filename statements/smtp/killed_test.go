package smtp_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"supportledger/access/vault"
	"supportledger/grants"
	"supportledger/grants/donors"
	"supportledger/grants/gifts"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/statements"
	"supportledger/statements/figures"
	"supportledger/statements/smtp"
	"supportledger/store"
	"supportledger/store/storetest"
)

// TestMain lets this binary be the worker that is killed.
func TestMain(m *testing.M) {
	if os.Getenv("WORKER_DSN") == "" {
		os.Exit(m.Run())
	}
	if err := work(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// work takes a step of a run to its end, in a process of its own; of the last step it sends the mails as well.
func work() error {
	ctx := context.Background()
	clock := storetest.NewClock(later)
	db, err := store.Open(ctx, os.Getenv("WORKER_DSN"), store.Options{Clock: clock, MaxConns: 8})
	if err != nil {
		return err
	}
	open := func(ctx context.Context, tx *store.Tx) (statements.Issuer, error) {
		return statements.OpenIssuer(ctx, tx, statements.Issuer{Address: "https://books.example"})
	}
	runner := &statements.Runner{DB: db, Issuer: open}
	step := statements.RunStep(os.Getenv("WORKER_STEP"))
	if err := runner.All(ctx, statements.RunID(os.Getenv("WORKER_RUN")), step, nil); err != nil {
		return err
	}
	if step != statements.RunDeliver {
		return nil
	}
	people, err := vault.Open(ctx, os.Getenv("WORKER_VAULT"), vault.Options{})
	if err != nil {
		return err
	}
	post := &statements.Postman{DB: db, Issuer: open, Vault: people,
		Mailer: smtp.Server{Address: os.Getenv("WORKER_SMTP"), From: "bogholderi@nordlys.example", TLS: smtp.None}}
	for range 20 {
		left, err := undelivered(ctx, db)
		if err != nil || len(left) == 0 {
			return err
		}
		var senders sync.WaitGroup
		slots := make(chan struct{}, 4)
		for _, id := range left {
			senders.Go(func() {
				slots <- struct{}{}
				defer func() { <-slots }()
				_ = post.Work(ctx, statements.DeliveryJob{Delivery: id}) // what fails is tried again, as the queue does
			})
		}
		senders.Wait()
	}
	return errors.New("mails are left")
}

// undelivered are the mails that have no end yet.
func undelivered(ctx context.Context, db *store.DB) (ids []statements.DeliveryID, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		return tx.NewRaw(`SELECT d.id FROM statement_deliveries AS d WHERE NOT EXISTS (SELECT 1 FROM
			statement_delivery_attempts AS a WHERE a.delivery_id = d.id AND a.outcome <> 'deferred') ORDER BY d.id`).
			Scan(ctx, &ids)
	})
	return ids, err
}

// later is a day on which what is reported on is over.
var later = time.Date(2027, 1, 20, 9, 0, 0, 0, time.UTC)

// fate is what is to become of a donor's statement.
type fate string

const (
	arrives  fate = "sent"
	comesOn  fate = "sent, at the second try"
	bounces  fate = "bounced (550)"
	homeless fate = "no address, or not wanted any more"
	silent   fate = "did not ask"
	nothing  fate = "nothing was given"
)

// fateOf spreads the fates over the donors, most of whom get their mail.
func fateOf(i int) fate {
	switch i % 20 {
	case 3, 11:
		return bounces
	case 5:
		return homeless
	case 7:
		return silent
	case 13:
		return nothing
	case 17:
		return comesOn
	}
	return arrives
}

func codeOf(i int) string { return fmt.Sprintf("D-%05d", i) }

func mailOf(i int) string {
	name := map[fate]string{bounces: "bounces", comesOn: "later"}[fateOf(i)]
	return fmt.Sprintf("%s%d@modtager.example", cmp.Or(name, "box"), i)
}

// crowd puts donors on record, half of them Danish, each with one gift.
func (w *world) crowd(n int) (codes []string) {
	w.Helper()
	for first := 0; first < n; first += 100 {
		w.must("preparer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
			codes = codes[:first]
			for i := first; i < min(first+100, n); i++ {
				codes = append(codes, codeOf(i))
				if err := w.donor(ctx, tx, o, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return codes
}

func (w *world) donor(ctx context.Context, tx *store.Tx, o statements.Issuer, i int) error {
	code := codeOf(i)
	d := donors.Donor{Code: code, Kind: donors.Person, Language: []string{"da", "en"}[i%2], Delivery: donors.ByEmail}
	if fateOf(i) == silent {
		d.Delivery = donors.NoDelivery
	}
	d, err := donors.Register(ctx, tx, d)
	if err != nil {
		return err
	}
	if fateOf(i) != homeless {
		if _, err := donors.Seal(ctx, tx, w.post.Vault, code,
			map[donors.Field]string{donors.Email: mailOf(i)}); err != nil {
			return err
		}
	}
	on := ledger.Date("2026-03-03")
	if fateOf(i) == nothing {
		on = "2026-01-05"
	}
	register := gifts.Register{Grants: grants.Register{Book: o.Book}}
	if _, err := register.Receive(ctx, tx, gifts.Gift{Number: "GIFT-" + code, Donor: d, Fund: "UNR", On: on,
		Gross: ledger.OfMinor(int64(10000+i), "DKK"), Fee: ledger.Zero("DKK"), Account: "1010"}); err != nil ||
		fateOf(i) != nothing {
		return err
	}
	_, err = register.Refund(ctx, tx, "GIFT-"+code, "2026-01-20")
	return err
}

// attempts at an address, which the mail server answers by what it is called.
func (m *mailbox) byName(to string) *gosmtp.SMTPError {
	m.asked[to]++
	switch {
	case strings.HasPrefix(to, "bounces") && !m.forgives:
		return &gosmtp.SMTPError{Code: 550, Message: "no such mailbox"}
	case strings.HasPrefix(to, "later") && m.asked[to] == 1:
		return &gosmtp.SMTPError{Code: 451, Message: "later"}
	}
	return nil
}

// letters are the mails that were taken, by receiver.
func (m *mailbox) letters(t *testing.T) map[string][]*mail.Message {
	t.Helper()
	all := map[string][]*mail.Message{}
	for _, text := range m.mails() {
		msg, err := mail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		all[strings.Trim(msg.Header.Get("To"), "<>")] = append(all[strings.Trim(msg.Header.Get("To"), "<>")], msg)
	}
	return all
}

// A run of all donors of a year, in a process that is killed again and again: every donor who wants mail and has an
// address gets one mail in her language, whoever has nothing gets none, and what became of each is told. Asked for
// again, those who got none are tried once more, and nobody else.
func TestRunKilledAgainAndAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		n, kills := storetest.Rounds(40, 2000), storetest.Rounds(3, 8)
		box := &mailbox{asked: map[string]int{}}
		k := &killed{world: newWorld(t, db, box.listening(t)), box: box}
		codes := k.crowd(n)
		k.must("preparer", func(ctx context.Context, tx *store.Tx, o statements.Issuer) (err error) {
			k.run, err = o.StartRun(ctx, tx, statements.RunRequest{Kind: figures.DonorAnnual, From: "2026-02-01",
				To: "2026-12-31", Subjects: codes})
			return err
		})
		steps := []struct {
			who   string
			step  statements.RunStep
			kills int
		}{{"preparer", statements.RunPrepare, kills / 4}, {"reviewer", statements.RunReview, kills / 8},
			{"issuer", statements.RunIssue, kills / 8}, {"issuer", statements.RunSeal, kills / 8},
			{"issuer", statements.RunDeliver, kills - kills/4 - 3*(kills/8)}}
		for _, s := range steps {
			if s.step == statements.RunSeal {
				k.sign()
			}
			if s.step != statements.RunPrepare {
				k.ask(s.who, s.step)
			}
			k.through(s.step, s.kills)
		}
		if k.kills != kills {
			t.Errorf("killed %d times, want %d", k.kills, kills)
		}
		k.outcomes(n)
		sent := k.counted(n, func(i int) bool { return fateOf(i) == arrives || fateOf(i) == comesOn })
		box.mu.Lock()
		box.forgives = true
		box.mu.Unlock()
		k.ask("issuer", statements.RunDeliver)
		k.through(statements.RunDeliver, 0)
		again := k.counted(n, func(i int) bool {
			return fateOf(i) == arrives || fateOf(i) == comesOn || fateOf(i) == bounces
		})
		t.Logf("%d donors, killed %d times: %d got their mail, %d were sent again with the same id; %d more got it at the "+
			"second asking", n, k.kills, sent, k.twice, again-sent)
	})
}

// killed is a run whose worker is killed.
type killed struct {
	*world
	box          *mailbox
	run          statements.Run
	kills, twice int
}

func (k *killed) sign() {
	k.Helper()
	key, _, err := proof.NewKey("example.org/books")
	if err != nil {
		k.Fatal(err)
	}
	k.must("issuer", func(ctx context.Context, tx *store.Tx, _ statements.Issuer) error {
		c, err := proof.Signer{PrivateKey: key}.Sign(ctx, tx)
		if err != nil {
			return err
		}
		return proof.Keep(ctx, tx, c)
	})
}

func (k *killed) ask(who string, step statements.RunStep) {
	k.Helper()
	k.must(who, func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
		_, err := o.AskStep(ctx, tx, k.run.ID, step)
		return err
	})
}

// done counts what a step has done: outcomes, and of the last the ends of mails.
func (k *killed) done(step statements.RunStep) (n int) {
	k.Helper()
	ctx := k.Context()
	if err := k.db.View(ctx, func(tx *store.Tx) error {
		if step == statements.RunDeliver {
			return tx.NewRaw("SELECT COUNT(*) FROM statement_delivery_attempts WHERE outcome <> 'deferred'").Scan(ctx, &n)
		}
		p, err := statements.Issuer{}.Progress(ctx, tx, k.run.ID, step)
		n = p.Done + p.Refused
		return err
	}); err != nil {
		k.Fatal(err)
	}
	return n
}

// through takes a step to its end, with a worker that is killed so many times after it has done something.
func (k *killed) through(step statements.RunStep, kills int) {
	k.Helper()
	for i := 0; ; i++ {
		worker := exec.Command(os.Args[0])
		worker.Env = append(os.Environ(), "WORKER_DSN="+storetest.DSN(k.db), "WORKER_RUN="+string(k.run.ID),
			"WORKER_STEP="+string(step), "WORKER_VAULT="+k.vault, "WORKER_SMTP="+k.server)
		said := &strings.Builder{}
		worker.Stderr = said
		before := k.done(step)
		if err := worker.Start(); err != nil {
			k.Fatal(err)
		}
		if i == kills {
			if err := worker.Wait(); err != nil {
				k.Fatalf("%s: %v: %s", step, err, said)
			}
			return
		}
		for range 6000 {
			if k.done(step) > before {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		if err := worker.Process.Kill(); err != nil {
			k.Fatalf("%s ended before it was killed: %v", step, err)
		}
		_ = worker.Wait() // killed
		k.kills++
	}
}

// outcomes are held against what was to become of each.
func (k *killed) outcomes(n int) {
	k.Helper()
	told := map[string]statements.Outcome{}
	k.must("", func(ctx context.Context, tx *store.Tx, o statements.Issuer) error {
		all, err := o.Outcomes(ctx, tx, statements.OutcomeFilter{Run: k.run.ID, Step: statements.RunDeliver})
		for _, x := range all {
			told[x.Subject] = x
		}
		return err
	})
	for i := range n {
		o, want := told[codeOf(i)], fateOf(i)
		var right bool
		switch want {
		case silent:
			right = o.Refusal == statements.ErrNotOptedIn.Error()
		case nothing:
			right = o.Refusal != "" && o.Statement == ""
		case arrives, comesOn:
			right = o.Mail == "sent" && o.Refusal == ""
		case homeless:
			right = o.Refusal == statements.ErrNoEmail.Error()
		case bounces:
			right = o.Mail == string(want) && o.Refusal == ""
		}
		if !right {
			k.Errorf("%s, %q: %+v", codeOf(i), want, o)
		}
	}
}

// counted holds the mails that were taken against those who should have one: one id each, in the donor's language.
func (k *killed) counted(n int, wants func(i int) bool) (got int) {
	k.Helper()
	taken := k.box.letters(k.T)
	k.twice = 0
	for i := range n {
		all := taken[mailOf(i)]
		if !wants(i) {
			if len(all) > 0 {
				k.Errorf("%s got %d mails", codeOf(i), len(all))
			}
			continue
		}
		if len(all) == 0 {
			k.Errorf("%s, %q got none", codeOf(i), fateOf(i))
			continue
		}
		got++
		k.twice += len(all) - 1
		word := []string{"Dit regnskab", "Your statement"}[i%2]
		for _, m := range all {
			if m.Header.Get("Message-ID") != all[0].Header.Get("Message-ID") ||
				!strings.HasPrefix(m.Header.Get("Subject"), word) {
				k.Errorf("%s: %q, %q", codeOf(i), m.Header.Get("Subject"), m.Header.Get("Message-ID"))
			}
		}
	}
	if k.twice > 4*k.kills { // as many as are under way when a process is killed
		k.Errorf("%d mails were sent twice", k.twice)
	}
	ids := map[string]string{}
	for to, all := range taken {
		id := all[0].Header.Get("Message-ID")
		if other, there := ids[id]; there {
			k.Errorf("%s and %s have one mail", to, other)
		}
		ids[id] = to
	}
	return got
}
