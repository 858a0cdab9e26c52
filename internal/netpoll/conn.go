package netpoll

import (
	"errors"
	"net"
	"time"
)

// Conn is a connection that reads for a Handler. There are two kinds: one that
// a poller drives, where the system has what that needs, and one with a
// goroutine of its own.
//
// Start is called by one goroutine at a time: the one that owns the connection
// or, later, the one that reads. At most one goroutine writes at a time, with
// TryWrite, Send or WriteRest; after WriteRest there is no other write until its
// done is called. All other methods are safe for concurrent use, and none waits for the
// peer but Send of a Conn with a goroutine of its own.
type Conn interface {
	// Start reads in the background for h, beginning with what h.Unread has
	// already. When reading has ended, h.ReadEnded is called once. A second Start,
	// made by the goroutine that reads, replaces the Handler.
	Start(h Handler)
	// Stop makes reading end with ErrStopped, now or as soon as it starts.
	Stop()
	// StopAfter is Stop when d has passed. A later StopAfter or CloseAfterPeer
	// replaces it.
	StopAfter(d time.Duration)
	// TryWrite writes what the system takes of p now and returns how much that
	// is. It keeps nothing of p. An error means that the connection takes no more.
	// If there is a rest, it is given to WriteRest next, or the connection closed:
	// a layer that encrypts may have to write more of p than it can report.
	TryWrite(p []byte) (int, error)
	// Send writes all of p, some hundred bytes. It fails if the peer has left so
	// much unread that there is no room for it; part of p may then be written.
	Send(p []byte) error
	// WriteRest writes p as the peer takes it, then calls done from another
	// goroutine; with an error if the connection ends, and with
	// os.ErrDeadlineExceeded if the peer has taken nothing for timeout. It owns p
	// until then.
	WriteRest(p []byte, timeout time.Duration, done func(error))
	// CloseWrite ends what is written: the peer reads an EOF behind it.
	CloseWrite()
	// CloseAfterPeer discards what still comes until the peer closes, for 10
	// seconds at most, then closes. Closing on unread input would reset the
	// connection, and the peer could lose what was written last. It is called
	// after reading has ended, or instead of Start.
	CloseAfterPeer()
	// CloseNow closes the connection at once. What WriteRest still has is lost.
	CloseNow()
}

// AcceptedConn is a Conn that a Listener has accepted. Its owner can give it
// away.
//
// It need not be a socket. A layer such as TLS can stand between: it is the Handler
// of the AcceptedConn below it, and an AcceptedConn for the Handler above. Bytes
// may wait inside it then for which no event will come. It has to give them to the
// Handler as soon as that has Room, and after Resume.
type AcceptedConn interface {
	Conn
	// Begin is Start in a goroutine that runs loop: it reads what is there
	// already before it returns.
	Begin(loop *Loop, h Handler)
	// Resume has the Handler called again, for what it has already, and reading
	// go on after Room has returned nothing. It may wait for what the Handler does.
	Resume()
	// OnClose has closed called, once, when the connection is closed. It replaces
	// an earlier one.
	OnClose(closed func())
	// Detach gives up the Conn for a net.Conn of package net, whose Read returns
	// prefix first. If that fails last is written and the connection is closed.
	// It is called by the goroutine that reads.
	Detach(prefix, last []byte) (net.Conn, error)
}

// Handler is what a Conn reads for. Its methods are called by one goroutine at a
// time. Input implements the five about memory.
type Handler interface {
	// Room returns where the next bytes go. If that is empty, reading pauses until
	// Resume.
	Room() []byte
	// Filled notes that n bytes have come there.
	Filled(n int)
	// Arrived handles what is unread, which may be nothing. loop is nil if the
	// goroutine serves this connection alone. An error ends reading.
	Arrived(loop *Loop) error
	// Unread returns what has come and is not handled.
	Unread() []byte
	// ReleaseEmpty releases the memory if nothing is unread. Nothing more has come
	// for now.
	ReleaseEmpty()
	// Release releases the memory. Nothing will be handled any more.
	Release()
	// ReadEnded is called once, when reading has ended with err: io.EOF,
	// ErrStopped, the error of Arrived or one of the system.
	ReadEnded(err error)
}

// ErrStopped is the error of reading that ended because of Stop.
var ErrStopped = errors.New("netpoll: reading was stopped")

// errFull is the error of Send when the peer does not read.
var errFull = errors.New("netpoll: the peer does not read")

// closeWait is how long CloseAfterPeer waits, and Send where it may wait.
const closeWait = 10 * time.Second
