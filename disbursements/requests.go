package disbursements

import (
	"supportledger/beneficiaries"
	"supportledger/disbursements/advances"
	"supportledger/disbursements/payees"
	"supportledger/grants"
	"supportledger/ledger"
)

// Rules says what a disbursement needs and what stands in its way. It only reads.
type Rules struct {
	Book     ledger.Book
	Grants   grants.Register
	People   beneficiaries.Register
	Advances advances.Register
	Policies Policies
	Costs    Costs
}

// Requests writes, submits and ends disbursements. Like the other types here it holds no state of its own.
type Requests struct {
	Rules
	Payees payees.Register
}

// Decisions takes requests from submission to authorisation, and lists what waits for somebody.
type Decisions struct{ Requests }

// Settlements takes what was authorised to the receipt that was verified, without money leaving our bank.
type Settlements struct{ Requests }

// New opens the requests, and what they are made of, over the books.
func New(book ledger.Book, register grants.Register, people beneficiaries.Register) Requests {
	policies := Policies{Book: book, Grants: register, People: people}
	ahead := advances.Register{Book: book, Grants: register, People: people, CardLimit: policies.CardLimit}
	return Requests{
		Rules: Rules{Book: book, Grants: register, People: people, Advances: ahead,
			Policies: policies,
			Costs:    Costs{Book: book, Grants: register, People: people, Advances: ahead}},
		Payees: payees.Register{Vault: people.Vault},
	}
}

// Policies says who decides: approval policies.
type Policies struct {
	Book   ledger.Book
	Grants grants.Register
	People beneficiaries.Register
}

// Costs books what disbursements cost, or tries it with what is promised counted as booked.
type Costs struct {
	Book     ledger.Book
	Grants   grants.Register
	People   beneficiaries.Register
	Advances advances.Register

	promised promised // zero where it is booked
}
