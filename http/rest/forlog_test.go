package rest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// driverError is like the errors of pgx: its text repeats a value.
type driverError struct{}

func (driverError) Error() string    { return `ERROR: Key (name)=(AMINA) exists` }
func (driverError) SQLState() string { return "23505" }

func TestForLog(t *testing.T) {
	for in, want := range map[error]string{
		fmt.Errorf("saving: %w", driverError{}): "SQLSTATE 23505",
		errors.New(`no "AMINA" in 'AMINA'`):     "no … in …",
		errors.New(`open "AMINA`):               "open …",
	} {
		if got := ForLog(in); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := ForLog(errors.New(strings.Repeat("x", 5000))); len(got) > 310 {
		t.Errorf("%d bytes for the log", len(got))
	}
}
