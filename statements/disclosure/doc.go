// Package disclosure decides which sums over people may be shown to whom, so that nobody can be found in them.
//
// # What is at stake
//
// A statement says what support cost. If a category held the support of one person, its amount is what that person got;
// and if it is left out, whoever subtracts the others from the total has it again; and if last year's statement had one
// person less, the difference is the new one's. So a sum is judged together with all that was ever shown, to anybody.
//
// # The rule
//
// Every amount in the books that a statement adds up is an [Atom]. What has been shown cuts the atoms into disjoint
// [Register] blocks: two atoms are in one block as long as every shown sum has both or neither. A sum that is ours to
// show or withhold may be shown only if every piece that it cuts off a block, and every piece that it leaves, is safe:
// enough people, none of them making up most of it ([Rules.Safe]).
//
// Every shown sum is a sum of whole blocks. Whatever anybody computes from shown sums, by adding, subtracting, over
// years and across donors, is therefore a combination of whole blocks. All blocks that only discretion has made are
// safe.
//
// # Duty
//
// Some sums are the reader's by right: a funder's own budget lines, a donor's own totals. They are shown whatever they
// hold ([Sum.Duty]), so their blocks may be of one person. By themselves these are the reader's to know. Together with
// sums that were ours to show they could tell more: a year for everybody less the quarters of its funder is the rest of
// the year. So before it shows a sum, the control computes whether some combination of both kinds is about few people
// while no combination of sums by right alone is the same ([Register.OwedTellsOfFew]; combine.go). A sum of ours of
// which that is true is merged. A period of which the sums of right would do it is refused.
// docs/PRIVACY.md argues the cases.
//
// The package is pure: no database, no clock, no statement. Start with [Register.Choose].
package disclosure
