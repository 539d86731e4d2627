package access

import (
	"fmt"
	"strings"
	"testing"

	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// frozen are the hashes of leaves that no change of this program may change. The bytes of the first are in
// docs/PROOF.md.
const frozen = `
event 1 091a5a498b46230d8aca535204cbb6a3d6694d1b129831231e5fbe76470c5713
event 2 d33c36ab5491797ba095620d5ba9d4f1941bace359f2d82e5b92be46408a2a92
event 3 c97eb62b1141843e659b90e7fdbffee384ea9494e44546b79526f091676fb146
duty 1 374403e8dd28fc671a6e544ec48256db27ff78c65bfc364916bc2209622cb972
duty 2 06ed645d2c6ff05b109f0170ce12a7c0a820a37491c81586d77dfe384e646cdb
`

func TestLeavesAreFrozen(t *testing.T) {
	seal := proof.Seal("0123456789abcdef")
	var got strings.Builder
	var e proof.Encoder
	got.WriteString("\n")
	for i, r := range []eventRow{
		{ID: "evt_1", At: "2026-01-15T09:00:00.000000Z", UserID: "usr_1", TokenID: "tok_1", RequestID: "req_1",
			Action:  "disbursement.rejected",
			Subject: "dsb_1", Fields: "state", Reason: "the invoice is missing"},
		{ID: "evt_2", At: "2026-01-15T09:00:00.000000Z", Action: "user.created", Subject: "usr_1"},
		{},
	} {
		l := r.leaf(&e, seal)
		fmt.Fprintf(&got, "event %d %x\n", i+1, l.Hash[:])
	}
	for i, r := range []dutyRow{
		{Subject: "dsb_1", Round: 1, Step: Approve, UserID: "usr_1", TokenID: "tok_1",
			Payload: []byte(strings.Repeat("p", 32)), At: "2026-01-15T09:00:00.000000Z"},
		{},
	} {
		l := r.leaf(&e, seal)
		fmt.Fprintf(&got, "duty %d %x\n", i+1, l.Hash[:])
	}
	if got.String() != frozen {
		t.Errorf("leaves changed: every checkpoint ever signed would be contradicted: got%swant%s", got.String(), frozen)
	}
}

// Every column of both tables is in its leaf.
func TestLeavesHoldEveryColumn(t *testing.T) {
	db := storetest.SQLite(t)
	var e proof.Encoder
	for table, data := range map[string]func() []byte{
		"audit_events": func() []byte {
			eventRow{ID: "i", At: "a", UserID: "u", TokenID: "t", RequestID: "r", Action: "a", Subject: "s", Fields: "f",
				Reason: "r", OnBehalfOf: "o"}.
				leaf(&e, proof.Seal("0123456789abcdef"))
			return e.Data()
		},
		"duties": func() []byte {
			dutyRow{Subject: "s", Step: "s", UserID: "u", TokenID: "t", Payload: []byte("p"), At: "a"}.leaf(&e, nil)
			return e.Data()
		},
	} {
		var columns []string
		if err := db.View(t.Context(), func(tx *store.Tx) error {
			return tx.NewRaw("SELECT name FROM pragma_table_info(?)", table).Scan(t.Context(), &columns)
		}); err != nil || len(columns) < 5 {
			t.Fatalf("%v: %d columns of %s", err, len(columns), table)
		}
		text := string(data())
		for _, c := range columns {
			if !strings.Contains(text, "\x00"+string(rune(len(c)))+c+"\x00") {
				t.Errorf("column %s.%s is in no leaf: whoever changes it is not found", table, c)
			}
		}
	}
}
