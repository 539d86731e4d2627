package access

import (
	"context"

	"supportledger/store"
)

// takenAtOnce is how many duties one statement asks about.
const takenAtOnce = 500

// TakeAll is [Take] of many duties on different subjects, none of them a Request, in a constant number of statements
// for every five hundred. All are taken or none.
func TakeAll(ctx context.Context, tx *store.Tx, duties []Duty) error {
	for len(duties) > 0 {
		part := duties[:min(takenAtOnce, len(duties))]
		duties = duties[len(part):]
		if err := takePart(ctx, tx, part); err != nil {
			return err
		}
	}
	return nil
}

func takePart(ctx context.Context, tx *store.Tx, duties []Duty) error {
	there, err := dutiesOnAll(ctx, tx, duties)
	if err != nil {
		return err
	}
	for _, d := range duties {
		requested := false
		for _, t := range there[place{d.Subject, d.Round}] {
			if t.mine {
				return ErrMakerCannotApprove
			}
			requested = requested || t.Step == Request && t.Payload == d.Payload
		}
		if !requested {
			return ErrNoRequest
		}
	}
	return insertDuties(ctx, tx, duties)
}

// place is a round of a subject.
type place struct {
	subject string
	round   int
}

// takenDuty is a duty on record, and whether it is the actor's own, with whatever account.
type takenDuty struct {
	Step    Step
	Payload [32]byte
	mine    bool
}
