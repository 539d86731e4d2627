package vault

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
)

// halves is the file of halves. One line per key, "ID HALF", the half in base64; a line that was taken has dashes in
// its place. Lines are only ever added at the end, in one write, and taken in place, so a server and a command may use
// the file at once. A line that a crash cut short is no line, and the next one starts with a line end of its own.
type halves struct {
	path string
	mu   sync.Mutex
	at   map[string]int64 // where a key's half stands
	read int64            // how far the file was read
}

const halfBytes = 32

var halfText = base64.RawStdEncoding

// createHalves makes the file, and never writes over one.
func createHalves(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString("supportledger halves 1\n")
	return errors.Join(err, file.Sync(), file.Close())
}

// openHalves opens a file that is there.
func openHalves(path string) (*halves, error) {
	h := &halves{path: path, at: map[string]int64{}}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: there is no file of halves %s beside it", ErrKeyFile, path)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	err := h.catchUp()
	return h, err
}

// catchUp reads what was added since.
func (h *halves) catchUp() error {
	file, err := os.Open(h.path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // it was only read
	if _, err := file.Seek(h.read, io.SeekStart); err != nil {
		return err
	}
	lines := bufio.NewReader(file)
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return nil // a line without its end is not there yet
		}
		if err != nil {
			return err
		}
		if id, half, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok &&
			len(half) == halfText.EncodedLen(halfBytes) {
			h.at[id] = h.read + int64(len(id)) + 1
		}
		h.read += int64(len(line))
	}
}

// find says where a key's half stands, whoever wrote it.
func (h *halves) find(id string) (int64, bool, error) {
	if at, ok := h.at[id]; ok {
		return at, true, nil
	}
	err := h.catchUp()
	at, ok := h.at[id]
	return at, ok, err
}

// add makes a half and has the disk keep it.
func (h *halves) add(id string) ([]byte, error) {
	half := make([]byte, halfBytes)
	if _, err := rand.Read(half); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(h.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return nil, err
	}
	_, err = file.WriteString("\n" + id + " " + halfText.EncodeToString(half) + "\n")
	return half, errors.Join(err, file.Sync(), file.Close())
}

// get reads a half. errNoKey when it is not there or was taken.
func (h *halves) get(id string) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok, err := h.find(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errNoKey
	}
	file, err := os.Open(h.path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	text := make([]byte, halfText.EncodedLen(halfBytes))
	if _, err := file.ReadAt(text, at); err != nil {
		return nil, err
	}
	half, err := halfText.DecodeString(string(text))
	if err != nil {
		return nil, errNoKey // dashes are not base64
	}
	return half, nil
}

// has tells whether a half is in the file.
func (h *halves) has(id string) (bool, error) {
	_, err := h.get(id)
	if errors.Is(err, errNoKey) {
		return false, nil
	}
	return err == nil, err
}

// destroy writes over a half, in place, and has the disk keep that.
func (h *halves) destroy(id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok, err := h.find(id)
	if err != nil || !ok {
		return err
	}
	file, err := os.OpenFile(h.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt([]byte(strings.Repeat("-", halfText.EncodedLen(halfBytes))), at)
	return errors.Join(err, file.Sync(), file.Close())
}
