// Package engine is an Engine.IO server, revisions 3 and 4, over HTTP
// long-polling, WebSocket, and the upgrade from one to the other.
//
// A connection is a Session. What clients send reaches a Handler in the
// goroutine that read it, in order, one message at a time; what is sent to
// clients is queued on the session and written by whoever has the bytes, with
// a goroutine of its own only for a receiver that does not keep up.
package engine

import (
	"net/http"
	"sync"
	"sync/atomic"

	"signaling/internal/limit"
)

// Reason says why a session ended, in the words of the Node implementation.
type Reason string

// The reasons a session ends for.
const (
	TransportClose Reason = "transport close" // the client closed, or vanished with a FIN or RST
	TransportError Reason = "transport error" // it broke the transport's rules
	ParseError     Reason = "parse error"     // it sent what is no packet
	PingTimeout    Reason = "ping timeout"    // it answered no heartbeat
	ForcedClose    Reason = "forced close"    // this side closed
	SlowConsumer   Reason = "slow consumer"   // it did not read what it was sent
	RateExceeded   Reason = "rate exceeded"   // it sent more than it may
	ShuttingDown   Reason = "server shutting down"
)

// Handler receives what the sessions of a server do. Calls for one session
// never overlap; different sessions are served concurrently.
type Handler interface {
	// Opened announces a session before its client can know of it. A call that
	// waits for something must tell b first, see MayBlock.
	Opened(s *Session, b *Batch)
	// Received hands over one message. data is valid during the call only.
	// Sends made through b go out together when the reader has handled all
	// that had arrived; a call that waits for something must tell b first.
	Received(s *Session, b *Batch, data []byte, binary bool)
	// Closed announces the end, once, after which nothing of s follows.
	Closed(s *Session, reason Reason)
}

type state uint8

const (
	stateOpen    state = iota
	stateClosing       // refuses new packets, writes what it has
	stateClosed
)

// Session is one client's connection, whatever transport carries it.
// Its methods are safe for concurrent use.
//
// A session has two locks. receiving is taken first: the handler is called with
// it held, and sends, for which mu is taken. The handler may hold locks of its
// own between the two. Under mu nothing is called that may wait or that calls
// back: only the queue, timers, and the transport's connection, whose locks come
// last. With mu held receiving may be tried, not waited for. The server's lock
// is not taken with mu held.
type Session struct {
	// immutable
	srv      *Server
	id       string
	revision Revision
	textOnly bool   // the client asked for base64 instead of binary (b64=1)
	isJSONP  bool   // the client polls by script tags
	jsonp    string // the index of the callback of these
	origin   origin
	slot     func() // gives back the admission slot; nil: there is none
	control  limit.Bucket
	value    atomic.Value // the handler's

	// receiving is held while the handler is called for the session.
	receiving sync.Mutex

	mu sync.Mutex
	// guarded by mu
	state       state
	upgraded    bool      // the transport is not the first one
	writing     bool      // the transport is writing, and will look at the queue again
	closeReason Reason    // of a session that is closing
	transport   transport // changes once, by an upgrade
	polling     polling   // the first transport, unless that is a WebSocket
	upgrade     *upgrade  // the upgrade under way, if any
	queue       sendQueue // what the transport has not taken yet
	batch       *Batch    // the last batch that promised to flush
	heartbeat   heartbeat
}

// ID returns the session id, which the client sends with each of its requests.
// It is a secret between the server and that client.
func (s *Session) ID() string { return s.id }

// Revision returns the protocol revision the client speaks.
func (s *Session) Revision() Revision { return s.revision }

// Request returns the request that opened the session, without its body, made
// anew for each call. Its header must not be modified.
func (s *Session) Request() *http.Request { return s.origin.request() }

// Header returns the header of that request. It must not be modified.
func (s *Session) Header() http.Header { return s.origin.header }

// RemoteAddr returns the address and port that the request came from.
func (s *Session) RemoteAddr() string { return s.origin.remote }

// Value returns what SetValue stored.
func (s *Session) Value() any { return s.value.Load() }

// SetValue stores the handler's own data, always of the same type.
func (s *Session) SetValue(v any) { s.value.Store(v) }

// Transport returns the name of the transport in use: "polling" or "websocket".
func (s *Session) Transport() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transport.name()
}

// Upgrading and Upgraded tell how far the session is from polling to WebSocket.
func (s *Session) Upgrading() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.upgrade != nil
}

// Upgraded tells whether the session has moved from polling to WebSocket.
func (s *Session) Upgraded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.upgraded
}

// Open tells whether the session accepts packets.
func (s *Session) Open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stateOpen
}

// Writable tells whether a packet sent now would leave at once: a poll is
// held, or nothing waits before it on the WebSocket.
func (s *Session) Writable() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stateOpen && s.queue.empty() && s.transport.writableLocked()
}
