package disbursements

import (
	"supportledger/beneficiaries"
	"supportledger/disbursements/payees"
	"supportledger/grants"
	"supportledger/ledger"
)

// Requests takes disbursements from the draft to the receipt that was verified. Like the other types here it holds no
// state of its own.
type Requests struct {
	Book     ledger.Book
	Grants   grants.Register
	People   beneficiaries.Register
	Payees   payees.Register
	Advances Advances
	Policies Policies
	Costs    Costs
}

// New opens the requests, and what they are made of, over the books.
func New(book ledger.Book, register grants.Register, people beneficiaries.Register) Requests {
	advances := Advances{Book: book, Grants: register, People: people}
	return Requests{
		Book: book, Grants: register, People: people, Payees: payees.Register{Vault: people.Vault}, Advances: advances,
		Policies: Policies{Book: book, Grants: register, People: people},
		Costs:    Costs{Book: book, Grants: register, People: people, Advances: advances},
	}
}

// Advances moves money that is not cost yet: to partners and back, into retainers and floats, and between our own
// accounts.
type Advances struct {
	Book   ledger.Book
	Grants grants.Register
	People beneficiaries.Register
}

// Policies says who decides: approval policies, delegations and relations.
type Policies struct {
	Book   ledger.Book
	Grants grants.Register
	People beneficiaries.Register
}

// Costs books what disbursements cost.
type Costs struct {
	Book     ledger.Book
	Grants   grants.Register
	People   beneficiaries.Register
	Advances Advances
}
