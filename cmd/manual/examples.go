package manual

import (
	"fmt"

	"github.com/alecthomas/kong"
)

// examples lead the help of each command: most readers want one line to copy.
var examples = map[string][]string{
	"": {
		"supportledger demo                              # look around: invented books, a token per role, curl lines",
		"supportledger init --organisation 'Our charity' # begin books of your own in supportledger.db",
		"supportledger serve                             # http://127.0.0.1:8420/api/v1/docs",
		"supportledger statement render --subject G1 --to 2026-06-30 -o g1.pdf",
	},
	"demo": {
		"supportledger demo",
		"supportledger demo --no-serve --keep ./demo     # leaves ./demo/supportledger.db and ./demo/statements/*.pdf",
		"supportledger demo --story my.jsonl --db postgres://localhost/empty",
		"supportledger demo --json                       # for scripts: address, tokens and files as one JSON object",
	},
	"serve": {
		"supportledger serve --db sqlite:books.db",
		"SUPPORTLEDGER_DB=postgres://localhost/books supportledger serve --addr 127.0.0.1:8420",
		"supportledger serve --vault-key /secrets/vault.json # keeps who people are, sealed",
		"supportledger serve --public https://books.example --oidc-issuer https://login.example --oidc-client books",
	},
	"init": {
		"supportledger init --organisation 'Our charity'",
		"supportledger init --organisation 'Our charity' --db postgres://localhost/books > tokens.txt",
	},
	"migrate": {"supportledger migrate --db sqlite:books.db"},
	"export":  {"supportledger export journal | hledger -f - balance"},
	"export journal": {
		"supportledger export journal -o books.journal",
		"supportledger export journal | hledger -f - check",
		"supportledger export journal --format beancount -o books.beancount && bean-check books.beancount",
		"supportledger export journal --format csv --profile da-excel -o journal.csv",
	},
	"payments":         {"supportledger payments export B-2026-0003 -o B-2026-0003.xml --vault-key /secrets/vault.json"},
	"payments release": {"SUPPORTLEDGER_TOKEN=slt_… supportledger payments release B-2026-0003"},
	"payments export": {
		"SUPPORTLEDGER_TOKEN=slt_… supportledger payments export B-2026-0003 -o B-2026-0003.xml --vault-key " +
			"/secrets/vault.json",
		"SUPPORTLEDGER_TOKEN=slt_… supportledger payments export B-2026-0003 --format csv -o B-2026-0003.csv --vault-key " +
			"/secrets/vault.json",
	},
	"payments confirm": {"SUPPORTLEDGER_TOKEN=slt_… supportledger payments confirm statement.xml --account 1010"},
	"import":           {"supportledger import entries january.csv --profile da-excel -n"},
	"import entries": {
		"supportledger import entries january.csv --profile da-excel -n   # look: what would be posted, and what is wrong",
		"SUPPORTLEDGER_TOKEN=slt_… supportledger import entries january.csv --profile da-excel",
	},
	"import opening-balances": {"supportledger import opening-balances opening.xlsx --profile xlsx -n"},
	"statement":               {"supportledger statement render --subject G1 --to 2026-06-30"},
	"statement render": {
		"supportledger statement render --subject G1 --to 2026-06-30             # to read in the terminal",
		"supportledger statement render --subject G1 --to 2026-06-30 -o g1.pdf --lang da",
		"supportledger statement render --subject G1 --to 2026-06-30 --format json | jq .closing",
		"supportledger statement render --subject D-77 --from 2026-01-01 --to 2026-12-31 --lang da",
	},
	"statement draft": {
		"SUPPORTLEDGER_TOKEN=slt_… supportledger statement draft --subject G1 --to 2026-12-31 --lang en",
		"SUPPORTLEDGER_TOKEN=slt_… supportledger statement draft --subject G1 --to 2026-12-31 --explain 1.2=prices --json " +
			"| jq -r .id",
		"SUPPORTLEDGER_TOKEN=slt_… supportledger statement draft --replaces S-2026-0001   # version 2 of it",
	},
	"statement check":  {"SUPPORTLEDGER_TOKEN=slt_… supportledger statement check sta_…"},
	"statement review": {"SUPPORTLEDGER_TOKEN=slt_… supportledger statement review sta_…             # another person"},
	"statement issue":  {"SUPPORTLEDGER_TOKEN=slt_… supportledger statement issue sta_… --public https://books.example"},
	"statement seal": {"SUPPORTLEDGER_TOKEN=slt_… supportledger statement seal S-2026-0001          # after " +
		"supportledger proof checkpoint"},
	"statement withdraw": {"SUPPORTLEDGER_TOKEN=slt_… supportledger statement withdraw S-2026-0001 --reason 'The wrong " +
		"period was chosen'"},
	"statement list": {"supportledger statement list --json | jq '.[] | select(.state == \"DRAFT\")'"},
	"statement verify": {
		"supportledger statement verify S-2026-0001.pdf --key books.key.pub",
		"supportledger statement verify S-2026-0001.pdf --key books.key.pub --register register.csv --json",
	},
	"statement register": {"supportledger statement register -o register.csv"},
	"backup": {
		"supportledger backup -o books.slbackup",
		"supportledger backup -o books.slbackup.age --encrypt-to age1…    # opened by the key in your safe only",
		"supportledger backup verify books.slbackup.age --identity safe.key",
	},
	"backup make":   {"supportledger backup -o books.slbackup.age --encrypt-to recipients.txt"},
	"backup verify": {"supportledger backup verify books.slbackup.age --identity safe.key --evidence-key evidence.key"},
	"restore": {
		"supportledger restore books.slbackup --into /var/lib/supportledger",
		"supportledger restore books.slbackup.age --identity safe.key --into sqlite:books.db --checkpoints ./witness",
		"supportledger restore books.slbackup --into postgres://localhost/books --evidence /srv/evidence # moves engines",
	},
	"verify": {
		"supportledger verify                                     # are the books what they were written as?",
		"supportledger verify --pub books.key.pub --checkpoints ./witness",
		"supportledger verify --evidence-key evidence.key         # opens every document, too",
		"supportledger verify --db sqlite:copy.db --json | jq .findings",
	},
	"user": {"supportledger user list"},
	"user add": {
		"supportledger user add books-2 --role finance_officer         # as the operator of the machine",
		"SUPPORTLEDGER_TOKEN=slt_… supportledger user add auditor-2026 --ends-on 2027-03-31",
	},
	"user list": {"supportledger user list --json | jq '.users[] | select(.works)'"},
	"user invite": {"supportledger user invite books-2                             # a one-time word to set a " +
		"password with"},
	"user disable": {"supportledger user disable books-2 --reason 'Left the organisation'"},
	"user roles": {
		"SUPPORTLEDGER_TOKEN=slt_… supportledger user roles books-2 --grant treasurer --reason 'The board chose a treasurer'",
		"supportledger user roles books-2 --revoke finance_officer --reason 'Moved to another office'",
	},
	"user decide": {"SUPPORTLEDGER_TOKEN=slt_… supportledger user decide chg_… approve"},
	"token":       {"supportledger token list"},
	"token create": {
		"supportledger token create books-2 --name 'bank import' --days 30",
		"supportledger token create auditor-2026 --name 'reader' --read-only --json | jq -r .secret",
	},
	"token list":   {"supportledger token list books-2"},
	"token revoke": {"supportledger token revoke tok_…"},
	"remind": {
		"supportledger remind                                     # once a day; serve does it by itself",
		"supportledger remind --json | jq -r .subject",
	},
	"vault": {"supportledger vault keygen --key vault.json"},
	"vault keygen": {
		"supportledger vault keygen --key vault.json      # then: supportledger serve --vault-key vault.json",
	},
	"evidence": {"supportledger evidence keygen --key evidence.key"},
	"evidence keygen": {
		"supportledger evidence keygen --key evidence.key # then: supportledger serve --evidence-key evidence.key",
	},
	"proof": {"supportledger proof checkpoint --key books.key --witness ./witness"},
	"proof keygen": {
		"supportledger proof keygen --name example.org/books --key books.key # keep books.key away from the database",
	},
	"proof checkpoint": {
		"supportledger proof checkpoint --key books.key --witness ./witness",
		"7 * * * *  supportledger proof checkpoint --key /signer/books.key --witness /mnt/auditor # crontab of a user of " +
			"its own",
	},
	"config":        {"supportledger config show --config /etc/supportledger/supportledger.conf"},
	"config show":   {"supportledger config show --config /etc/supportledger/supportledger.conf"},
	"config check":  {"supportledger config check --config /etc/supportledger/supportledger.conf"},
	"doctor":        {"supportledgerctl doctor                                    # with the settings of the server"},
	"healthcheck":   {"supportledger healthcheck --addr 127.0.0.1:8420"},
	"man":           {"supportledger man | man -l -"},
	"completion":    {"supportledger completion bash > /etc/bash_completion.d/supportledger"},
	"period":        {"supportledger period checklist 2026-01"},
	"period status": {"supportledger period status"},
	"period checklist": {"supportledger period checklist 2026-01               # what is missing before January can " +
		"be closed"},
	"period close": {
		"SUPPORTLEDGER_TOKEN=slt_… supportledger period close 2026-01 --sign-off bank='Agreed with the statement of 31 " +
			"January'",
	},
	"version": {"supportledger version --json"},
}

// Help prints the examples of a command, then what the parser knows of it.
func Help(o kong.HelpOptions, ctx *kong.Context) error {
	path := ""
	if at := ctx.Selected(); at != nil {
		path = at.Path()
	}
	fmt.Fprintln(ctx.Stdout, "Examples:")
	for _, line := range examples[path] {
		fmt.Fprintln(ctx.Stdout, "  "+line)
	}
	fmt.Fprintln(ctx.Stdout)
	return kong.DefaultHelpPrinter(o, ctx)
}
