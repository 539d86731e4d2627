package backup

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// appendRow writes a row as a JSON array and a newline. A number is a number, a text a string, bytes are an array of
// one string in base64, and NULL is null: so a value says itself what it is.
func appendRow(to []byte, values []any) ([]byte, error) {
	to = append(to, '[')
	for i, v := range values {
		if i > 0 {
			to = append(to, ',')
		}
		switch v := v.(type) {
		case nil:
			to = append(to, "null"...)
		case int64:
			to = strconv.AppendInt(to, v, 10)
		case string:
			if !utf8.ValidString(v) {
				return nil, fmt.Errorf("column %d holds a text that is not UTF-8", i+1)
			}
			to = appendText(to, v)
		case []byte:
			to = append(to, '[', '"')
			to = base64.StdEncoding.AppendEncode(to, v)
			to = append(to, '"', ']')
		default:
			return nil, fmt.Errorf("column %d holds a %T, which no table of the books has", i+1, v)
		}
	}
	return append(to, ']', '\n'), nil
}

// appendText writes a JSON string. Nearly all texts are plain and take the short way.
func appendText(to []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(text) // a string always has a form
			return append(to, quoted...)
		}
	}
	to = append(to, '"')
	to = append(to, text...)
	return append(to, '"')
}

// parseRow reads what appendRow wrote, into as many values as there are columns.
func parseRow(line []byte, columns int) ([]any, error) {
	in := json.NewDecoder(bytes.NewReader(line))
	in.UseNumber()
	var raw []any
	if err := in.Decode(&raw); err != nil {
		return nil, err
	}
	if len(raw) != columns {
		return nil, fmt.Errorf("%d values for %d columns", len(raw), columns)
	}
	for i, v := range raw {
		switch v := v.(type) {
		case nil, string:
		case json.Number:
			n, err := v.Int64()
			if err != nil {
				return nil, err
			}
			raw[i] = n
		case []any:
			text, ok := any(nil), len(v) == 1
			if ok {
				text = v[0]
			}
			encoded, isText := text.(string)
			content, err := base64.StdEncoding.DecodeString(encoded)
			if !ok || !isText || err != nil {
				return nil, fmt.Errorf("column %d holds no base64", i+1)
			}
			raw[i] = content
		default:
			return nil, fmt.Errorf("column %d holds a %T", i+1, v)
		}
	}
	return raw, nil
}
