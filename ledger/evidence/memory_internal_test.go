package evidence

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A picture is refused by what it would take unpacked, not by its length, before it is unpacked.
func TestPicturesAreBoundedByWhatTheyUnpackTo(t *testing.T) {
	for name, c := range map[string]struct {
		side int
		deep bool
		want error
	}{
		"sixteen bits a sample": {300, true, nil},
		"one byte a pixel":      {900, false, nil},
	} {
		if _, err := Clean(drawn(t, c.side, c.deep)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	head := []byte{0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0x10, 0, 0x10, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0}
	if progressive(head) {
		t.Error("a baseline JPEG is taken for a progressive one")
	}
	head[3] = 0xc2
	if !progressive(head) {
		t.Error("a progressive JPEG is not seen")
	}
	if n := perPixel(color.YCbCrModel, true); n != 15 {
		t.Errorf("a pixel of a progressive JPEG takes %d bytes", n)
	}
	if _, err := Clean(headOf(5000, 5000, 16)); !errors.Is(err, ErrPixels) { // 25 million pixels, 200 MB
		t.Errorf("sixteen bits a sample: %v", err)
	}
	if _, err := Clean(headOf(5000, 5000, 8)); !errors.Is(err, ErrUnreadable) { // 100 MB, and nothing behind its head
		t.Errorf("eight bits a sample: %v", err)
	}
}

// Many pictures at once take the memory of one.
func TestPicturesAreUnpackedOneAtATime(t *testing.T) {
	content := drawn(t, 1500, true) // 18 MB unpacked
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				runtime.ReadMemStats(&during)
				peak.Store(max(peak.Load(), during.HeapInuse))
			}
		}
	}()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := Clean(content); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	close(done)
	more := (int64(peak.Load()) - int64(before.HeapInuse)) >> 20
	t.Logf("8 pictures of 18 MB took %d MB more", more)
	if more > 60 {
		t.Errorf("8 pictures of 18 MB took %d MB more", more)
	}
}

// headOf is a PNG of that size with red, green, blue and opacity, without its pixels.
func headOf(width, height uint32, bits byte) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	head = append(binary.BigEndian.AppendUint32(head, height), bits, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head))
}

func drawn(t *testing.T, side int, deep bool) []byte {
	t.Helper()
	var picture image.Image = image.NewGray(image.Rect(0, 0, side, side))
	if deep {
		picture = image.NewNRGBA64(image.Rect(0, 0, side, side))
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
