// Package reporting is the pages of statements: from draft to delivery, one by one and in runs. A page shows the very
// document that the PDF has, as HTML, and its figures lead to the lines they are the sum of. Start in register.go.
package reporting
