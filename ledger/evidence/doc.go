// Package evidence keeps the documents that prove entries: receipts, invoices, attendance lists.
//
// A document is cleaned of what nobody needs to know ([Clean]), encrypted, and kept once by the hash of its content
// ([Archive]). The books know its hash, its kind and how long it has to be kept; which entries it proves is said by
// [Attach], noted in the tree, and held against the contents by [Verify].
package evidence
