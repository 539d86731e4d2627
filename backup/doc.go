// Package backup keeps the books in one file, brings them back from it, and moves them from one engine to the other.
//
// A backup is a tar archive, compressed with gzip and, where recipients are given, encrypted with age. Its members are,
// in this order:
//
//	tables/NAME.0001.jsonl   rows of a table: a line with the table's columns, then a line for each row
//	jobs.json                what the queue still has to do
//	settings.json            how the server was configured, without secrets; not always there
//	evidence/KEY             documents, encrypted as they are kept
//	manifest.json            what the books are, and the size and SHA-256 of every member before it
//
// The manifest comes last: an archive that was cut off has none and is refused. All rows are of one snapshot, taken
// while others write, and they stand in the same order and form whichever engine they come from. So a backup of SQLite
// goes into PostgreSQL and back, and the hash of the rows stays the same.
//
// Keys are not part of a backup: docs/VAULT.md says where they are kept. What is sealed in the database is sealed here.
package backup
