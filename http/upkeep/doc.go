// Package upkeep is the API of an admin who looks after the server: jobs, backups, and what is wrong with the machine.
// It reads no books and shows no person. What only the process knows comes through [Machine].
package upkeep
