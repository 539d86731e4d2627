package disbursements_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"supportledger/access"
	"supportledger/disbursements"
	"supportledger/disbursements/banking"
	"supportledger/disbursements/iso20022"
	"supportledger/disbursements/iso20022/iso20022test"
	"supportledger/disbursements/payees"
	"supportledger/disbursements/paymentbatch"
	"supportledger/ledger"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// some is how many rows are written by one statement.
const some = 500

// boundRow and plannedRow are rows as the packages write them.
type boundRow struct {
	bun.BaseModel `bun:"table:payee_bindings"`
	Subject       string `bun:",pk"`
	Round         int    `bun:",pk"`
	PayeeID       payees.ID
	Version       int
	BoundBy       string
	BoundAt       string
}

type plannedRow struct {
	bun.BaseModel  `bun:"table:payments"`
	ID             banking.PaymentID `bun:",pk"`
	Number         string
	DisbursementID disbursements.DisbursementID
	Account        ledger.AccountNo
	Payee          string
	Date           ledger.Date
	Amount         int64
	Currency       ledger.Currency
	State          banking.PaymentState
	Payload        []byte
	Version        int
}

// many writes n authorised payments of an øre and more down, to payees in turn, as the staff would, but
// many in a tx.
func (h *house) many(n, among int) {
	h.Helper()
	codes := make([]string, among)
	for i := range codes {
		codes[i] = fmt.Sprintf("PAY-%03d", i)
		h.registered(codes[i])
		must(h, h.enters("clerk", codes[i],
			payees.AccountGiven{Registration: "0040", Account: fmt.Sprintf("%010d", 4_401_170_000+i)}))
		must(h, h.verifies("signer", codes[i], 1))
	}
	h.wait(payees.CoolOff)
	found := map[string]payees.Payee{}
	h.do("finance", func(ctx context.Context, tx *store.Tx) error {
		all, err := h.payees.List(ctx, tx, "PAY-", among)
		for _, p := range all {
			found[p.Code] = p
		}
		return err
	})
	for first := 0; first < n; first += some {
		var part []disbursements.Disbursement
		for i := first; i < min(n, first+some); i++ {
			d := disbursements.Disbursement{ID: disbursements.DisbursementID(store.NewID("dsb")),
				Number: fmt.Sprintf("D-2026-%05d", i+10000), Settlement: disbursements.ByPayment, Category: "emergency-aid",
				Account: "1010",
				Amount:  ledger.OfMinor(int64(100+i%977), "DKK"), Overpaid: ledger.Zero("DKK"), Payee: codes[i%among],
				Shares: shares("UNR=60 D1=40"), OwnShares: true, Date: "2026-03-02",
				Text: "As agreed", State: disbursements.Draft, Round: 1, Version: 1}
			part = append(part, d)
		}
		h.stepsOf(part, found)
	}
}

// stepsOf takes drafts as far as AUTHORISED.
func (h *house) stepsOf(part []disbursements.Disbursement, found map[string]payees.Payee) {
	h.Helper()
	ids := make([]disbursements.DisbursementID, len(part))
	for i, d := range part {
		ids[i] = d.ID
	}
	move := func(ctx context.Context, tx *store.Tx, to disbursements.State) error {
		_, err := tx.NewUpdate().Table("disbursements").Set("state = ?", to).Where("id IN (?)", bun.List(ids)).Exec(ctx)
		return err
	}
	h.do("maker", func(ctx context.Context, tx *store.Tx) error {
		var bound []boundRow
		for _, d := range part {
			if err := disbursements.InsertDisbursement(ctx, tx, d); err != nil {
				return err
			}
			bound = append(bound,
				boundRow{Subject: string(d.ID), Round: 1, PayeeID: found[d.Payee].ID, Version: 1, BoundBy: tx.By.User,
					BoundAt: store.FormatTime(tx.At)})
		}
		if err := store.Insert(ctx, tx, bound); err != nil {
			return err
		}
		for _, d := range part {
			if err := access.Take(ctx, tx,
				access.Duty{Subject: string(d.ID), Round: 1, Step: access.Request, Payload: d.Payload()}); err != nil {
				return err
			}
		}
		return move(ctx, tx, disbursements.Submitted)
	})
	for _, step := range []struct {
		who  string
		step access.Step
		to   disbursements.State
	}{{"lead", access.Approve, disbursements.Approved}, {"finance", access.Authorise, disbursements.Authorised}} {
		h.do(step.who, func(ctx context.Context, tx *store.Tx) error {
			var duties []access.Duty
			for _, d := range part {
				duties = append(duties, access.Duty{Subject: string(d.ID), Round: 1, Step: step.step, Payload: d.Payload()})
			}
			if err := access.TakeAll(ctx, tx, duties); err != nil {
				return err
			}
			return move(ctx, tx, step.to)
		})
	}
}

// booked is the bank's statement of a file of ours, payment by payment.
func booked(t *testing.T, file []byte, account string) []byte {
	t.Helper()
	s := iso20022.Statement{ID: "S1", Account: account, Currency: "DKK",
		Opening: &iso20022.Balance{Amount: of("1000000.00", "DKK"), On: "2026-03-01"}}
	at := s.Opening.Amount
	for i, payment := range strings.Split(string(file), "<CdtTrfTxInf>")[1:] {
		between := func(from, to string) string {
			_, rest, _ := strings.Cut(payment, from)
			text, _, _ := strings.Cut(rest, to)
			return text
		}
		amount := of(between(`Ccy="DKK">`, "<"), "DKK").Neg()
		s.Lines = append(s.Lines,
			iso20022.Line{Number: i + 1, BookedOn: "2026-03-02", Amount: amount, Reference: fmt.Sprintf("R%d", i), Code: "PMNT",
				Parts: []iso20022.Detail{{EndToEndID: between("<EndToEndId>", "<"), Amount: amount}}})
		at = at.Add(amount)
	}
	s.Closing = &iso20022.Balance{Amount: at, On: "2026-03-31"}
	return iso20022test.CAMT("camt.053", "08", s)
}

// A run of many payments is released, exported and confirmed in a time that does not run away, 10,000 in twenty
// seconds on SQLite and in thirty on PostgreSQL, and in memory that hardly depends on how many they are. `make soak`
// runs that many, and needs a quiet machine.
func TestPaymentRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		n := storetest.Rounds(520, 10_000) // more than one chunk
		if db.Engine() == store.Postgres {
			n = storetest.Rounds(40, 10_000)
		}
		var few laps
		if n == 10_000 {
			open := storetest.SQLite
			if db.Engine() == store.Postgres {
				open = storetest.Postgres
			}
			few = paymentRun(t, open(t), 1_000)
		}
		many := paymentRun(t, db, n)
		limit := 20 * time.Second
		if db.Engine() == store.Postgres {
			limit = 30 * time.Second
		}
		if all := many.took(); all > storetest.Within(limit) {
			t.Errorf("%d payments took %s", n, all)
		}
		pages := 0
		if db.Engine() == store.SQLite {
			pages = 32 << 10 // of the file, which it keeps up to that many KiB of, once it has seen them
		}
		for i, lap := range few {
			if most := lap.before + many[i].grew; most > (lap.before+lap.grew)*12/10+
				pages { // as if both had begun with the same
				t.Errorf("%s: %d KiB for 10,000, %d KiB for 1,000", lap.what, most, lap.before+lap.grew)
			}
		}
	})
}

// laps are the parts of a run: how long each took by the clock and by the processor, and the memory that the process
// had before and took on top of it at most, in KiB.
type laps []struct {
	what         string
	clock, work  time.Duration
	before, grew int
}

// took is the time of what a payment run is: from the release to the confirmation.
func (l laps) took() (all time.Duration) {
	for _, lap := range l {
		if lap.what == "release" || lap.what == "export" || lap.what == "import" || lap.what == "confirm" {
			all += lap.clock
		}
	}
	return all
}

// paymentRun takes many payments from the batch to the bank's confirmation.
func paymentRun(t *testing.T, db *store.DB, n int) (run laps) {
	defer debug.SetGCPercent(debug.SetGCPercent(25)) // what is held counts, not what waits to be collected
	h := withVault(t, newHouse(t, db))
	bankers(h)
	h.many(n, storetest.Rounds(5, 200))
	lap := func(what string, act func() error) {
		freshPeak()
		before, began, worked := peak(t), time.Now(), cpu(t)
		must(h, act())
		run = append(run, laps{{what, time.Since(began), cpu(t) - worked, before, peak(t) - before}}...)
		done := run[len(run)-1]
		t.Logf("%d payments, %s: %v, %v of work; %d KiB on top of %d", n, what, done.clock, done.work, done.grew, done.before)
	}
	lap("add", func() error { return h.adds("B-2026-0001") })
	lap("lock", func() error { return h.locks("B-2026-0001") })
	lap("release", func() error { return h.releases("chief", "B-2026-0001") })
	sum, again := sha256.New(), sha256.New()
	lap("export", func() error {
		_, err := h.batch("finance", "B-2026-0001",
			func(ctx context.Context, tx *store.Tx, number string) (paymentbatch.Batch, error) {
				return h.batches.Export(ctx, tx, number,
					paymentbatch.Target{Format: paymentbatch.Pain001File, To: sum})
			})
		return err
	})
	made := func(w io.Writer) error {
		return h.db.View(h.ctx,
			func(tx *store.Tx) error { _, err := h.batches.File(h.ctx, tx, "B-2026-0001", w, nil); return err })
	}
	must(h, made(again))
	if !bytes.Equal(sum.Sum(nil), again.Sum(nil)) {
		t.Error("the file made again differs")
	}
	var file bytes.Buffer
	must(h, made(&file))
	statement := booked(t, file.Bytes(), "DK5000400440116243")
	file = bytes.Buffer{}
	lap("import", func() error {
		b, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: statement})
		if err == nil {
			_, err = h.commit(b.ID)
		}
		return err
	})
	statement = nil
	confirmed := 0
	lap("confirm", func() error {
		return h.try("finance", func(ctx context.Context, tx *store.Tx) error {
			done, err := h.lines.ConfirmSure(ctx, tx, "1010", nil)
			confirmed = done.Payments
			return err
		})
	})
	if confirmed != n {
		t.Errorf("%d of %d confirmed", confirmed, n)
	}
	_, err := h.batch("finance", "B-2026-0001", h.batches.Reconcile)
	must(h, err)
	h.verified()
	return run
}

// cpu is how long the process has worked.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// freshPeak gives back what is not in use and has the most memory counted from here.
func freshPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"),
		0) // where it may not, the peak is that of all before, which is no less
}

// peak is the most memory that the process had since, in KiB.
func peak(t *testing.T) (kib int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("the system does not tell how much memory a process has")
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if strings.HasPrefix(line, "VmHWM") {
			_, _ = fmt.Sscanf(line, "VmHWM: %d kB", &kib)
		}
	}
	return kib
}

// verified holds what moved against its approvals.
func (h *house) verified() {
	h.Helper()
	var found proof.Findings
	err := h.db.View(h.ctx, func(tx *store.Tx) error { _, err := h.requests.Verify(h.ctx, tx, &found); return err })
	must(h, err)
	if text := fmt.Sprint(found); strings.Contains(text, "approval") {
		h.Errorf("%s", text[:min(len(text), 2000)])
	}
}

// Payments confirmed together are booked as one by one: the same entries with the same releases, on a grant in kroner
// and one in euro.
func TestConfirmedTogetherIsConfirmedOneByOne(t *testing.T) {
	onVault(t, func(t *testing.T, h *house) {
		bankers(h)
		split := func(amount string) disbursements.Disbursement {
			d, err := h.write(disbursements.Disbursement{Settlement: disbursements.ByPayment, Category: "emergency-aid",
				Account: "1010", Payee: "CLI-01", Amount: of(amount, "DKK"), Date: "2026-03-02",
				Shares: shares("G1=50 G2=30 UNR=20")})
			must(h, err)
			must(h, h.authorised(d.Number))
			return d
		}
		var numbers []string
		for i := range 6 {
			numbers = append(numbers, split(fmt.Sprintf("%d.37", 100+i/2)).Number)
		}
		must(h, h.adds("B-2026-0001", numbers...))
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		must(h, err)
		for i := 0; i < 6; i += 2 {
			must(h, h.bank(fmt.Sprintf("PMT-%03d", i+1), of(fmt.Sprintf("-%d.37", 100+i/2), "DKK"), banking.ProvesPayment,
				"2026-03-02"))
		}
		b, err := h.upload(banking.BankFile{Format: banking.CAMT,
			Content: statement("2026-03-02 -100.37 R1 PMT-002", "2026-03-02 -203.74 R2 PMT-004 PMT-006",
				"2026-03-03 -5.00 R3 PMT-002",
				"2026-03-03 -7.00 R4")})
		must(h, err)
		_, err = h.commit(b.ID)
		must(h, err)
		confirm := func() (n int) {
			h.do("finance", func(ctx context.Context, tx *store.Tx) error {
				done, err := h.lines.ConfirmSure(ctx, tx, "1010", nil)
				n = done.Payments
				return err
			})
			return n
		}
		if first, second := confirm(), confirm(); first != 3 || second != 0 {
			t.Errorf("confirmed %d, then %d", first, second)
		}
		entries := map[string]string{}
		h.do("finance", func(ctx context.Context, tx *store.Tx) error {
			for i := range 6 {
				p, err := h.payments.Payment(ctx, tx, fmt.Sprintf("PMT-%03d", i+1))
				if err != nil || p.State != banking.PaymentConfirmed {
					t.Errorf("%s is %s, %v", p.Number, p.State, err)
					continue
				}
				e, err := h.requests.Book.Entry(ctx, tx, string(p.Entry))
				if err != nil {
					return err
				}
				entries[p.Number] = written(e.Entry)
			}
			return nil
		})
		for i := 0; i < 6; i += 2 {
			one, other := fmt.Sprintf("PMT-%03d", i+1), fmt.Sprintf("PMT-%03d", i+2)
			if entries[one] == "" || entries[one] != entries[other] {
				t.Errorf("%s by itself:\n%s\n%s together:\n%s", one, entries[one], other, entries[other])
			}
		}
		h.verified()
	})
}

// A statement of five thousand lines is read, put on record and thought about in five seconds: half of them name
// payments, half go with one by amount and day.
func TestLargeStatement(t *testing.T) {
	n := storetest.Rounds(500, 5_000)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := withVault(t, newHouse(t, db))
		bankers(h)
		h.ready("CLI-01", "100.00")
		must(h, h.adds("B-2026-0001"))
		must(h, h.locks("B-2026-0001"))
		must(h, h.releases("chief", "B-2026-0001"))
		_, err := h.exports("B-2026-0001", paymentbatch.Pain001File)
		must(h, err)
		h.do("", func(ctx context.Context, tx *store.Tx) error {
			p, err := h.payments.Payment(ctx, tx, "PMT-001")
			if err != nil {
				return err
			}
			var rows []plannedRow
			for i := range n {
				payload := p.Payload()
				rows = append(rows, plannedRow{ID: banking.PaymentID(store.NewID("pmt")), Number: fmt.Sprintf("BIG-%05d", i),
					DisbursementID: p.Disbursement, Account: "1010", Payee: p.Payee,
					Date: "2026-03-02", Amount: int64(200 + i), Currency: "DKK", State: banking.PaymentPlanned, Payload: payload[:],
					Version: 1})
			}
			if err := store.Insert(ctx, tx, rows); err != nil {
				return err
			}
			_, err = tx.NewUpdate().Table("payments").Set("state = ?",
				banking.PaymentSent).Where("number LIKE 'BIG-%'").Exec(ctx)
			return err
		})
		var lines []string
		for i := range n {
			name := ""
			if i%2 == 0 {
				name = fmt.Sprintf(" BIG-%05d", i)
			}
			lines = append(lines, fmt.Sprintf("2026-03-02 -%s R%d%s", ledger.OfMinor(int64(200+i), "DKK"), i, name))
		}
		content := statement(lines...)
		began, worked := time.Now(), cpu(t)
		b, err := h.upload(banking.BankFile{Format: banking.CAMT, Content: content})
		must(h, err)
		_, err = h.commit(b.ID)
		must(h, err)
		found, _ := h.suggested()
		took, spent := time.Since(began), cpu(t)-worked
		t.Logf("%d lines of %d bytes: %v, %v of work", n, len(content), took, spent)
		right := 0
		for _, s := range found {
			if len(s.Payments) == 1 && s.Payments[0].Amount.Cmp(s.Lines[0].Amount.Neg()) == 0 {
				right++
			}
		}
		if right != n || took > storetest.Within(5*time.Second) {
			t.Errorf("%d right suggestions for %d lines in %v, %v of work", right, n, took, spent)
		}
	})
}
