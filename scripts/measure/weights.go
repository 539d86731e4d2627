package main

import (
	"cmp"
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// printWeights prints how many bytes of a binary each module takes, by the sizes of its symbols. The binary must be
// an ELF file that kept its symbol table (go build without -s). Tables that the linker makes of all packages
// together, such as those of line numbers, have no owner and stand as "shared".
func printWeights(binary string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return err
	}
	program, err := elf.Open(binary)
	if err != nil {
		return err
	}
	defer func() { _ = program.Close() }()
	symbols, err := program.Symbols()
	if err != nil {
		return err
	}
	modules := []string{info.Main.Path}
	for _, m := range info.Deps {
		modules = append(modules, m.Path)
	}
	weights := map[string]int{}
	for _, symbol := range symbols {
		// A section without bits is memory that starts as zeroes: the file holds only its length.
		if n := int(symbol.Section); n < len(program.Sections) && program.Sections[n].Type != elf.SHT_NOBITS {
			weights[ownerOf(symbol.Name, modules)] += int(symbol.Size)
		}
	}
	byWeight := func(a, b string) int { return cmp.Or(weights[b]-weights[a], strings.Compare(a, b)) }
	for _, module := range slices.SortedFunc(maps.Keys(weights), byWeight) {
		fmt.Printf("%8.2f MB  %s\n", float64(weights[module])/1e6, module)
	}
	return nil
}

// ownerOf is the module with the longest path that begins the name of a symbol.
func ownerOf(symbol string, modules []string) string {
	symbol = strings.NewReplacer("%2e", ".", "type:.eq.", "", "type:.hash.", "", "go:itab.", "", "*", "").Replace(symbol)
	best := ""
	for _, m := range modules {
		rest, found := strings.CutPrefix(symbol, m)
		if found && rest != "" && strings.ContainsRune("./", rune(rest[0])) && len(m) > len(best) {
			best = m
		}
	}
	first, _, _ := strings.Cut(symbol, "/")
	switch {
	case best != "":
		return best
	case strings.HasPrefix(symbol, "type:"), strings.HasPrefix(symbol, "go:"), strings.HasPrefix(symbol, "runtime."),
		!strings.Contains(symbol, "."):
		return "shared: runtime, types, tables"
	case strings.HasPrefix(first, "main."):
		return "supportledger"
	}
	return "standard library"
}
