// Package grants keeps the donors' side: who gives, under which agreement, and the rules that come with the money.
//
// A [Grant] is money promised to us under an agreement with conditions. It has a fund of its own with the grant's code,
// and a [Policy] as data, in versions by date, because funders differ and amend: when income is recognised, who bears
// transfer fees and currency differences, what indirect cost may be charged. The version in force on an act's
// accounting date counts (RULES 37).
//
// # Income follows cost
//
// Money received in advance on a deferred grant is a debt: we owe the funder support. Every entry that puts cost on
// such a fund carries, in itself, the release of the same amount - debit 2100, credit 4100 - so a deferred grant never
// shows a profit (RULES 8-9). [Register.Post] attaches it; acts only say what cost arose.
//
// A grant that reports in another currency keeps its advance in layers, one per receipt with that receipt's rate. A
// release draws the oldest layer and is rounded once, in the grant's currency; the funder's statement is the sum of
// these rounded releases, so it foots to the cent (RULES 12-17).
//
// The donors' side stands left of package beneficiaries: it cannot even name a person.
package grants
