package engine

import (
	"errors"
	"time"
)

// reader is given what a link reads, by one goroutine at a time.
type reader interface {
	room() []byte            // for the next bytes; nowhere: resume continues
	take(n int)              // that many have come there
	arrived(y yielder) error // handle them; an error ends reading
	unread() []byte          // what has come and is not handled
	dropEmpty()              // nothing more has come for now
	dropInput()              // nothing will be handled any more
	readEnded(err error)     // once
}

// link carries the bytes of a connection, mostly a WebSocket. There are two kinds: one
// that a poller drives, where the system has what that needs, and one with a
// goroutine of its own.
type link interface {
	// start reads in the background, for c, beginning with what c has already.
	// When there is nothing more to read c is told the reason.
	start(c reader)
	// stop makes reading end with errStopped.
	stop()
	// stopIn is stop after a while.
	stopIn(d time.Duration)
	// tryWrite writes what the system takes now. One goroutine writes at a time.
	tryWrite(p []byte) (int, error)
	// send writes all of p, a short frame, and fails if the peer has left so
	// much unread that there is no room for it.
	send(p []byte) error
	// writeRest writes p as the peer takes it, then calls done from another
	// goroutine; with an error if nothing moved for the time of timeout.
	writeRest(p []byte, timeout time.Duration, done func(error))
	// closeWrite tells the peer that nothing more comes.
	closeWrite()
	// linger throws away input until the peer closes or closeWait is over,
	// then closes: closing on unread input would reset the connection and
	// could take the close frame with it. It is called after reading ended.
	linger()
	// close closes the connection at once.
	close()
}

// yielder is a goroutine that serves many connections. It must be told before
// it does something that may wait, and leaves the others to another one then.
type yielder interface{ handOver() }

var errStopped = errors.New("websocket: reading was stopped")

// closeWait is how long an ended connection may take to answer our close frame.
const closeWait = 10 * time.Second
