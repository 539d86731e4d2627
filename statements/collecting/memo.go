package collecting

import (
	"sync"
)

// Memo keeps what the statements of one run read again and again: how a fund's gifts were used is one answer for all
// its donors. It holds for one cut-off entry and is thrown away with the run. A nil Memo keeps nothing.
type Memo struct {
	mu   sync.Mutex
	kept map[string]*kept
}

type kept struct {
	mu    sync.Mutex
	there bool
	value any
}

func (m *Memo) of(key string) *kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		m.kept = map[string]*kept{}
	}
	if m.kept[key] == nil {
		m.kept[key] = &kept{}
	}
	return m.kept[key]
}

// Remembered is what read gives, read once while all who ask wait. What comes back is shared: nobody may change it.
func Remembered[T any](m *Memo, key string, read func() (T, error)) (T, error) {
	if m == nil {
		return read()
	}
	k := m.of(key)
	k.mu.Lock()
	defer k.mu.Unlock()
	if known, ok := k.value.(T); k.there && ok {
		return known, nil
	}
	value, err := read()
	k.value, k.there = value, err == nil
	return value, err
}
