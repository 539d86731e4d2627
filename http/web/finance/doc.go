// Package finance is the pages of those who keep the books: overview, bank, payees and payment runs, months, journal
// and reports. Each page reads in one snapshot and each form is one act of the API, under the version that the page
// showed. Start in register.go.
package finance
