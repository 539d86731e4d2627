// Package journal moves whole journals into and out of the books.
//
// Out: [Export] writes entries as hledger, Beancount, ledger-cli, CSV or a workbook. In: a file of entries or opening
// balances is uploaded, previewed, committed and, if need be, undone ([Upload], [PreviewOf], [Commit], [Undo]); the
// file stays in the books. A [Sheet] is the same reading of a file for imports of other things, such as donors and
// gifts.
package journal
