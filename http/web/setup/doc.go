// Package setup is the first-run wizard: new books are opened in a browser, with their keys, their accounts and the
// people who keep them. It is a site of its own, which is there only before there are books.
package setup
