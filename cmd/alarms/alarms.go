// Package alarms says what needs an admin: in the log, and by mail, once a day for each kind.
//
// A mail that the mail server does not take is kept and sent again with every turn, until it is taken. A mail names no
// person and repeats nothing that a caller wrote.
package alarms

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"supportledger/statements"
	"supportledger/store"
)

// again is the least time between two mails of one kind.
const again = 24 * time.Hour

// Alarms are the alarms of one server.
type Alarms struct {
	To     []string          // who is mailed
	Mailer statements.Mailer // nil without a mail server
	Log    *slog.Logger

	mu      sync.Mutex
	told    map[string]time.Time // kind → when it was last raised
	waiting []statements.Mail    // not taken yet
}

// Raise logs an alarm and mails it, unless one of its kind was raised within a day.
func (a *Alarms) Raise(ctx context.Context, kind, text string) {
	if !a.first(kind, time.Now()) {
		return
	}
	a.Log.ErrorContext(ctx, "alarm", "kind", kind, "text", text)
	if a.Mailer == nil {
		return
	}
	mails := make([]statements.Mail, len(a.To))
	for i, to := range a.To {
		mails[i] = statements.Mail{To: to, Subject: "supportledger: " + kind, ID: store.NewID("alarm"),
			Text: text + "\n\nsupportledger doctor says more, docs/MONITORING.md what to do.\n"}
	}
	a.keep(a.send(ctx, mails))
}

// first notes that an alarm is raised, and reports whether it is the first of its kind within a day.
func (a *Alarms) first(kind string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if at, ok := a.told[kind]; ok && now.Sub(at) < again {
		return false
	}
	if a.told == nil {
		a.told = map[string]time.Time{}
	}
	a.told[kind] = now
	return true
}

// most is how many mails are kept for a mail server that takes none: all kinds, for several admins.
const most = 200

func (a *Alarms) keep(mails []statements.Mail) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.waiting = append(a.waiting, mails...)
	a.waiting = a.waiting[max(0, len(a.waiting)-most):]
}

// Waiting is how many mails the mail server has not taken.
func (a *Alarms) Waiting() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.waiting)
}

// Again sends what was not taken. What stays is an alarm of its own, in the log at once and by mail as soon as the mail
// server takes one.
func (a *Alarms) Again(ctx context.Context) {
	a.mu.Lock()
	mails := a.waiting
	a.waiting = nil
	a.mu.Unlock()
	if len(mails) == 0 {
		return
	}
	left := a.send(ctx, mails)
	a.keep(left)
	if len(left) > 0 {
		a.Raise(ctx, "mail_failing", "The mail server took no alarms for a while. Mails to donors wait as well.")
	}
}

// send gives back what was not taken. What the server refuses for good is logged and given up: the address is wrong.
func (a *Alarms) send(ctx context.Context, mails []statements.Mail) (left []statements.Mail) {
	for i, m := range mails {
		err := a.Mailer.Send(ctx, m)
		if err == nil {
			continue
		}
		a.Log.ErrorContext(ctx, "an alarm could not be mailed", "subject", m.Subject, "cause", err.Error())
		if ctx.Err() != nil {
			return append(left, mails[i:]...)
		}
		if !forever(err) {
			left = append(left, m)
		}
	}
	return left
}

// forever reports whether the mail server will answer the same next time.
func forever(err error) bool {
	var answer *statements.MailFailure
	return errors.As(err, &answer) && answer.Forever
}
