// Package calendar puts into one list what is due to us and from us: reports, conditions, instalments, pledges,
// consents, ends of plans, bank details and changes of agreements that wait. It also answers, in few queries, what a
// small charity looks at in the morning, and finds things by code, number, amount or text. What is due is read out of
// the books; only who sees to it, and that it is done, is kept here. Start with Calendar.Items.
package calendar
