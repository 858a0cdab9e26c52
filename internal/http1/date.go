package http1

import (
	"net/http"
	"time"
)

// appendDate appends the field Date, RFC 9110 section 6.6.1.
func appendDate(out []byte) []byte {
	out = append(out, "Date: "...)
	out = time.Now().UTC().AppendFormat(out, http.TimeFormat)
	return append(out, "\r\n"...)
}
