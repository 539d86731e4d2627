// Package collecting reads the statement of one grant, one donor or one fund out of the books, from one snapshot up to
// one entry. Whatever is printed is a field of the value that it returns, and the value foots or is not returned.
//
// Start with [Books.Collect]: grantStatement (collect.go, books.go, report.go, places.go, convert.go) reads a funder's
// report, donorStatement and fundReport (fund.go) the others; a donor's gifts are played against the cost of their
// fund (pool.go). [Books.Figure] goes back from a printed figure to its lines. [Books.Spending] and [Books.PaidBy] say
// who is behind a cost: the disclosure control, which decides what may leave, is not here.
package collecting
