package engine

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"signaling/internal/http1"
	"signaling/internal/limit"
	"signaling/internal/netpoll"
	"signaling/internal/packet"
)

// The names of the transports, as the query of a request has them.
const (
	Polling   = "polling"
	WebSocket = "websocket"
)

// Options configures a Server. DefaultOptions returns Node's defaults.
type Options struct {
	Transports      []string       // the transports that clients may use: Polling, WebSocket
	AllowUpgrades   bool           // clients may move from polling to WebSocket
	AllowRevision3  bool           // revision 3 is served too
	NameRevision    bool           // a handshake that names neither 3 nor 4 is refused, instead of taken for 3
	PingInterval    time.Duration  // between heartbeats
	PingTimeout     time.Duration  // for the answer to one
	UpgradeTimeout  time.Duration  // for an upgrade, from its opening handshake on
	WriteTimeout    time.Duration  // for a client to take any byte of what is written
	MaxPayload      int            // of a request's body or a WebSocket message, in bytes
	MaxQueueBytes   int            // of one session's unsent packets
	MaxQueuePackets int            // likewise, in packets
	CompressAbove   int            // polling responses of that many bytes or more are compressed; 0: none is
	DeflateAbove    int            // likewise WebSocket messages, for clients that offer it; 0: none is, in either direction
	InitialPacket   *packet.Packet // sent behind the open packet; nil: none
	Cookie          *http.Cookie   // set by a handshake over polling, with the session id as its value; nil: none
	CORS            *CORS          // nil: no cross-origin headers

	// ControlRate limits what a client sends beside messages: heartbeats and
	// WebSocket pings. A session beyond it ends with the reason RateExceeded.
	ControlRate limit.Rate

	// The functions that follow may be nil. AllowRequest may wait; the others are
	// called by goroutines that serve other clients too.

	// AllowRequest decides whether a handshake is allowed. The text of its error is
	// sent to the client.
	AllowRequest func(r *http.Request) error
	// Admit returns the admission slot of a new session: a function that gives it
	// back, called once, when the session has ended or if none comes of the
	// handshake. It is called when nothing else is wrong with the handshake. The
	// text of its error is sent to the client, with status 503.
	Admit func(r *http.Request) (release func(), err error)
	// Middleware is called before a request is checked. An error refuses the
	// request; answered means that Middleware has answered it.
	Middleware func(w http.ResponseWriter, r *http.Request) (answered bool, err error)
	// Headers may change the headers of a response that is no error. initial
	// reports whether the response is that to a handshake.
	Headers func(h http.Header, r *http.Request, initial bool)
	// Refused is called for each request that is refused.
	Refused func(r *http.Request, code ErrorCode, message string, context map[string]any)
}

// DefaultOptions returns the defaults of Node's engine.io, version 6.
func DefaultOptions() Options {
	return Options{
		Transports:      []string{Polling, WebSocket},
		AllowUpgrades:   true,
		PingInterval:    25 * time.Second,
		PingTimeout:     20 * time.Second,
		UpgradeTimeout:  10 * time.Second,
		WriteTimeout:    20 * time.Second,
		MaxPayload:      1_000_000,
		MaxQueueBytes:   4 << 20,
		MaxQueuePackets: 4096,
		CompressAbove:   1024,
	}
}

// Server is an Engine.IO server: the http.Handler of all requests below its path.
// It is safe for concurrent use.
type Server struct {
	// immutable
	opts    Options
	handler Handler

	webSockets atomic.Int64  // WebSocket connections that are open
	group      netpoll.Group // drives those that came by way of net/http, until Close

	closing atomic.Bool // handshakes are refused

	mu sync.RWMutex
	// guarded by mu
	sessions map[string]*Session
	closed   bool // no session is added any more
}

// NewServer returns a server whose sessions are handler's.
func NewServer(opts Options, handler Handler) *Server {
	return &Server{opts: opts, handler: handler, sessions: make(map[string]*Session)}
}

// MaxPayload returns the option of that name.
func (srv *Server) MaxPayload() int { return srv.opts.MaxPayload }

// Session returns the open session with the given id, or nil.
func (srv *Server) Session(id string) *Session {
	srv.mu.RLock()
	defer srv.mu.RUnlock()
	return srv.sessions[id]
}

// Count returns how many sessions are open.
func (srv *Server) Count() int {
	srv.mu.RLock()
	defer srv.mu.RUnlock()
	return len(srv.sessions)
}

// Sessions returns the sessions that are open now, in no order.
func (srv *Server) Sessions() []*Session {
	srv.mu.RLock()
	defer srv.mu.RUnlock()
	all := make([]*Session, 0, len(srv.sessions))
	for _, s := range srv.sessions {
		all = append(all, s)
	}
	return all
}

// add adds the session, unless the server is closed. It reports whether it has.
func (srv *Server) add(s *Session) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if !srv.closed {
		srv.sessions[s.id] = s
	}
	return !srv.closed
}

func (srv *Server) remove(s *Session) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	delete(srv.sessions, s.id)
	if len(srv.sessions) == 0 {
		srv.sessions = make(map[string]*Session) // a map does not shrink
	}
}

func (srv *Server) serves(transport string) bool {
	return slices.Contains(srv.opts.Transports, transport)
}

// ServeHTTP serves one Engine.IO request.
func (srv *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if srv.opts.CORS != nil && srv.opts.CORS.Apply(rw, r) {
		return // a preflight request
	}
	w, upgrade := srv.newResponder(rw, r), http1.IsUpgrade(r)
	if srv.opts.Middleware != nil {
		answered, err := srv.opts.Middleware(rw, r)
		if err != nil {
			srv.reject(w, r, upgrade, refusal{code: BadRequest, context: map[string]any{"name": "MIDDLEWARE_FAILURE"}})
		}
		if answered || err != nil {
			return
		}
	}
	q := parseQuery(r.URL.RawQuery)
	if q.sid == "" && srv.opts.AllowRequest != nil {
		w.handOver()
	}
	s, refused := srv.verify(r, q, upgrade)
	switch {
	case refused != nil:
		srv.reject(w, r, upgrade, *refused)
	case upgrade:
		srv.serveWebSocket(w, r, q, s)
	case s != nil:
		s.polling.serve(w, r)
	default:
		srv.openPolling(w, r, q)
	}
}

// NewID returns 120 random bits as 20 characters that are safe in URLs, the form
// of Node's session ids.
func NewID() string {
	var random [15]byte
	rand.Read(random[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(random[:])
}
