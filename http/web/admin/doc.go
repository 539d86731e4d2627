// Package admin is the pages of those who keep the accounts and of those who watch: users and their roles, what two
// people have to agree on, the rules of approval, the letterhead, deletions, who opened identities, the audit trail.
package admin
