package main

import (
	"bytes"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"supportledger/ledger"
)

// run and next make every key its own, over all runs on kept books.
var (
	runID = strconv.FormatInt(time.Now().UnixNano(), 36)
	next  atomic.Int64
)

func key() string { return runID + "-" + strconv.FormatInt(next.Add(1), 10) }

const base = "/api/v1"

// request is the bytes of a request. Money moves under a key.
func (s *serving) request(method, path string, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n", method, base, path, s.addr, s.token)
	if body != nil {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nIdempotency-Key: %s\r\nContent-Length: %d\r\n", key(), len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// entryBody is an entry that takes money in, or pays it out.
func entryBody(extra string, on time.Time, debit, credit, fund string) []byte {
	return fmt.Appendf(nil,
		`{%s"date":"%s","text":"Measured","lines":[{"account":"%s","fund":"%s","direction":"debit","amount":"12.50"},`+
			`{"account":"%s","fund":"%s","direction":"credit","amount":"12.50"}]}`, extra, on.Format(time.DateOnly), debit, fund,
		credit, fund)
}

// mix is a number that goes over everything without order.
func mix(client, n int) int { return client*7919 + n*104_729 }

// spread posts gifts to one of two hundred funds and five accounts.
func spread(s *serving, client, n int) []byte {
	i := mix(client, n)
	return s.request("POST", "/journal-entries",
		entryBody("", time.Now(), "1010", string(incomes[i%len(incomes)]), string(fundNo(i))))
}

// hot posts gifts that all meet in the same two accounts of the same fund.
func hot(s *serving, _, _ int) []byte {
	return s.request("POST", "/journal-entries", entryBody("", time.Now(), "1010", "4200", "B000"))
}

// bulkSize is how many entries a bulk request holds.
const bulkSize = 100

// bulk posts many spread entries in one request.
func bulk(s *serving, client, n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"mode":"all_or_nothing","entries":[`)
	for k := range bulkSize {
		if k > 0 {
			b.WriteByte(',')
		}
		i := mix(client, n*bulkSize+k)
		b.Write(entryBody(`"external_id":"`+key()+`",`, time.Now(), "1010", string(incomes[i%len(incomes)]),
			string(fundNo(i))))
	}
	b.WriteString("]}")
	return s.request("POST", "/journal-entries/batches", b.Bytes())
}

// paid pays out of the largest account today: of the general fund's bank account, in which every tenth entry lies.
func paid(s *serving, _, _ int) []byte {
	return s.request("POST", "/journal-entries", entryBody("", time.Now(), "6100", "1010", "UNR"))
}

// backdated pays out of the same account on a day half a year ago and more, so that every day since has to be looked
// at: money that was spent later must have been there.
func backdated(s *serving, client, n int) []byte {
	on := time.Now().AddDate(0, -6, -(mix(client, n) % 120))
	return s.request("POST", "/journal-entries", entryBody("", on, "6100", "1010", "UNR"))
}

// balance reads what one account of one fund holds today.
func balance(s *serving, client, n int) []byte {
	i := mix(client, n)
	return s.request("GET", fmt.Sprintf("/balances?account=1010&fund=%s", fundNo(i)), nil)
}

// trial reads a trial balance as of some day of three years.
func trial(s *serving, client, n int) []byte {
	on := ledger.DateOf(time.Now().AddDate(0, 0, -(mix(client, n) % 1000)))
	return s.request("GET", "/reports/trial-balance?as_of="+string(on), nil)
}
