package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// A setting of the server is said in one of three places, and the first counts: a flag, a variable of the environment
// (SUPPORTLEDGER_ and the flag's name in capitals), a line of the configuration file (the flag's name, =, the value).
// The same names in all three, so there is one list of them: supportledger serve --help. Other commands take from the
// file what they have flags for.

const configVariable = "SUPPORTLEDGER_CONFIG"

// settings are the lines of a configuration file.
type settings struct {
	file   string
	values map[string][]string
	at     map[string]int // line
}

// configOf finds the configuration file that the arguments or the environment name.
func configOf(args []string) string {
	for i, arg := range args {
		if arg == "--config" && i+1 < len(args) {
			return args[i+1]
		}
		if file, found := strings.CutPrefix(arg, "--config="); found {
			return file
		}
	}
	return os.Getenv(configVariable)
}

// readSettings reads a file; none is empty settings.
func readSettings(file string) (s settings, err error) {
	s = settings{file: file, values: map[string][]string{}, at: map[string]int{}}
	if file == "" {
		return s, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return s, misuse("--config: %v", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" {
			return s, misuse("%s, line %d: write NAME = VALUE, or # before a remark", file, n)
		}
		s.values[name] = append(s.values[name], value)
		s.at[name] = n
	}
	return s, lines.Err()
}

// Validate has nothing to say before the command is known; see known.
func (s settings) Validate(*kong.Application) error { return nil }

// Resolve gives the value of a flag that neither the command line nor the environment has set.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	values, said := s.values[flag.Name]
	if !said || slices.ContainsFunc(flag.Envs, inEnvironment) {
		return nil, nil
	}
	if len(values) > 1 && flag.Target.Kind() != reflect.Slice {
		return nil, misuse("%s says %s twice, the second time in line %d", s.file, flag.Name, s.at[flag.Name])
	}
	return strings.Join(values, ","), nil
}

func inEnvironment(name string) bool {
	_, set := os.LookupEnv(name)
	return set
}

// known refuses names that are no setting of the server.
func (s settings) known(app *kong.Application) error {
	all := map[string]bool{}
	for _, f := range serveFlags(app) {
		all[f.Name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		if !all[name] {
			return misuse("%s, line %d: there is no setting %q%s", s.file, s.at[name], name,
				meant(name, slices.Collect(maps.Keys(all))))
		}
	}
	return nil
}

// meant proposes the setting that begins like a wrong one.
func meant(wrong string, names []string) string {
	slices.Sort(names)
	for n := len(wrong); n >= 2; n-- {
		for _, name := range names {
			if strings.HasPrefix(name, wrong[:n]) {
				return "; did you mean " + name + "?"
			}
		}
	}
	return "; supportledger serve --help lists all"
}

// notSettings are flags of serve that belong on the command line.
var notSettings = []string{"help", "config", "acknowledge-rollback", "setup"}

// serveFlags are the flags of serve that are settings.
func serveFlags(app *kong.Application) (all []*kong.Flag) {
	for _, child := range app.Children {
		if child.Name == "serve" {
			for _, group := range child.AllFlags(true) {
				for _, f := range group {
					if !slices.Contains(notSettings, f.Name) {
						all = append(all, f)
					}
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b *kong.Flag) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// fromEnvironment gives every setting of serve a variable.
func fromEnvironment(k *kong.Kong) error {
	for _, f := range serveFlags(k.Model) {
		if len(f.Envs) == 0 {
			name := "SUPPORTLEDGER_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
			f.Envs = []string{name}
			f.Tag.Envs = f.Envs
		}
	}
	return nil
}

type configCommands struct {
	Show  configShowCommand  `cmd:"" help:"Print every setting of the server, and where it was said. Secrets are not shown."`
	Check configCheckCommand `cmd:"" help:"Read the configuration file as serve would, and say what is wrong with it."`
}

// setting is a setting as it counts.
type setting struct{ name, value, from string }

// effective parses serve as it would be started with this file and environment, and gives its settings.
func effective(file string) (all []setting, serve serveCommand, err error) {
	var c commands
	parser, s, err := newParser(&c, file)
	if err != nil {
		return nil, serve, err
	}
	if _, err := parser.Parse([]string{"serve"}); err != nil {
		return nil, serve, misuse("%v", err)
	}
	for _, f := range serveFlags(parser.Model) {
		one := setting{name: f.Name, value: shownValue(f), from: "default"}
		if i := slices.IndexFunc(f.Envs, inEnvironment); i >= 0 {
			one.from = "environment, " + f.Envs[i]
		} else if n, said := s.at[f.Name]; said {
			one.from = fmt.Sprintf("%s, line %d", file, n)
		}
		all = append(all, one)
	}
	return all, c.Serve, nil
}

// shownValue is a value without secrets.
func shownValue(f *kong.Flag) string {
	switch v := f.Target.Interface().(type) {
	case address:
		return v.shown()
	case []string:
		return strings.Join(v, ",")
	default:
		text := fmt.Sprint(v)
		if f.Name == "mail-password" && text != "" {
			return "(set)"
		}
		return text
	}
}

// configFlag names the configuration file. It is read before the arguments are; see configOf.
type configFlag struct {
	Config string `env:"SUPPORTLEDGER_CONFIG" placeholder:"FILE" help:"Configuration file: lines NAME = VALUE, named as the flags of serve are; or SUPPORTLEDGER_CONFIG."`
}

type configShowCommand struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run prints the settings.
func (s configShowCommand) Run(c console, file configFile) error {
	all, _, err := effective(string(file))
	if err != nil {
		return err
	}
	if s.JSON {
		values := map[string]string{}
		for _, one := range all {
			values[one.name] = one.value
		}
		return writeJSON(c.out, values)
	}
	for _, one := range all {
		fmt.Fprintf(c.out, "%-22s = %-40s # %s\n", one.name, one.value, one.from)
	}
	return nil
}

// configFile is the file that was named.
type configFile string

type configCheckCommand struct{}

// Run checks what serve would refuse before it opens the books.
func (configCheckCommand) Run(c console, file configFile) error {
	_, serve, err := effective(string(file))
	if err != nil {
		return err
	}
	if err := serve.sensible(); err != nil {
		return err
	}
	for flag, name := range map[string]string{"tls-cert": serve.TLSCert, "tls-key": serve.TLSKey,
		"evidence-key": serve.EvidenceKey, "vault-key": serve.VaultKey, "vault-passphrase-file": serve.PassphraseFile,
		"oidc-secret-file": serve.SecretFile, "backup-dir": serve.BackupDir, "witness": string(serve.Witness)} {
		if name == "" {
			continue
		}
		if _, err := os.Stat(name); err != nil {
			return misuse("%s: %v", flag, errors.Unwrap(err))
		}
	}
	fmt.Fprintln(c.err, "The configuration can be served.")
	return nil
}
