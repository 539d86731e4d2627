package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // RFC 6238 as authenticator apps speak it; HMAC does not need what SHA-1 has lost
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// Time-based codes, RFC 6238: six digits, thirty seconds, SHA-1, since that is what every authenticator app knows.
const (
	codeStep   = 30 * time.Second
	codeSecret = 20 // bytes, as long as the hash
)

// newCodeSecret makes the secret of a second factor.
func newCodeSecret() []byte {
	secret := make([]byte, codeSecret)
	_, _ = rand.Read(secret) // never fails: it ends the program rather than give what is not random
	return secret
}

// codeURI is the secret as an authenticator app takes it, from a picture or by hand.
func codeURI(handle string, secret []byte) string {
	label := url.PathEscape("supportledger:" + handle)
	return "otpauth://totp/" + label + "?" + url.Values{"issuer": {"supportledger"}, "secret": {codeText(secret)}}.Encode()
}

func codeText(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// codeAt is the code of one step (RFC 4226 §5.3).
func codeAt(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	_ = binary.Write(mac, binary.BigEndian, step) // a hash takes everything
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}

// codeMatches finds the step of a code, one before or after now at most and later than the last one taken: a code that
// somebody looked at over a shoulder does not work again.
func codeMatches(secret []byte, code string, now time.Time, last int64) (step int64, ok bool) {
	at := now.Unix() / int64(codeStep/time.Second)
	for step := at - 1; step <= at+1; step++ {
		if subtle.ConstantTimeCompare([]byte(codeAt(secret, step)), []byte(code)) == 1 && step > last {
			return step, true
		}
	}
	return 0, false
}

// recoveryCount is how many recovery codes there are, each good for one sign-in without the second factor.
const recoveryCount = 10

// newRecoveryCodes makes codes of 80 random bits, written in groups.
func newRecoveryCodes() []string {
	codes := make([]string, recoveryCount)
	for i := range codes {
		raw := make([]byte, 10)
		_, _ = rand.Read(raw) // never fails
		text := strings.ToLower(codeText(raw))
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
	}
	return codes
}
