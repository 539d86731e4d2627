package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"supportledger/store"
	"supportledger/store/storetest"
)

// TestMain lets this test binary be the command as well: run under the name supportledger, which stands first in
// PATH, it is the real thing in a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"supportledger": main})
}

// TestScripts runs the transcripts of testdata/script. UPDATE_GOLDEN=1 rewrites what they compare. Besides testscript's
// own commands they have:
//
//	exits CODE COMMAND...      runs a command that must end with this exit code
//	capture FILE REGEXP VAR... puts the groups of the first match into variables; waits for it up to 20 s
//	postgres VAR               puts the address of a new PostgreSQL database without tables into a variable
//	sql ADDRESS STATEMENT      changes a database behind the program's back
func TestScripts(t *testing.T) {
	scenarios, err := filepath.Abs("../../testdata/scenarios")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                filepath.Join("testdata", "script"),
		UpdateScripts:      os.Getenv("UPDATE_GOLDEN") != "",
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("SCENARIOS", scenarios)
			env.Setenv("LC_ALL", "C.UTF-8")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"capture": capture,
			"sql":     changeBySQL,
			"postgres": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Setenv(args[0], storetest.EmptyPostgres(t))
			},
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("%v ends with exit code %d, want %d", args[1:], code, want)
	}
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	wanted := regexp.MustCompile("(?m)" + args[1])
	for range 1000 {
		if found := wanted.FindStringSubmatch(written(ts, args[0])); found != nil {
			for i, name := range args[2:] {
				ts.Setenv(name, found[i+1])
			}
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s has nothing like %s", args[0], args[1])
}

// written is what a file or stream holds; a file that is not there yet holds nothing.
func written(ts *testscript.TestScript, name string) string {
	if name == "stdout" || name == "stderr" {
		return ts.ReadFile(name)
	}
	text, _ := os.ReadFile(ts.MkAbs(name))
	return string(text)
}

func changeBySQL(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	dsn := args[0]
	if file, ok := filepathOf(dsn); ok {
		dsn = "sqlite:" + ts.MkAbs(file)
	}
	db, err := store.Open(ctx, dsn, store.Options{MustExist: true})
	ts.Check(err)
	defer db.Close()
	ts.Check(db.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, args[1])
		return err
	}))
}

func filepathOf(dsn string) (string, bool) {
	const scheme = "sqlite:"
	if len(dsn) > len(scheme) && dsn[:len(scheme)] == scheme {
		return dsn[len(scheme):], true
	}
	return "", false
}
