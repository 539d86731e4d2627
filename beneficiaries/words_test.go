package beneficiaries

import (
	"errors"
	"supportledger/ledger"
	"supportledger/store"
	"testing"
)

func TestWordsOnlyGrow(t *testing.T) {
	onBoth(t, func(h house) {
		add := func(w Word) error {
			return h.try("other", func(tx *store.Tx) error { _, err := h.reg.AddWord(h.Context(), tx, w); return err })
		}
		for _, c := range []struct {
			w    Word
			want error
		}{
			{Word{CategoryWord, "childcare", "5400", "Childcare", "Børnepasning"}, nil},
			{Word{CategoryWord, "childcare", "5600", "Childcare", "Børnepasning"}, ErrDuplicateWord},
			{Word{GoalWord, "childcare", "", "Childcare", "Børnepasning"}, nil},
			{Word{CategoryWord, "fees", "1010", "Fees", "Gebyrer"}, ledger.ErrUnknownAccount},
			{Word{CategoryWord, "fees", "9999", "Fees", "Gebyrer"}, ledger.ErrUnknownAccount},
			{Word{GoalWord, "Sleeps badly", "", "x", "y"}, ErrWord},
			{Word{GoalWord, "calm", "5400", "x", "y"}, ErrWord},
			{Word{GoalWord, "calm", "", " ", "y"}, ErrWord},
		} {
			if err := add(c.w); !errors.Is(err, c.want) {
				h.Errorf("%+v: %v, want %v", c.w, err, c.want)
			}
		}
	})
}
