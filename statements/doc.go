// Package statements turns the books of one grant, one donor or one fund into the statement that a foundation files,
// and keeps it from draft to delivery.
//
//	books ── collect ──▶ figures.Value ──▶ page.Text, page.HTML, page.XLSX, page.PDF
//	                          │
//	                          ▼
//	      draft ─▶ privacy check ─▶ review ─▶ issue ─▶ seal ─▶ deliver
//
// Package collecting reads the books, from one snapshot up to one entry. The disclosure control decides which figures
// may be shown (disclose.go, privacy.go; the rules are package disclosure). A statement then passes through its states,
// each by another person (life.go); issuing fixes its bytes and sealing attaches the proof (seal.go). A run takes many
// statements through these steps as jobs (run*.go), and a delivery mails one to its donor (deliver.go).
//
// Start with [Issuer.Collect] and [Issuer.Prepare]. The figures and their checks are package figures, the drawing is
// package page; nothing here prints.
package statements
