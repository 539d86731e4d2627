package http

// resources registers the whole API, one function per resource file. Its order is that of the document.
func resources(api *API) {
	books(api)
	periods(api)
	entries(api)
	entryBatches(api)
	drafts(api)
	reversals(api)
	evidence(api)
	yearEnd(api)
	imports(api)
	funders(api)
	donors(api)
	grantLife(api)
	claims(api)
	awards(api)
	gifts(api)
	exchangeRates(api)
	budgets(api)
	people(api)
	persons(api)
	payouts(api)
	reports(api)
	proofs(api)
	bookReports(api)
}
