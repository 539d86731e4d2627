package http

import (
	"supportledger/http/accounts"
	"supportledger/http/books"
	"supportledger/http/calendar"
	"supportledger/http/grants"
	"supportledger/http/payments"
	"supportledger/http/people"
	"supportledger/http/resource"
	"supportledger/http/rest"
	"supportledger/http/statements"
	"supportledger/http/upkeep"
	"supportledger/http/webhooks"
)

// resources registers the whole API, in the order of the document.
func resources(api *resource.API, to webhooks.Targets) {
	accounts.RegisterUsers(api.API)
	books.Register(api)
	grants.Register(api)
	people.Register(api)
	payments.Register(api)
	statements.Register(api)
	books.RegisterReports(api)
	calendar.Register(api)
	webhooks.Register(api, to)
}

// problems is the one table from an error to what the client is told.
func problems() rest.ProblemTable {
	return rest.NewProblemTable(accounts.Problems, books.Problems, calendar.Problems,
		grants.Problems, people.Problems, payments.Problems,
		statements.Problems, upkeep.Problems, webhooks.Problems, rest.Problems{Faults: resource.DoubtFaults})
}
