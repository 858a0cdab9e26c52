package engine

import (
	"net/http"
	"sync"
	"sync/atomic"

	"signaling/internal/limit"
	"signaling/internal/packet"
)

// state is how far a session is on its way to the end.
type state uint8

const (
	stateOpen    state = iota
	stateClosing       // takes no more packets, but writes what is queued
	stateClosed        // Closed has been called or will be
)

// Session is one client's connection, whatever transport carries it.
// Its methods are safe for concurrent use.
//
// Locks are taken in this order: receiving; the handler's, which is called with
// receiving held; mu; those of the transport's connection. With mu held nothing
// is called that waits or calls back; receiving may be tried then, not waited
// for. The server's lock is never held together with mu.
type Session struct {
	// immutable
	srv      *Server
	id       string
	revision packet.Revision
	textOnly bool   // the client asked for base64 instead of binary (b64=1)
	isJSONP  bool   // the client polls by script tags
	jsonp    string // then, the index of its callback
	opened   openRequest
	slot     func()       // gives back the admission slot; nil: there is none
	control  limit.Bucket // see Options.ControlRate
	value    atomic.Value // of SetValue

	// receiving is held while the handler is called for the session.
	receiving sync.Mutex

	mu sync.Mutex
	// guarded by mu
	state       state
	closeReason Reason // of close; "" if that has not been called
	upgraded    bool   // transport is not the one the session began with
	writing     bool   // transport is writing, and will look at queue again
	transport   transport
	polling     polling   // the transport at first, unless that is a WebSocket
	upgrade     *upgrade  // the upgrade under way; nil: there is none
	queue       sendQueue // what the transport has not taken yet
	batch       *Batch    // the last batch that will flush the session
	heartbeat   heartbeat
}

// ID returns the session id, which the client sends with each of its requests.
// It is a secret between the server and that client.
func (s *Session) ID() string { return s.id }

// Revision returns the protocol revision the client speaks.
func (s *Session) Revision() packet.Revision { return s.revision }

// Request returns the request that opened the session, without its body. Each
// call makes another. The header must not be modified.
func (s *Session) Request() *http.Request { return s.opened.request() }

// Header returns the header of that request. It must not be modified.
func (s *Session) Header() http.Header { return s.opened.header }

// RemoteAddr returns the address and port that the request came from.
func (s *Session) RemoteAddr() string { return s.opened.remote }

// Value returns the value of the last SetValue, or nil.
func (s *Session) Value() any { return s.value.Load() }

// SetValue stores a value of the handler's own, which always has the same type.
func (s *Session) SetValue(v any) { s.value.Store(v) }

// Transport returns the name of the transport in use: "polling" or "websocket".
func (s *Session) Transport() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.transport.name()
}

// Upgrading reports whether the client has begun to move the session to another
// transport, and has not succeeded or failed yet.
func (s *Session) Upgrading() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.upgrade != nil
}

// Upgraded reports whether the session has moved to another transport.
func (s *Session) Upgraded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.upgraded
}

// Open reports whether the session accepts packets.
func (s *Session) Open() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stateOpen
}

// Writable reports whether a packet sent now is written at once: a poll is held,
// or nothing is queued for the WebSocket.
func (s *Session) Writable() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stateOpen && s.queue.empty() && s.transport.writableLocked()
}
