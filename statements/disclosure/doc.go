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
// Why that is enough: every shown sum is a sum of whole blocks. Whatever anybody computes from shown sums, by adding,
// subtracting, over years and across donors, is therefore a combination of whole blocks, and the finest that can come
// out is one block. All blocks that only discretion has made are safe. No search over combinations is needed, and none
// is made.
//
// # Duty
//
// Some sums are the reader's by right: a funder's own budget lines, a donor's own totals. They are shown whatever they
// hold ([Sum.Duty]) and cut blocks like all others; what is shown beside them must stay safe in the finer cut.
// docs/PRIVACY.md argues the cases.
//
// The package is pure: no database, no clock, no statement. Start with [Register.Choose].
package disclosure
