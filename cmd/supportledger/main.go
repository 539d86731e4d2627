// Command supportledger is the whole product in one binary: the REST service, its database migrations, exports and
// statements from the command line, and a demonstration that fills its own books.
//
// Every command that opens books takes --db: "sqlite:FILE" or "postgres://…", or the same in SUPPORTLEDGER_DB. Data goes to
// standard output, talk to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a check found problems, 4 the
// books refuse, 5 the database cannot be reached.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	_ "time/tzdata" // the books are kept in Copenhagen, on machines without a time zone database too

	"github.com/alecthomas/kong"

	"supportledger/http/story"
	"supportledger/store"
)

// Exit codes of the command line.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 4
	exitUnreachable = 5
)

// commands is the command line.
type commands struct {
	Demo      demoCommand      `cmd:"" help:"Fill fresh books with the worked story and serve them."`
	Serve     serveCommand     `cmd:"" help:"Serve the REST API."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database to this version's schema."`
	Init      initCommand      `cmd:"" help:"Open the books of an organisation and make its first users."`
	Export    exportCommands   `cmd:"" help:"Write what is in the books to a file."`
	Statement statementCommand `cmd:"" help:"Render statements."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// console is where a command reads and writes.
type console struct {
	out io.Writer // data
	err io.Writer // talk
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], console{os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// run parses the arguments, runs the command and says how it went.
func run(ctx context.Context, args []string, c console) int {
	exited := -1
	parser, err := kong.New(&commands{},
		kong.Name("supportledger"),
		kong.Description("The books of multi-year support: grants, plans, disbursements, statements.\n\nTry: supportledger demo"),
		kong.Writers(c.out, c.err),
		kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c),
	)
	if err != nil {
		fmt.Fprintln(c.err, "supportledger:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited // help was asked for and given
	}
	if err != nil {
		fmt.Fprintf(c.err, "supportledger: %v\nTry: supportledger --help\n", err)
		return exitUsage
	}
	if err := command.Run(); err != nil {
		fmt.Fprintln(c.err, "supportledger:", err)
		return exitCode(err)
	}
	return 0
}

func exitCode(err error) int {
	var refusal *story.Refusal
	switch {
	case errors.As(err, &refusal), errors.Is(err, store.ErrRefused), errors.Is(err, store.ErrSchemaNewer), errors.Is(err, store.ErrSchemaOlder):
		return exitRefused
	case errors.Is(err, store.ErrUnavailable):
		return exitUnreachable
	}
	return exitFailed
}
