// Package gifts keeps what donors give without an agreement: gifts of money, pledges, and contributions in kind.
//
// A gift is income of its fund when it is received (RULES 35, 54). A [Pledge] is no entry; a gift may name the pledge
// that it fulfils. A [Contribution] moves no money: its cost and its income are the same amount (RULES 53).
package gifts

import (
	"errors"

	"supportledger/grants"
)

// Register keeps gifts, pledges and contributions in kind. It holds no state of its own.
type Register struct{ Grants grants.Register }

// What gifts refuse.
var (
	ErrUnknownGift     = errors.New("gifts: unknown gift")
	ErrDuplicateGift   = errors.New("gifts: gift exists")
	ErrGiftRefunded    = errors.New("gifts: gift was given back already")
	ErrGiftReversed    = errors.New("gifts: the gift's entry was reversed")
	ErrGiftFee         = errors.New("gifts: the fee takes all of the gift")
	ErrRefundDate      = errors.New("gifts: a gift is given back on the day it came or later")
	ErrFundOfGrant     = errors.New("gifts: the fund is a grant's")
	ErrNoValuation     = errors.New("gifts: nothing says what it is worth")
	ErrInKindFund      = errors.New("gifts: no grant pays for what is given in kind")
	ErrUnknownPledge   = errors.New("gifts: unknown pledge")
	ErrDuplicatePledge = errors.New("gifts: pledge exists")
	ErrPledgeMismatch  = errors.New("gifts: the pledge is of another donor or fund")
)
