package web_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"supportledger/store/storetest"
)

// The keys by their characters, as chromedp types them.
const (
	keyTab   = "\t"
	keyEnter = "\r"
)

// focused says what has the focus: whether it can be seen that it has, and its words.
const focused = `(() => {
	const e = document.activeElement, box = e.getBoundingClientRect(), card = e.closest('.wait');
	const marked = at => { const s = getComputedStyle(at);
		return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; };
	const there = box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth;
	return (there && (marked(e) || card && marked(card)) ? 'seen' : 'unseen') + '|' + e.tagName + '|' +
		[e.name, e.innerText].join(' ').trim().replace(/\s+/g, ' ');
})()`

// tabTo presses Tab until what has the focus says a text or has it as its name. Every stop on the way can be seen.
func (b tab) tabTo(text string) tab {
	b.t.Helper()
	var passed []string
	for range 90 {
		b.do(chromedp.KeyEvent(keyTab))
		stop := evaluate[string](b, focused)
		if strings.Contains(stop, "|BODY|") {
			continue // the end of the page; then it begins anew
		}
		if strings.HasPrefix(stop, "unseen|") {
			b.t.Errorf("%s: nobody sees that this has the focus: %s", b.path(), stop)
		}
		if contains(strings.ReplaceAll(stop, "\u00a0", " "), text) {
			return b
		}
		passed = append(passed, stop)
	}
	b.t.Fatalf("%s: Tab does not lead to %q:\n%s", b.path(), text, strings.Join(passed, "\n"))
	return b
}

// enterKey presses Enter on what has the focus, and waits for the page that it leads to.
func (b tab) enterKey() tab {
	b.t.Helper()
	within(b, "Enter", func(ctx context.Context) error {
		if _, err := chromedp.RunResponse(ctx, chromedp.KeyEvent(keyEnter)); err != nil {
			return err
		}
		return chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS("main")))
	})
	return b
}

// TestApprovalByKeyboard sends a request back with a reason, and approves and authorises another, with the keyboard
// alone: the first stop of a page skips to its content, and the focus can be seen wherever it is.
func TestApprovalByKeyboard(t *testing.T) {
	w := staged(t, storetest.SQLite(t))
	b := open(t, chromium(t), w.at, desk).visit("/")
	b.do(chromedp.KeyEvent(keyTab))
	if first := evaluate[string](b, focused); first != "seen|A|Gå til indholdet" {
		t.Errorf("the first stop is %s", first)
	}
	become := func(who string) {
		b.tabTo("Mig").enterKey().tabTo("Log ud her").enterKey().tabTo(who).enterKey()
	}
	b.tabTo("Programleder").enterKey().tabTo("Husleje februar").enterKey()
	b.tabTo("Godkend 4.250,00 kr.").enterKey().says("Godkendt.")
	b.tabTo("Indbakke").enterKey().tabTo("Vinterjakke").enterKey().tabTo("Returnér, spørg eller afvis")
	b.do(chromedp.KeyEvent(keyEnter)) // opens the fold
	b.tabTo("reason").do(chromedp.KeyEvent("Kvitteringen mangler, vedlaeg den."))
	b.tabTo("decision")
	if asked := evaluate[string](b, `document.activeElement.value`); asked != "return" {
		t.Fatalf("after the reason comes %s", asked)
	}
	b.enterKey().says("Sendt tilbage med din begrundelse.")
	become("Kasserer")
	b.tabTo("Husleje februar").enterKey().tabTo("Bemyndig 4.250,00 kr.").enterKey().says("Bemyndiget.")
}
