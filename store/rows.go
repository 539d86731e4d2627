package store

import (
	"database/sql"
	"errors"
)

// DuplicateAs turns a broken unique key into the sentinel that says what exists already.
func DuplicateAs(err, sentinel error) error {
	if errors.Is(Classify(err), ErrDuplicate) {
		return sentinel
	}
	return err
}

// NextVersion checks like [ExactlyOne] that an UPDATE … WHERE version = ? touched its row, and counts the version up.
func NextVersion(result sql.Result, err error, version *int) error {
	if err := ExactlyOne(result, err); err != nil {
		return err
	}
	*version++
	return nil
}
