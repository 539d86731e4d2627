package evidence

import "errors"

// What the archive refuses.
var (
	ErrNoKey      = errors.New("evidence: there is no key")
	ErrKey        = errors.New("evidence: not a key for evidence")
	ErrType       = errors.New("evidence: it is PDF, PNG or JPEG")
	ErrTooLarge   = errors.New("evidence: it is too large")
	ErrPixels     = errors.New("evidence: picture has too many pixels")
	ErrActive     = errors.New("evidence: the document does something when it is opened")
	ErrUnreadable = errors.New("evidence: picture cannot be read")
	ErrDamaged    = errors.New("evidence: it is not what was stored")
	ErrUnknown    = errors.New("evidence: unknown document")
)
