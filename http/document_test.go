package http_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	apphttp "supportledger/http"
	"supportledger/store/storetest"
)

// committedDocument is the description of the API as it is committed: a change of the API is seen as a change of it,
// clients are generated from it, and scripts/api holds it against that of the last release.
const committedDocument = "../docs/openapi.json"

func TestTheCommittedDocumentIsTheOneThatIsServed(t *testing.T) {
	server, err := apphttp.New(storetest.SQLite(t), apphttp.Options{Version: "1"})
	if err != nil {
		t.Fatal(err)
	}
	served, err := server.Document()
	if err != nil {
		t.Fatal(err)
	}
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(committedDocument, served, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(committedDocument)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(committed, served) {
		return
	}
	was, is := bytes.Split(committed, []byte("\n")), bytes.Split(served, []byte("\n"))
	for i := range min(len(was), len(is)) {
		if !bytes.Equal(was[i], is[i]) {
			t.Fatalf("docs/openapi.json is not what is served; run this test with -update. Line %d:\n%.300s\n%.300s",
				i+1, was[i], is[i])
		}
	}
	t.Fatal("docs/openapi.json is not what is served; run this test with -update")
}
