package frame

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// Code is a text as a square of dots that a phone reads: a path for an SVG, and the length of its side.
type Code struct {
	Path string
	Side int
}

// quietZone is the white edge that readers want around the dots.
const quietZone = 4

// QR draws a text. A text that is too long for a square gives an empty one, which [Square] does not show.
func QR(text string) Code {
	drawn, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return Code{}
	}
	side := drawn.Bounds().Dx()
	dark := func(x, y int) bool {
		r, _, _, _ := drawn.At(x, y).RGBA()
		return r == 0
	}
	var path strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			from := x
			for x < side && dark(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quietZone, y+quietZone, x-from, x-from)
			}
		}
	}
	return Code{path.String(), side + 2*quietZone}
}

func (c Code) box() string { return fmt.Sprintf("0 0 %d %d", c.Side, c.Side) }
