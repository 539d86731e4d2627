// Package learn is the help that the pages bring along: accounting in six pictures, the words of the glossary in both
// languages, and the keys. It is open to everybody, since it shows nothing of the books; begin with learn.go.
package learn
