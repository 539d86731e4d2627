package http_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"testing"

	apphttp "supportledger/http"
	"supportledger/http/openapi"
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

// TestEverythingIsDescribed: each field of each schema and each parameter says what it is, and no word is left over.
func TestEverythingIsDescribed(t *testing.T) {
	var document struct {
		Components struct {
			Schemas    map[string]struct{ Properties map[string]described }
			Parameters map[string]describedParameter
		}
		Paths map[string]map[string]struct {
			OperationID, Description string
			Parameters               []describedParameter
		}
	}
	committed, err := os.ReadFile(committedDocument)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(committed, &document); err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	look := func(where, name, description string) {
		if description == "" {
			t.Errorf("%s.%s is not described: give it a description tag, or a line in http/openapi/words.txt", where, name)
		}
		for _, key := range []string{where + "." + name, "?" + name, name} {
			said[key] = said[key] || openapi.Words()[key] == description
		}
	}
	for of, schema := range document.Components.Schemas {
		for name, field := range schema.Properties {
			look(of, name, field.Description)
		}
	}
	for _, item := range document.Paths {
		for _, op := range item {
			if op.Description == "" {
				t.Errorf("%s is not described", op.OperationID)
			}
			for _, p := range op.Parameters {
				if p.Ref == "" {
					look(op.OperationID, p.Name, p.Description)
				}
			}
		}
	}
	for _, p := range document.Components.Parameters {
		look("", p.Name, p.Description)
	}
	for key := range openapi.Words() {
		if !said[key] {
			t.Errorf("http/openapi/words.txt describes %s, which nothing is called any more", key)
		}
	}
}

type described struct{ Description string }

type describedParameter struct {
	Name, Description string
	Ref               string `json:"$ref"`
}
