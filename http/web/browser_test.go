package web_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

type ctxt = context.Context

// chromium starts one browser for the length of a test. Each tab of it has cookies of its own.
func chromium(t *testing.T) context.Context {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Fatal("there is no chromium; scripts/setup installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.UserDataDir(t.TempDir()))
	for _, off := range []string{"disable-quic", "disable-background-networking", "disable-component-update",
		"disable-sync", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(off, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	browser, end := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(browser) // waits for the browser to end, so that its files can be removed
		end()
		stop()
	})
	if err := chromedp.Do(browser); err != nil {
		t.Fatalf("chromium: %v", err)
	}
	return browser
}

// tab is a page of a browser with its own cookies.
type tab struct {
	ctx context.Context //nolint:containedctx // it is the tab
	t   *testing.T
	at  string // address of the server
}

// view is how a tab shows pages.
type view struct {
	wide, high int64
	dark       bool
	scriptless bool
}

var phone = view{wide: 360, high: 740}

func open(t *testing.T, browser context.Context, at string, as view) tab {
	t.Helper()
	ctx, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil { // the tab ends with the context that it is opened under
		t.Fatalf("chromium: %v", err)
	}
	b := tab{ctx, t, at}
	b.show(as)
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
			Headers: network.Headers{"Accept-Language": "da"}})
		return err
	}))
	return b
}

// show changes how the tab shows pages.
func (b tab) show(as view) {
	b.t.Helper()
	colours := "light"
	if as.dark {
		colours = "dark"
	}
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if err := size(ctx, as.wide, as.high); err != nil {
			return err
		}
		if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled,
			emulation.SetScriptExecutionDisabledParams{Value: as.scriptless}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours},
				{Name: "prefers-reduced-motion", Value: "reduce"}}})
		return err
	}))
}

// size sets the size of the screen.
func size(ctx context.Context, wide, high int64) error {
	_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: wide, Height: high, DeviceScaleFactor: 1})
	return err
}

// step bounds one action, so that a wrong selector fails soon and says where.
const step = 15 * time.Second

func within(b tab, what string, run func(ctx context.Context) error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, step)
	defer cancel()
	if err := run(ctx); err != nil {
		late, cancel := context.WithTimeout(b.ctx, time.Second)
		defer cancel()
		at, _ := chromedp.Run(late, chromedp.Location())
		page, _ := chromedp.Run(late, chromedp.Evaluate[string]("document.body.innerText"))
		b.t.Fatalf("%s at %s: %v\n%s", what, at, err, page)
	}
}

// do runs actions and fails the test where one fails.
func (b tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	within(b, "browser", func(ctx context.Context) error { return chromedp.Do(ctx, actions...) })
}

// visit opens a path.
func (b tab) visit(path string) tab {
	b.t.Helper()
	within(b, "visit "+path, func(ctx context.Context) error {
		return chromedp.Do(ctx, chromedp.Navigate(b.at+path), chromedp.WaitReady(chromedp.CSS("main")))
	})
	return b
}

// press clicks the button or link with a text and waits for the page that it leads to.
func (b tab) press(text string) tab {
	b.t.Helper()
	within(b, "press "+text, func(ctx context.Context) error {
		at := withText("self::a or self::button", text)
		_, err := chromedp.RunResponse(ctx, chromedp.ScrollIntoView(at), chromedp.Click(at))
		if err != nil {
			return err
		}
		return chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS("main")))
	})
	return b
}

// unfold opens a fold by its text.
func (b tab) unfold(text string) tab {
	b.t.Helper()
	at := withText("self::summary", text)
	b.do(chromedp.ScrollIntoView(at), chromedp.Click(at))
	return b
}

func withText(kind, text string) chromedp.Search {
	return chromedp.Search(fmt.Sprintf(
		"//*[%s][contains(translate(normalize-space(.), '\u00a0', ' '), '%s')]", kind, text))
}

// fill writes into a field.
func (b tab) fill(name, text string) tab {
	b.t.Helper()
	field := fmt.Sprintf("[name=%q]", name)
	evaluate[bool](b, fmt.Sprintf("document.querySelector(%q).value = '', true", field))
	b.do(chromedp.SendKeys(chromedp.CSS(field), text))
	return b
}

// mark chooses one of several buttons.
func (b tab) mark(name, value string) tab {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(fmt.Sprintf("input[name=%q][value=%q]", name, value))))
	return b
}

// says wants texts in the page.
func (b tab) says(texts ...string) tab {
	b.t.Helper()
	page := b.text()
	for _, text := range texts {
		if !contains(page, text) {
			b.t.Fatalf("the page at %s does not say %q:\n%s", b.path(), text, page)
		}
	}
	return b
}

// text is what the page says.
func (b tab) text() (s string) {
	b.t.Helper()
	within(b, "text", func(ctx context.Context) (err error) {
		s, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
		return err
	})
	return s
}

// path is where the tab is.
func (b tab) path() string {
	b.t.Helper()
	at, err := chromedp.Run(b.ctx, chromedp.Location())
	if err != nil {
		b.t.Fatal(err)
	}
	return at[min(len(at), len(b.at)):]
}

// evaluate runs a script in the page.
func evaluate[T any](b tab, script string) (out T) {
	b.t.Helper()
	within(b, "script", func(ctx context.Context) (err error) {
		out, err = chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
		return err
	})
	return out
}

// picture writes what the whole page looks like: to docs/screens with -update, and otherwise among the test's
// artifacts.
func (b tab) picture(name string) {
	b.t.Helper()
	within(b, "picture", func(ctx context.Context) error {
		// What stays at the edge of a screen belongs at the end of the picture.
		high, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("document.documentElement.scrollHeight"))
		if err != nil {
			return err
		}
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[int64]("document.documentElement.clientWidth"))
		if err != nil {
			return err
		}
		if err := size(ctx, wide, high); err != nil {
			return err
		}
		defer func() { _ = size(ctx, wide, 740) }()
		png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err != nil {
			return err
		}
		dir := b.t.ArtifactDir()
		if *update {
			dir = filepath.Join("..", "..", "docs", "screens")
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	})
}
