package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"

	"supportledger/cmd/manual"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Print a JSON object: version, commit, go."`
}

type manCommand struct{}

// Run writes the manual page.
func (manCommand) Run(c console) error {
	parser, _, err := newParser(&commands{}, "")
	if err != nil {
		return err
	}
	return manual.Page(c.out, parser.Model, version())
}

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" placeholder:"bash|zsh|fish" help:"The shell: bash, zsh or fish."`
}

// Run writes a completion script.
func (s completionCommand) Run(c console) error {
	parser, _, err := newParser(&commands{}, "")
	if err != nil {
		return err
	}
	return manual.Completion(c.out, parser.Model, s.Shell)
}

// Run prints the version.
func (v versionCommand) Run(c console) error {
	if v.JSON {
		commit, compiler := built()
		return writeJSON(c.out, map[string]string{"version": version(), "commit": commit, "go": compiler})
	}
	_, err := fmt.Fprintln(c.out, "supportledger", version())
	return err
}

// scripts/build has the linker set these. They are empty in any other build.
var stampedVersion, stampedCommit string

// version is what scripts/build stamped, else what the toolchain recorded, else the commit.
func version() string {
	if stampedVersion != "" {
		return stampedVersion
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	if commit, _ := built(); commit != "" {
		return "devel-" + commit[:min(12, len(commit))]
	}
	return "devel"
}

// built returns the commit and the Go version of the build. The commit is empty where the build recorded none.
func built() (commit, compiler string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return stampedCommit, ""
	}
	commit = stampedCommit
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && commit == "" {
			commit = s.Value
		}
	}
	return commit, info.GoVersion
}

// writeJSON writes one object for scripts, with & and < as they are.
func writeJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}
