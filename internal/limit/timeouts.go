package limit

import "time"

// Timeouts is how long a client may take with each part of an HTTP request.
// Every field must be set.
type Timeouts struct {
	Header time.Duration // for a request's header to arrive
	Body   time.Duration // for its body to arrive
	Write  time.Duration // for the client to take any bytes that it is sent
	Idle   time.Duration // between a response and the next request
}
