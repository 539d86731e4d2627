// Package manual writes the help, the manual page and the completion of a command line out of the command line itself,
// so that none can say anything else than the others do. A flag that is added is in all three with no further line.
package manual

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Page writes the manual page of a version, with the examples of each command.
func Page(to io.Writer, model *kong.Application, version string) error {
	w := &roff{w: to}
	w.line(`.TH SUPPORTLEDGER 1 "" "supportledger %s"`, version)
	w.line(".SH NAME\nsupportledger \\- %s", "the books of multi-year support: grants, plans, disbursements, statements")
	w.line(".SH SYNOPSIS\n.B supportledger\n.I command\n[flags]")
	w.line(".SH COMMANDS")
	for _, n := range model.Leaves(true) {
		w.line(".SS %s", escaped(n.Path()))
		w.line("%s", escaped(n.Help))
		for _, f := range ownFlags(n) {
			w.line(".TP\n\\fB--%s\\fR %s\n%s", escaped(f.Name), escaped(f.PlaceHolder), escaped(f.Help))
		}
		if lines := examples[n.Path()]; len(lines) > 0 {
			w.line(".PP\n.nf")
			for _, line := range lines {
				w.line("%s", escaped(line))
			}
			w.line(".fi")
		}
	}
	w.line(".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 3 a check found problems, 4 the books refuse, " +
		"5 the database cannot be reached")
	w.line(".SH SEE ALSO\n/usr/share/doc/supportledger, and /help of the running server")
	return w.err
}

type roff struct {
	w   io.Writer
	err error
}

func (r *roff) line(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.w, format+"\n", args...)
	}
}

// escaped keeps roff from reading a text as its own.
func escaped(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}

// ownFlags are the flags of a command but for --help.
func ownFlags(n *kong.Node) (all []*kong.Flag) {
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			if f.Name != "help" {
				all = append(all, f)
			}
		}
	}
	return all
}

// Completion writes the script of a shell: commands, then the flags of the one that stands there.
func Completion(to io.Writer, model *kong.Application, shell string) error {
	w := &roff{w: to}
	if shell == "fish" {
		for _, n := range model.Leaves(true) {
			words := strings.Fields(n.Path())
			w.line("complete -c supportledger -f -n __fish_use_subcommand -a %s", words[0])
			for _, f := range ownFlags(n) {
				w.line("complete -c supportledger -n '__fish_seen_subcommand_from %s' -l %s", words[len(words)-1], f.Name)
			}
		}
		return w.err
	}
	if shell == "zsh" {
		w.line("#compdef supportledger\nautoload -U +X bashcompinit && bashcompinit")
	}
	w.line("_supportledger() {\n  local at=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\" words=\"\"\n  case \"${at%%%% -*}\" in")
	next := map[string][]string{}
	for _, n := range model.Leaves(true) {
		words := strings.Fields(n.Path())
		for i, word := range words {
			before := strings.Join(words[:i], " ")
			if !strings.Contains(" "+strings.Join(next[before], " ")+" ", " "+word+" ") {
				next[before] = append(next[before], word)
			}
		}
		for _, f := range ownFlags(n) {
			next[n.Path()] = append(next[n.Path()], "--"+f.Name)
		}
	}
	for _, at := range slices.Sorted(maps.Keys(next)) {
		w.line("    %q) words=%q ;;", at, strings.Join(next[at], " "))
	}
	w.line("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}")
	w.line("complete -o default -F _supportledger supportledger")
	return w.err
}
