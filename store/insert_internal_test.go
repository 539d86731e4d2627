package store

import (
	"database/sql/driver"
	"errors"
	"testing"
)

// Closing books whose connection was given up meanwhile, as an act that is stopped does, leaves its statements alone.
func TestCloseAfterALostConnection(t *testing.T) {
	db, err := Open(t.Context(), "sqlite:"+t.TempDir()+"/books.db", Options{})
	if err != nil {
		t.Fatal(err)
	}
	type row struct{ N int64 }
	if err := db.Update(t.Context(), func(tx *Tx) error {
		if _, err := tx.ExecContext(t.Context(), "CREATE TABLE rows (n INTEGER)"); err != nil {
			return err
		}
		return Insert(t.Context(), tx, []row{{1}})
	}); err != nil {
		t.Fatal(err)
	}
	conn, err := db.write.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Raw(func(any) error { return driver.ErrBadConn }); !errors.Is(err, driver.ErrBadConn) {
		t.Fatal(err)
	}
	_ = conn.Close()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}
