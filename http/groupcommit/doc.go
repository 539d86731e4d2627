// Package groupcommit posts the journal entries of many requests in one transaction: each entry needs the head row of
// the books and a commit, and together they share both. Every request still gets its own answer, or its own error,
// after the commit that holds it. Begin with Collect.
package groupcommit
