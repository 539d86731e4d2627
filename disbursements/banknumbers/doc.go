// Package banknumbers checks the numbers that money is sent to: IBAN, BIC, Danish registration and account numbers, the
// Nigerian NUBAN, and the CVR number of a Danish company; and those that a payee knows a bill by: the line of a Danish
// bill (+71, +73, +75) and the creditor's reference of ISO 11649.
//
// A number that fails its check digits is a slip of the pen found before money leaves; one that passes may still be
// somebody else's, which is why a second person verifies a payee. Each function takes what people write, with spaces
// and in small letters, and gives the form that is stored and sent. None of them looks anything up.
package banknumbers
