package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"supportledger/backup"
	"supportledger/cmd/disk"
	"supportledger/http/edge"
	"supportledger/http/upkeep"
	"supportledger/store"
	"supportledger/store/jobs"
)

type healthcheckCommand struct {
	Addr string `placeholder:"HOST:PORT" help:"Where the server listens; what the settings say where none is given."`
	TLS  bool   `name:"tls" help:"It speaks TLS there."`
}

// Run ends with exit code 0 when the server is ready: for images without a shell.
func (h healthcheckCommand) Run(ctx context.Context, c console, file configFile) error {
	if h.Addr == "" {
		_, s, err := effective(string(file))
		if err != nil {
			return err
		}
		h.Addr, h.TLS = string(s.Addr), s.TLSCert != "" || len(s.ACMEDomain) > 0
	}
	if err := edge.Healthy(ctx, h.TLS, h.Addr); err != nil {
		return err
	}
	fmt.Fprintln(c.err, "ready")
	return nil
}

type doctorCommand struct {
	JSON bool `name:"json" help:"Print one JSON list."`
}

// doctor looks at a machine on which the books are served.
type doctor struct {
	s   serveCommand
	all []upkeep.Finding
}

func (d *doctor) say(name string, err error, fine, fix string) {
	f := upkeep.Finding{Name: name, State: "ok", Text: fine}
	if err != nil {
		f.State, f.Text, f.Fix = "wrong", told(err), fix
	}
	d.all = append(d.all, f)
}

// look says something that is worth a look and stops nothing.
func (d *doctor) look(name, text, fix string) {
	d.all = append(d.all, upkeep.Finding{Name: name, State: "look", Text: text, Fix: fix})
}

// Run looks at everything that the server needs and says how to mend what is wrong. Nothing is changed.
func (o doctorCommand) Run(ctx context.Context, c console, file configFile) error {
	_, s, err := effective(string(file))
	if err != nil {
		return err
	}
	d := &doctor{s: s}
	d.say("settings", s.sensible(), "can be served", "supportledger config check")
	d.machine()
	d.rights()
	d.books(ctx)
	d.keys(ctx)
	d.network(ctx)
	d.backups()
	if o.JSON {
		err = writeJSON(c.out, d.all)
	}
	bad := 0
	for _, f := range d.all {
		if f.State == "wrong" {
			bad++
		}
		if o.JSON {
			continue
		}
		fmt.Fprintf(c.out, "%-5s  %-10s  %s\n", f.State, f.Name, f.Text)
		if f.Fix != "" {
			fmt.Fprintf(c.out, "%-5s  %-10s  → %s\n", "", "", f.Fix)
		}
	}
	if err == nil && bad > 0 {
		return fmt.Errorf("%w: %d things to mend", errUnwell, bad)
	}
	return err
}

// errUnwell ends a doctor that found something.
var errUnwell = errors.New("this machine needs an admin")

// machine looks at clock, time zone and disks.
func (d *doctor) machine() {
	_, err := time.LoadLocation("Europe/Copenhagen")
	d.say("time zone", err, "Europe/Copenhagen is known", "install tzdata")
	err = nil
	if now := time.Now(); now.Year() < 2026 || now.Year() > 2100 {
		err = fmt.Errorf("the clock says %s", now.Format(time.RFC3339))
	}
	d.say("clock", err, time.Now().UTC().Format(time.RFC3339), "let the system keep the time: timedatectl set-ntp true")
	for _, place := range (&care{careFlags: d.s.careFlags, at: d.s.at()}).places() {
		free, all, err := disk.Free(place)
		if err == nil && all > 0 && free*100 < all*uint64(max(0, d.s.DiskFree)) {
			err = fmt.Errorf("%d MB of %d MB are free in %s", free>>20, all>>20, place)
		}
		d.say("disk", err, fmt.Sprintf("%d MB are free in %s", free>>20, place), "make room, or give it a larger disk")
	}
}

// rights looks who may read what only the server may.
func (d *doctor) rights() {
	names := []string{d.s.VaultKey, d.s.EvidenceKey, d.s.PassphraseFile, d.s.SecretFile, d.s.TLSKey}
	if file, ok := d.s.at().file(); ok {
		names = append(names, file)
	}
	var open []string
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && info.Mode().Perm()&0o077 != 0 {
			open = append(open, name)
		}
	}
	var err error
	if len(open) > 0 {
		err = fmt.Errorf("others may read %s", strings.Join(open, ", "))
	}
	d.say("rights", err, "books and keys are the server's alone", "chmod 600 "+strings.Join(open, " "))
}

// books looks at the database.
func (d *doctor) books(ctx context.Context) {
	db, err := d.s.open(ctx, store.Options{})
	d.say("database", err, d.s.at().shown(), "is the address after db right, and does the server of it run?")
	if err != nil {
		return
	}
	defer db.Close() //nolint:errcheck // only read
	wrong, err := db.Integrity(ctx)
	if err == nil && len(wrong) > 0 {
		err = errors.New(strings.Join(wrong, "; "))
	}
	d.say("integrity", err, "the database finds nothing wrong with its pages",
		"docs/INCIDENTS.md: damaged books; restore the newest backup beside, and compare")
	d.witness(ctx, db)
	err = db.View(ctx, func(tx *store.Tx) error {
		queue, err := jobs.Overdue(ctx, tx)
		for kind, w := range queue {
			if w.Oldest > late {
				err = errors.Join(err, fmt.Errorf("%d jobs %s wait for %s", w.Number, kind, w.Oldest.Round(time.Minute)))
			}
		}
		return err
	})
	d.say("jobs", err, "none is late", "does the server run, and does the mail server answer?")
}

// witness holds the books against what is remembered of them elsewhere.
func (d *doctor) witness(ctx context.Context, db *store.DB) {
	if err := d.s.newest(ctx, db); err != nil || d.s.Witness != "" {
		d.say("witness", err, string(d.s.Witness)+": the books only grew", "docs/INCIDENTS.md: an older copy")
	} else {
		d.look("witness", "none is set: an older copy of the books would be served", "witness")
	}
}

// keys looks whether what seals can be opened.
func (d *doctor) keys(ctx context.Context) {
	if d.s.VaultKey == "" {
		d.look("vault", "no key: personal data are refused", "supportledger vault keygen, and vault-key")
	} else {
		_, err := d.s.vault(ctx)
		d.say("vault", err, d.s.VaultKey+" opens", "docs/INCIDENTS.md: a lost key")
	}
	if d.s.EvidenceKey == "" {
		d.look("evidence", "no key: documents are refused", "supportledger evidence keygen, and evidence-key")
		return
	}
	_, closed, err := d.s.archive(d.s.at())
	if err == nil {
		err = closed()
	}
	d.say("evidence", err, d.s.EvidenceKey+" opens", "docs/INCIDENTS.md: a lost key")
}

// network looks at TLS, mail and the running server.
func (d *doctor) network(ctx context.Context) {
	way, err := d.s.edge()
	if err != nil {
		d.say("tls", err, "", "supportledger serve --help")
		return
	}
	d.certificate(way)
	d.mail(ctx)
	if err := edge.Healthy(ctx, way.Encrypted(), string(d.s.Addr)); err != nil {
		d.look("server", told(err), "systemctl status supportledger")
	} else {
		d.say("server", nil, "ready at "+string(d.s.Addr), "")
	}
}

// certificate looks how long the server's own is good.
func (d *doctor) certificate(way *edge.Edge) {
	var err error
	if ends := way.Expires(); !ends.IsZero() {
		if left := time.Until(ends); left < 14*24*time.Hour {
			err = fmt.Errorf("the certificate ends on %s", ends.Format(time.DateOnly))
		}
		d.say("tls", err, "the certificate is good until "+ends.Format(time.DateOnly), "renew it, then: systemctl reload")
	}
}

// mail looks whether the mail server answers.
func (d *doctor) mail(ctx context.Context) {
	if d.s.MailServer == "" {
		d.look("mail", "no mail server: statements and alarms wait", "mail-server and mail-from")
	} else {
		conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", string(d.s.MailServer))
		if err == nil {
			err = conn.Close()
		}
		d.say("mail", err, string(d.s.MailServer)+" answers", "is the address right, and may this machine reach it?")
	}
}

// backups looks at the newest one.
func (d *doctor) backups() {
	if d.s.BackupDir == "" {
		d.look("backup", "the server keeps none by itself", "backup-dir")
		return
	}
	all, err := backup.List(d.s.BackupDir)
	text := ""
	switch {
	case err == nil && len(all) == 0:
		err = errors.New("there is none yet")
	case err == nil:
		newest := all[len(all)-1]
		age := time.Since(newest.At)
		text = fmt.Sprintf("%s, %d MB, %s old", filepath.Base(newest.Path), newest.Bytes>>20, age.Round(time.Minute))
		if age > 2*d.s.BackupEvery {
			err = errors.New(text)
		}
	}
	d.say("backup", err, text, "does the server run, and may it write to "+d.s.BackupDir+"?")
}

// findings are all that doctor looks at and that a running server has not shown by answering.
func (s serveCommand) findings(ctx context.Context, db *store.DB, way *edge.Edge) []upkeep.Finding {
	d := &doctor{s: s}
	d.machine()
	d.rights()
	d.witness(ctx, db)
	d.keys(ctx)
	d.certificate(way)
	d.mail(ctx)
	d.backups()
	return d.all
}
