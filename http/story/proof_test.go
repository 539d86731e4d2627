package story_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"supportledger/access"
	"supportledger/http/apitest"
	"supportledger/proof"
	"supportledger/store"
	"supportledger/store/storetest"
)

// What the API gives an auditor is enough to check an entry by RFC 6962 alone, with nothing but the checkpoint's root.
func TestAuditorChecksAnEntryAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		keys, last := signed(t, db)
		var secret string
		if err := db.Update(t.Context(), func(tx *store.Tx) error {
			user, err := access.CreateUser(t.Context(), tx, "auditor", access.Auditor)
			if err != nil {
				return err
			}
			secret, err = access.IssueToken(t.Context(), tx, user.ID, time.Hour)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		client := apitest.Serve(t, db).WithToken(secret)
		read := func(path string, into any) int {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, client.Base+"/api/v1"+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+secret)
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err == nil && into != nil {
				err = json.Unmarshal(body, into)
			}
			if err != nil {
				t.Fatalf("GET %s: %v: %s", path, err, body)
			}
			return resp.StatusCode
		}
		var latest struct{ Note string }
		read("/proof/checkpoints/latest", &latest)
		c, err := proof.ParseCheckpoint(latest.Note, keys[1])
		if err != nil || c.Size != last.Size {
			t.Fatalf("latest checkpoint: %v, of %d leaves, want %d", err, c.Size, last.Size)
		}
		for n := 1; n <= 10; n++ {
			var got struct {
				Index int64
				Leaf  string
				Path  []string
			}
			read(fmt.Sprintf("/proof/entries/2026-%06d?checkpoint=%d", n, c.Size), &got)
			leaf, err := base64.StdEncoding.DecodeString(got.Leaf)
			if err != nil {
				t.Fatal(err)
			}
			h := sha256.Sum256(append([]byte{0}, leaf...))
			if root := climb(t, h, got.Index, c.Size, got.Path); root != [32]byte(c.Root) {
				t.Errorf("entry %d: its leaf leads to %x, the checkpoint says %s", n, root, c.Root)
			}
		}
		for path, want := range map[string]int{
			fmt.Sprintf("/proof/consistency?from=3&to=%d", c.Size): 200, "/proof/consistency?from=3&to=100000": 404,
			"/proof/checkpoints/1":                       404,
			fmt.Sprintf("/proof/checkpoints/%d", c.Size): 200, "/proof/entries/2026-999999": 404,
			"/proof/entries/2026-000001?checkpoint=1": 404,
		} {
			if got := read(path, nil); got != want {
				t.Errorf("GET %s answers %d, want %d", path, got, want)
			}
		}
	})
}

// climb follows an audit path to the root: RFC 9162 §2.1.3.2, written without our packages.
func climb(t *testing.T, h [32]byte, index, size int64, path []string) [32]byte {
	t.Helper()
	fn, sn := index, size-1
	for _, step := range path {
		p, err := base64.StdEncoding.DecodeString(step)
		if err != nil || sn == 0 {
			t.Fatalf("the path is too long or malformed: %v", err)
		}
		if fn&1 == 1 || fn == sn {
			h = sha256.Sum256(append(append([]byte{1}, p...), h[:]...))
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			h = sha256.Sum256(append(append([]byte{1}, h[:]...), p...))
		}
		fn, sn = fn>>1, sn>>1
	}
	return h
}
