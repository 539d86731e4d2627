package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime/debug"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Print a JSON object: version, commit, go."`
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

// version is the module's version as the toolchain recorded it, or the commit it was built from.
func version() string {
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

// built says from which commit and by which Go; the commit is empty where the build did not record it.
func built() (commit, compiler string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
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
