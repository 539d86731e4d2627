package store_test

import (
	"regexp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"supportledger/store"
)

func TestNewID(t *testing.T) {
	shape := regexp.MustCompile(`^dsb_[0-9a-hjkmnp-tv-z]{26}$`)
	var ids []string
	for range 10000 {
		ids = append(ids, store.NewID("dsb"))
	}
	if !slices.IsSorted(ids) {
		t.Error("ids made one after the other do not sort")
	}
	if n := len(slices.Compact(slices.Clone(ids))); n != len(ids) {
		t.Errorf("%d different of %d", n, len(ids))
	}
	for _, id := range append(ids[:10], store.NewID("dsb_")) {
		if !shape.MatchString(id) {
			t.Errorf("%q", id)
		}
	}
}

// Stored instants come back to the microsecond, are 27 characters long and sort as the instants do.
func TestTimeText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		micros := rapid.Int64Range(-62135596800000000, 253402300799999999) // the years 1 to 9999
		zone := time.FixedZone("", rapid.IntRange(-14*3600, 14*3600).Draw(t, "offset"))
		a, b := time.UnixMicro(micros.Draw(t, "a")), time.UnixMicro(micros.Draw(t, "b"))
		textA, textB := store.FormatTime(a.In(zone)), store.FormatTime(b)
		back, err := store.ParseTime(textA)
		if err != nil || !back.Equal(a) || back.Location() != time.UTC {
			t.Fatalf("%v -> %s -> %v, %v", a, textA, back, err)
		}
		if len(textA) != 27 || (textA < textB) != a.Before(b) {
			t.Fatalf("%s %s", textA, textB)
		}
	})
}

func TestParseTimeIsStrict(t *testing.T) {
	for _, s := range []string{
		"", "2026-01-31", "2026-01-31T09:00:00Z", "2026-01-31T09:00:00.000Z", "2026-01-31T09:00:00.0000000Z",
		"2026-01-31 09:00:00.000000Z", "2026-01-31T09:00:00.000000+00:00", "2026-01-31T09:00:00,000000Z",
		"2026-02-30T09:00:00.000000Z",
		"2026-01-31T24:00:00.000000Z", "2026-01-31T09:00:60.000000Z", "+026-01-31T09:00:00.000000Z",
	} {
		if got, err := store.ParseTime(s); err == nil {
			t.Errorf("%q read as %v", s, got)
		}
	}
}
