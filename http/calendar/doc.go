// Package calendar has the operations of what is due to us and from us, of the overview of the morning, and of the
// search. They read the books of all other resources, and so stand after them. A search brings only kinds that the
// caller may list, and people by their whole code alone. Start with Register.
package calendar
