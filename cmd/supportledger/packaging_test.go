package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"supportledger/ledger/evidence"
	"supportledger/store"
	"supportledger/store/storetest"
)

// The files around the program name its flags, commands, settings, paths, ports and metrics. The tests below hold each
// name against the program itself, so that neither is renamed alone.

func packaged(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "packaging", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// settingNames are all settings, and the variables that say them.
func settingNames(t *testing.T) (names, variables []string) {
	t.Helper()
	var c commands
	parser, _, err := newParser(&c, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range serveFlags(parser.Model) {
		names, variables = append(names, f.Name), append(variables, f.Envs...)
	}
	return names, variables
}

// variables wants each SUPPORTLEDGER_ variable of a text to be one that the program reads.
func variables(t *testing.T, where, text string) {
	t.Helper()
	_, known := settingNames(t)
	known = append(known, configVariable)
	found := regexp.MustCompile(`SUPPORTLEDGER_[A-Z_]+`).FindAllString(text, -1)
	if len(found) == 0 {
		t.Errorf("%s sets nothing", where)
	}
	for _, name := range found {
		if !slices.Contains(known, name) {
			t.Errorf("%s: the program reads no %s", where, name)
		}
	}
}

// commandOf wants arguments to be a command with flags that it has.
func commandOf(t *testing.T, where string, args ...string) {
	t.Helper()
	var c commands
	parser, _, err := newParser(&c, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Errorf("%s: %v: %v", where, args, err)
	}
}

// The settings file of the package can be served as it is, and with each line that is a remark in it.
func TestPackagedSettings(t *testing.T) {
	text, dir := packaged(t, "deb/supportledger.conf"), t.TempDir()
	names, _ := settingNames(t)
	said := 0
	for _, found := range regexp.MustCompile(`(?m)^(?:# )?([a-z][a-z-]*) = (\S+)`).FindAllStringSubmatch(text, -1) {
		said++
		if !slices.Contains(names, found[1]) {
			t.Errorf("there is no setting %s", found[1])
		}
	}
	if said < 15 {
		t.Errorf("only %d settings were found", said)
	}
	postinst, unit := packaged(t, "deb/postinst"), packaged(t, "systemd/supportledger.service")
	for _, path := range regexp.MustCompile(`(?m)^[a-z-]+ = (?:sqlite:)?(/\S+)`).FindAllStringSubmatch(text, -1) {
		there := slices.ContainsFunc(strings.Fields(postinst), func(made string) bool {
			made = strings.Trim(made, `"$;rot`)
			return len(made) > 5 && made[0] == '/' && strings.HasPrefix(path[1], made)
		})
		if !there {
			t.Errorf("%s is in no folder that the package makes", path[1])
		}
	}
	// As it is, in folders of this test.
	text = regexp.MustCompile(`/(var|etc)/`).ReplaceAllString(text, dir+"/$1/")
	for _, made := range []string{"var/lib/supportledger", "var/lib/supportledger-witness", "var/backups/supportledger",
		"etc/supportledger/keys"} {
		if err := os.MkdirAll(filepath.Join(dir, made), 0o700); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(postinst, "/"+made) {
			t.Errorf("the package does not make %s", made)
		}
	}
	file := filepath.Join(dir, "etc", "supportledger", "supportledger.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ran(t, 0, "init", "--config", file, "--organisation", "Example")
	ran(t, 0, "config", "check", "--config", file)
	for _, made := range []string{"/var/lib/supportledger", "/var/lib/supportledger-witness",
		"/var/backups/supportledger"} {
		if !strings.Contains(unit, made) && !strings.Contains(unit, strings.TrimPrefix(made, "/var/lib/")+"\n") {
			t.Errorf("under the unit %s cannot be written to", made)
		}
	}
}

// The units name commands, a user and files that are there; systemd reads them and finds them hard.
func TestUnits(t *testing.T) {
	unit, dir := packaged(t, "systemd/supportledger.service"), t.TempDir()
	variables(t, "the unit", unit)
	for _, found := range regexp.MustCompile(`(?m)^Exec\w+=/usr/bin/supportledger (.*)$`).FindAllStringSubmatch(unit, -1) {
		commandOf(t, "the unit", strings.Fields(found[1])...)
	}
	for _, line := range []string{"Type=notify\n", "ExecStart=/usr/bin/supportledger serve\n", "ExecReload=",
		"User=supportledger\n", "WatchdogSec="} {
		if !strings.Contains(unit, line) {
			t.Errorf("the unit has no %s", line)
		}
	}
	if post := packaged(t, "deb/postinst"); !strings.Contains(post, "--shell /usr/sbin/nologin supportledger") {
		t.Error("the package makes no user supportledger")
	}
	// The same address as the settings say.
	socket := packaged(t, "systemd/supportledger.socket")
	listens := regexp.MustCompile(`ListenStream=(\S+)`).FindStringSubmatch(socket)[1]
	if !strings.Contains(packaged(t, "deb/supportledger.conf"), "\naddr = "+listens+"\n") {
		t.Errorf("the socket listens on %s, the settings do not", listens)
	}
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("systemd-analyze is not installed, which reads the units: apt-get install systemd")
	}
	program, err := exec.LookPath("supportledger")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"supportledger.service": unit, "supportledger.socket": socket} {
		text = strings.ReplaceAll(text, "/usr/bin/supportledger", program)
		text = strings.ReplaceAll(text, "man:supportledger(1) ", "") // no manual is installed here
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	service := filepath.Join(dir, "supportledger.service")
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "verify", service,
		filepath.Join(dir, "supportledger.socket")).CombinedOutput()
	for line := range strings.Lines(string(out)) { // what it says of this machine's own units is no matter
		if strings.Contains(line, "supportledger") {
			t.Errorf("systemd-analyze verify: %v: %s", err, line)
		}
	}
	out, err = exec.CommandContext(t.Context(), "systemd-analyze", "security", "--offline=true", "--threshold=20",
		service).CombinedOutput()
	if err != nil {
		t.Errorf("the unit leaves more open than 2.0 of 10: %v\n%s", err, out)
	}
}

// compose is what the example says of its containers.
type compose struct {
	Services map[string]struct {
		Image       string
		Command     string
		Build       struct{ Context, Dockerfile string }
		Environment map[string]string
		Secrets     []string
		Volumes     []string
		Ports       []string
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		Healthcheck struct{ Test []string }
	}
	Secrets map[string]struct{ File string }
	Volumes map[string]any
}

// The container file and the compose example name settings, commands, ports, volumes and secrets that are there.
func TestContainers(t *testing.T) {
	container := packaged(t, "container/Containerfile")
	variables(t, "the container file", container)
	variable := func(name string) string {
		return regexp.MustCompile(name + `=(\S+)`).FindStringSubmatch(container)[1]
	}
	lists := regexp.MustCompile(`(?m)^(?:HEALTHCHECK .*CMD|CMD) (\[.*\])$`).FindAllStringSubmatch(container, -1)
	if len(lists) != 2 {
		t.Fatal("the container file has no command or no health check")
	}
	for _, found := range lists {
		var args []string
		if err := json.Unmarshal([]byte(found[1]), &args); err != nil {
			t.Fatal(err)
		}
		commandOf(t, "the container file", slices.DeleteFunc(args, func(a string) bool { return a == "/supportledger" })...)
	}
	_, port, _ := strings.Cut(variable("SUPPORTLEDGER_ADDR"), ":")
	if !strings.Contains(container, "\nEXPOSE "+port+"\n") {
		t.Errorf("the container file does not expose port %s", port)
	}
	if !strings.Contains(container, "\nUSER 65532:65532\n") || !strings.Contains(variable("SUPPORTLEDGER_DB"),
		"/data/") || !strings.Contains(container, "\nVOLUME /data\n") {
		t.Error("the container file runs as root, or keeps its books in no volume")
	}
	for _, found := range regexp.MustCompile(`(?m)^COPY (?:--chown=\S+ )?(\S+) `).FindAllStringSubmatch(container, -1) {
		if _, err := os.Stat("../../" + found[1]); err != nil && found[1] != "bin/supportledger" { // which make build makes
			t.Errorf("the container file copies %s: %v", found[1], err)
		}
	}

	var c compose
	if err := yaml.Unmarshal([]byte(packaged(t, "container/compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	c.whole(t)
	books := c.Services["books"]
	variables(t, "compose", strings.Join(slices.Sorted(maps.Keys(books.Environment)), " "))
	t.Setenv("PGPASSFILE", "/dev/null")
	for name, value := range books.Environment { // what the container file says is the same for both
		if dir := strings.TrimPrefix(value, "/"); dir != value && strings.HasPrefix(name, "SUPPORTLEDGER_") {
			value = t.TempDir()
		}
		t.Setenv(name, value)
	}
	ran(t, 0, "config", "check")
	if at, err := url.Parse(books.Environment["SUPPORTLEDGER_DB"]); err != nil || at.Hostname() != "database" {
		t.Errorf("compose: no service is at %v: %v", at, err)
	}
	if _, port, _ := strings.Cut(books.Environment["SUPPORTLEDGER_ADDR"], ":"); !strings.HasSuffix(
		c.Services["proxy"].Command, "--to books:"+port) {
		t.Errorf("the proxy does not lead to books:%s", port)
	}
	for _, found := range regexp.MustCompile(`(?m)run --rm books (.*)$`).FindAllStringSubmatch(
		packaged(t, "container/compose.yaml"), -1) {
		commandOf(t, "compose", regexp.MustCompile(`'[^']*'|\S+`).FindAllString(found[1], -1)...)
	}
}

// whole wants what a service uses to be declared, and what it waits for to have a health check.
func (c compose) whole(t *testing.T) {
	t.Helper()
	if len(c.Services) != 3 {
		t.Errorf("compose has %d services", len(c.Services))
	}
	container, text := packaged(t, "container/Containerfile"), packaged(t, "container/compose.yaml")
	for name, s := range c.Services {
		for _, secret := range s.Secrets {
			file := strings.TrimPrefix(c.Secrets[secret].File, "./")
			if file == "" || !strings.Contains(text, "> "+file) {
				t.Errorf("compose: %s uses the secret %s, which is not declared, or the first lines do not make its file",
					name, secret)
			}
		}
		for _, volume := range s.Volumes {
			from, to, _ := strings.Cut(volume, ":")
			if _, ok := c.Volumes[from]; !ok {
				t.Errorf("compose: %s uses the volume %s, which is not declared", name, from)
			}
			if _, err := os.Stat("../../packaging/volumes" + to); name == "books" && err != nil {
				t.Errorf("compose: a new volume at %s does not belong to the user of the image: %v", to, err)
			}
		}
		for other, how := range s.DependsOn {
			if how.Condition == "service_healthy" && len(c.Services[other].Healthcheck.Test) == 0 {
				t.Errorf("compose: %s waits for %s, which has no health check", name, other)
			}
		}
	}
	if !strings.Contains(container, "\nCOPY --chown=65532:65532 packaging/volumes/ /\n") {
		t.Error("the container file has no folders for volumes")
	}
	if file := c.Services["books"].Build.Dockerfile; file != "packaging/container/Containerfile" {
		t.Errorf("compose builds %s", file)
	}
}

// Caddy and nginx lead to the port that the settings of the package say, say by which protocol they were reached, and
// take what the largest document takes.
func TestProxies(t *testing.T) {
	conf := packaged(t, "deb/supportledger.conf")
	addr := regexp.MustCompile(`(?m)^addr = (\S+)`).FindStringSubmatch(conf)[1]
	for name, wants := range map[string][]string{
		"proxy/Caddyfile":  {"reverse_proxy " + addr + "\n", "max_size 12MB"},
		"proxy/nginx.conf": {"proxy_pass http://" + addr + ";", "X-Forwarded-Proto $scheme;", "client_max_body_size 12m;"},
	} {
		text := packaged(t, name)
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s has no %q", name, want)
			}
		}
		if strings.Count(text, "{") != strings.Count(text, "}") {
			t.Errorf("%s: a block is not closed", name)
		}
		setting := regexp.MustCompile(`In supportledger.conf: (\S+) = `).FindStringSubmatch(text)[1]
		if names, _ := settingNames(t); !slices.Contains(names, setting) {
			t.Errorf("%s: there is no setting %s", name, setting)
		}
	}
	// Two documents in one form, and what is around them.
	if most := 2*evidence.MaxBytes + 1<<20; most > 12_000_000 {
		t.Errorf("a form may have %d bytes, and the proxies take 12 MB", most)
	}
	if _, err := exec.LookPath("nginx"); err == nil {
		testNginx(t)
	}
}

// testNginx has nginx read its example, with a certificate of no worth.
func testNginx(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	text := packaged(t, "proxy/nginx.conf")
	for _, found := range regexp.MustCompile(`ssl_certificate\w*\s+(\S+);`).FindAllStringSubmatch(text, -1) {
		text = strings.ReplaceAll(text, found[1], filepath.Join(dir, filepath.Base(found[1])))
	}
	key := filepath.Join(dir, "privkey.pem")
	if out, err := exec.CommandContext(t.Context(), "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=books.example.org", "-keyout", key, "-out",
		filepath.Join(dir, "fullchain.pem")).CombinedOutput(); err != nil {
		t.Skipf("there is no openssl here: %v %s", err, out)
	}
	text = "pid " + dir + "/pid;\nerror_log stderr;\nevents {}\nhttp {\n" + text + "}\n"
	if err := os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "nginx", "-t", "-p", dir, "-c", filepath.Join(dir, "nginx.conf")).
		CombinedOutput()
	if err != nil {
		t.Errorf("nginx -t: %v\n%s", err, out)
	}
}

// Each metric and each label that an alert or the dashboard names is in what a server answers that has something to
// say.
func TestMonitoring(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		there := metricsOf(t, db)
		var rules struct {
			Groups []struct {
				Rules []struct {
					Alert, Expr string
					Annotations struct{ Summary string }
				}
			}
		}
		if err := yaml.Unmarshal([]byte(packaged(t, "monitoring/alerts.yaml")), &rules); err != nil {
			t.Fatal(err)
		}
		asked := map[string]string{}
		for _, r := range rules.Groups[0].Rules {
			asked[r.Alert] = r.Expr
			if r.Annotations.Summary == "" {
				t.Errorf("%s says nothing", r.Alert)
			}
		}
		var board struct {
			Panels []struct {
				ID      int
				Title   string
				Targets []struct{ Expr string }
			}
		}
		if err := json.Unmarshal([]byte(packaged(t, "monitoring/grafana.json")), &board); err != nil {
			t.Fatal(err)
		}
		ids := map[int]bool{}
		for _, p := range board.Panels {
			ids[p.ID] = true
			asked["panel "+p.Title] = p.Targets[0].Expr
		}
		if len(ids) != len(board.Panels) || len(asked) < 20 {
			t.Errorf("%d panels with %d ids, %d expressions", len(board.Panels), len(ids), len(asked))
		}
		for name, expr := range asked {
			if strings.Count(expr, "(") != strings.Count(expr, ")") {
				t.Errorf("%s: a bracket is not closed: %s", name, expr)
			}
			inMetrics(t, name, expr, there)
		}
	})
}

// inMetrics wants what an expression names to be there: each metric with the labels that it is asked by.
func inMetrics(t *testing.T, name, expr, there string) {
	t.Helper()
	metric := regexp.MustCompile(`\b((?:supportledger|process)_\w+)(?:\{([^}]*)\})?`)
	for _, found := range metric.FindAllStringSubmatch(expr, -1) {
		series := lines(there, found[1])
		if len(series) == 0 {
			t.Errorf("%s: there is no metric %s", name, found[1])
			continue
		}
		for _, label := range regexp.MustCompile(`(\w+)[=!]~?"`).FindAllStringSubmatch(found[2], -1) {
			if !strings.Contains(series[0], label[1]+`="`) {
				t.Errorf("%s: %s has no label %s: %s", name, found[1], label[1], series[0])
			}
		}
	}
	for _, found := range regexp.MustCompile(`by \(([^)]*)\)`).FindAllStringSubmatch(expr, -1) {
		for label := range strings.SplitSeq(found[1], ",") {
			if label = strings.TrimSpace(label); !strings.Contains(there, label+`="`) {
				t.Errorf("%s: no metric has a label %s", name, label)
			}
		}
	}
}

// metricsOf gives the metrics of a server that has refused something, has verified and made a backup, and with which a
// job and a mail wait.
func metricsOf(t *testing.T, db *store.DB) string {
	t.Helper()
	tokens := opened(t, db)
	engine := store.Postgres
	if strings.HasPrefix(storetest.DSN(db), "sqlite:") {
		engine = store.SQLite
	}
	behind(t, db, waitingJob[engine])
	behind(t, db, fmt.Sprintf("INSERT INTO statement_delivery_attempts VALUES ('dlv_x', 1, 'deferred', 451, '%s')",
		store.FormatTime(time.Now())))
	behind(t, db, "UPDATE river_job SET scheduled_at = created_at, state = 'available'")
	at := freeAddress(t)
	p := begin(t, nil, "serve", "--db", storetest.DSN(db), "--addr", "127.0.0.1:0", "--metrics-addr", at, "--backup-dir",
		t.TempDir())
	url := p.await(listening)[0]
	call{token: tokens["finance_officer"], path: "/funds", body: fund("UNR")}.must(t, url, http.StatusCreated)
	call{path: "/funds"}.must(t, url, http.StatusUnauthorized)
	p.await(`"msg":"verify"`)
	resp, err := http.Get("http://" + at + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The scripts of the package are scripts.
func TestPackageScripts(t *testing.T) {
	for _, name := range []string{"deb/postinst", "deb/prerm", "deb/postrm", "deb/supportledgerctl"} {
		cmd := exec.CommandContext(t.Context(), "sh", "-n")
		cmd.Stdin = bytes.NewReader([]byte(packaged(t, name)))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v %s", name, err, out)
		}
	}
	variables(t, "supportledgerctl", packaged(t, "deb/supportledgerctl"))
}
