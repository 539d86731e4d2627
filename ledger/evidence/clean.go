package evidence

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"runtime/debug"
	"sync"

	"github.com/gabriel-vasile/mimetype"
)

const (
	// MaxBytes is the largest document that is taken, in bytes.
	MaxBytes = 5 << 20

	maxSide    = 12_000 // pixels; a scanned A3 page at 600 dpi has 9,900
	maxPixels  = 25_000_000
	maxBytes   = 128 << 20 // that a picture may take while it is unpacked: one of 25 million pixels, four bytes each
	quality    = 90        // of a JPEG written anew; text stays sharp
	pdf        = "application/pdf"
	pngPicture = "image/png"
	jpgPicture = "image/jpeg"
)

// extensions are those of the media types that evidence may have.
var extensions = map[string]string{pdf: "pdf", pngPicture: "png", jpgPicture: "jpg"}

// MediaTypes lists the media types that evidence may have.
func MediaTypes() []string { return []string{pdf, pngPicture, jpgPicture} }

// Content is content that is fit to be kept. Only [Clean] makes one.
type Content struct {
	mediaType string
	content   []byte
}

// Content is what will be kept.
func (c Content) Content() []byte { return c.content }

// unpacking lets one picture be unpacked at a time, since each may take some hundred megabytes.
var unpacking sync.Mutex

// Clean takes what somebody sent and makes it fit to be kept. What it is, its first bytes say. A picture is unpacked
// and written anew, upright, so that nothing but what one sees is left of it: no place, no time, no camera, nothing
// behind its end. A PDF stays as it is, since its signature may matter.
//
// [ErrTooLarge], [ErrType]; [ErrActive] for a PDF that does something when it is opened; [ErrPixels] for a picture that
// would unpack to too much, seen before it is unpacked; [ErrUnreadable] for one that does not unpack.
func Clean(content []byte) (Content, error) {
	if len(content) > MaxBytes {
		return Content{}, ErrTooLarge
	}
	switch found := mimetype.Detect(content); {
	case found.Is(pdf):
		return Content{pdf, content}, still(content)
	case found.Is(pngPicture):
		return redraw(pngPicture, content, codec{png.DecodeConfig, png.Decode, png.Encode})
	case found.Is(jpgPicture):
		return redraw(jpgPicture, content, codec{jpeg.DecodeConfig, jpeg.Decode,
			func(w io.Writer, picture image.Image) error {
				return jpeg.Encode(w, upright(picture, orientation(content)), &jpeg.Options{Quality: quality})
			}})
	}
	return Content{}, ErrType
}

// codec reads and writes one kind of picture.
type codec struct {
	size  func(io.Reader) (image.Config, error)
	read  func(io.Reader) (image.Image, error)
	write func(io.Writer, image.Image) error
}

// redraw unpacks a picture, after a look at how large it would be, and writes it anew.
func redraw(mediaType string, content []byte, as codec) (Content, error) {
	c, err := as.size(bytes.NewReader(content))
	if err != nil {
		return Content{}, ErrUnreadable
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels ||
		c.Width*c.Height*perPixel(c.ColorModel, progressive(content)) > maxBytes {
		return Content{}, ErrPixels
	}
	unpacking.Lock()
	defer unpacking.Unlock()
	defer debug.FreeOSMemory() // what the picture took is given back before the next one is unpacked
	picture, err := as.read(bytes.NewReader(content))
	if err != nil {
		return Content{}, ErrUnreadable
	}
	var out bytes.Buffer
	if err := as.write(&out, picture); err != nil {
		return Content{}, fmt.Errorf("evidence: %w", err)
	}
	return Content{mediaType, out.Bytes()}, nil
}

// perPixel is how many bytes a pixel takes while its picture is unpacked.
func perPixel(model color.Model, progressive bool) int {
	samples := map[color.Model]int{color.GrayModel: 1, color.Gray16Model: 2, color.YCbCrModel: 3, color.RGBA64Model: 8,
		color.NRGBA64Model: 8}
	n, known := 1, true
	if _, indexed := model.(color.Palette); !indexed {
		n, known = samples[model]
	}
	if !known {
		n = 4
	}
	if progressive {
		n *= 5 // the coefficients of all samples are kept until the last scan, four bytes each
	}
	return n
}

// segments calls each for the segments before the first scan of a JPEG, with marker and content, until it says stop.
func segments(jpg []byte, each func(marker byte, content []byte) (more bool)) {
	if !bytes.HasPrefix(jpg, []byte{0xff, 0xd8}) {
		return
	}
	for at := 2; at+4 <= len(jpg) && jpg[at] == 0xff; {
		marker, size := jpg[at+1], int(binary.BigEndian.Uint16(jpg[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(jpg) || marker == 0xda || !each(marker, jpg[at+4:end]) {
			return
		}
		at = end
	}
}

// progressive says whether a JPEG comes in scans, of which none is a picture by itself.
func progressive(jpg []byte) (found bool) {
	segments(jpg, func(marker byte, _ []byte) bool {
		found = marker == 0xc2
		return !found
	})
	return found
}

// orientation reads out of a JPEG how its camera was held: 1 for upright, to 8 (Exif 2.3, tag 274). What cannot be read
// is upright: the worst that follows is a picture that lies on its side.
func orientation(jpg []byte) int {
	held := 1
	segments(jpg, func(marker byte, content []byte) bool {
		exif, found := bytes.CutPrefix(content, []byte("Exif\x00\x00"))
		if found = found && marker == 0xe1; found {
			held = orientationIn(exif)
		}
		return !found
	})
	return held
}

// orientationIn looks the tag up in the first directory of a TIFF header.
func orientationIn(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder = binary.BigEndian
	if tiff[0] == 'I' {
		order = binary.LittleEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	count := order.Uint16(tiff[at:])
	for at += 2; count > 0 && at+12 <= uint64(len(tiff)); at, count = at+12, count-1 {
		if order.Uint16(tiff[at:]) == 0x0112 {
			if o := order.Uint16(tiff[at+8:]); o >= 1 && o <= 8 {
				return int(o)
			}
			return 1
		}
	}
	return 1
}

// upright shows a picture the way its camera was held.
func upright(picture image.Image, orientation int) image.Image {
	if orientation == 1 {
		return picture
	}
	return turned{picture, orientation}
}

// turned is a picture turned or mirrored: orientations 5 to 8 swap its sides.
type turned struct {
	image.Image
	orientation int
}

// Bounds are those of the turned picture.
func (t turned) Bounds() image.Rectangle {
	size := t.Image.Bounds().Size()
	if t.orientation >= 5 {
		size.X, size.Y = size.Y, size.X
	}
	return image.Rectangle{Max: size}
}

// At finds where a pixel of the turned picture was.
func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	right, bottom := b.Dx()-1, b.Dy()-1
	switch t.orientation {
	case 2:
		x = right - x
	case 3:
		x, y = right-x, bottom-y
	case 4:
		y = bottom - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, bottom-x
	case 7:
		x, y = right-y, bottom-x
	case 8:
		x, y = right-y, x
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}
