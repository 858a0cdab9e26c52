package http1

import (
	"net/http"
	"time"
)

// appendDate appends the line of a header that tells the time of day, RFC 9110
// section 6.6.1.
func appendDate(out []byte) []byte {
	out = append(out, "Date: "...)
	out = time.Now().UTC().AppendFormat(out, http.TimeFormat)
	return append(out, "\r\n"...)
}
