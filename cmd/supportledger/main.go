// Command supportledger is the whole product in one binary: the REST service, its database migrations, exports and
// statements from the command line, and a demonstration that fills its own books.
//
// Every command that opens books takes --db: "sqlite:FILE" or "postgres://…", or the same in SUPPORTLEDGER_DB. Data
// goes to standard output, talk to standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a check found
// problems, 4 the books refuse, 5 the database cannot be reached.
//
// Reading on: main.go says how a command runs and how it fails (faults.go words the failures, help.go the help), then
// one file a command. testdata/script holds transcripts of them all.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	_ "time/tzdata" // the books are kept in Copenhagen, on machines without a time zone database too

	"github.com/alecthomas/kong"
	"github.com/mattn/go-isatty"

	"supportledger/cmd/manual"
	"supportledger/cmd/progress"
)

// commands is the command line.
type commands struct {
	configFlag
	Demo        demoCommand        `cmd:"" help:"Fill fresh books with the worked story and serve them."`
	Serve       serveCommand       `cmd:"" help:"Serve the REST API."`
	Init        initCommand        `cmd:"" help:"Open the books of an organisation and make its first users."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database to this version's schema."`
	Export      exportCommands     `cmd:"" help:"Write what is in the books to a file."`
	Import      importCommands     `cmd:"" help:"Bring entries or opening balances into the books from a file."`
	Payments    paymentsCommands   `cmd:"" help:"Release payment batches, write their files for the bank, and confirm them by its statement."`
	Backup      backupCommands     `cmd:"" help:"Keep the books, their documents and settings in one file, and try such a file out."`
	Restore     restoreCommand     `cmd:"" help:"Bring books back from a backup, or move them to the other engine; ends with verify."`
	Verify      verifyCommand      `cmd:"" help:"Recompute the books and hold them against their proof; exit 3 if something was changed."`
	Proof       proofCommands      `cmd:"" help:"Make a signing key, and sign checkpoints of the books with it."`
	Period      periodCommands     `cmd:"" help:"Look at the months of the books, and close them."`
	User        userCommands       `cmd:"" help:"Make accounts for those who work here, and say what they may."`
	Token       tokenCommands      `cmd:"" help:"Make, list and revoke tokens."`
	Remind      remindCommand      `cmd:"" help:"Note what is to be thought of today: milestones, consents, ends of plans."`
	Vault       vaultCommands      `cmd:"" help:"Make the key that seals personal data."`
	Evidence    evidenceCommands   `cmd:"" help:"Make the key that encrypts documents."`
	Statement   statementCommand   `cmd:"" help:"Draft, review, issue, render and verify statements."`
	Doctor      doctorCommand      `cmd:"" help:"Look at all that the server needs on this machine, and say how to mend what is wrong; exit 3 if something is."`
	Healthcheck healthcheckCommand `cmd:"" help:"Exit 0 when the server is ready; for images without a shell."`
	Man         manCommand         `cmd:"" help:"Write the manual page."`
	Completion  completionCommand  `cmd:"" help:"Write the completion script of a shell."`
	Config      configCommands     `cmd:"" help:"Show what the server is set to, and check a configuration file."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
}

// console is where a command writes.
type console struct {
	out      io.Writer // data
	err      io.Writer // talk
	outIsTTY bool      // a person reads the data
	errIsTTY bool      // a person reads the talk, so it may move
}

// progress makes a meter for total pieces of work.
func (c console) progress(total int64, unit string) *progress.Meter {
	return progress.New(c.err, c.errIsTTY, total, unit)
}

func main() {
	ctx, end := context.WithCancel(context.Background())
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() { // the first signal asks to end, the second one ends
		<-asked
		signal.Stop(asked) // before anybody can see that the first one was heard, or a second one might be taken for it
		end()
	}()
	c := console{out: os.Stdout, err: os.Stderr, outIsTTY: isatty.IsTerminal(os.Stdout.Fd()),
		errIsTTY: isatty.IsTerminal(os.Stderr.Fd())}
	os.Exit(run(ctx, os.Args[1:], c))
}

// run parses the arguments, runs the command, says what went wrong and answers with the exit code.
func run(ctx context.Context, args []string, c console) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	helped := false
	file := configOf(args)
	parser, _, err := newParser(&commands{}, file,
		kong.Writers(c.out, c.err),
		kong.Exit(func(int) { helped = true }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(c, configFile(file)),
	)
	if err != nil {
		return c.fail(err)
	}
	command, err := parser.Parse(args)
	if helped {
		return 0
	}
	if err != nil {
		return c.misuse(err)
	}
	if err := command.Run(); err != nil {
		return c.fail(err)
	}
	return 0
}

// newParser makes the command line, with the settings of a configuration file.
func newParser(into *commands, file string, more ...kong.Option) (*kong.Kong, settings, error) {
	s, err := readSettings(file)
	if err != nil {
		return nil, s, err
	}
	parser, err := kong.New(into, append([]kong.Option{
		kong.Name("supportledger"),
		kong.Description("The books of multi-year support: grants, plans, disbursements, statements."),
		kong.Help(manual.Help),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 110}),
		kong.ValueFormatter(func(v *kong.Value) string { return v.Help }), // our texts name the variables themselves
		kong.PostBuild(fromEnvironment),
		kong.Resolvers(s),
	}, more...)...)
	if err != nil {
		return nil, s, err
	}
	return parser, s, s.known(parser.Model)
}
