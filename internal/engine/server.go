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
)

// The names of the transports, as the query's transport gives them.
const (
	Polling   = "polling"
	WebSocket = "websocket"
)

// Options configures a Server. DefaultOptions gives what Node's defaults are.
type Options struct {
	Transports      []string      // which of Polling and WebSocket clients may use
	AllowUpgrades   bool          // offer the move from polling to WebSocket
	AllowRevision3  bool          // serve Engine.IO revision 3 too
	NameRevision    bool          // refuse a handshake that names neither 3 nor 4, instead of taking it for 3
	PingInterval    time.Duration // between heartbeats
	PingTimeout     time.Duration // for the answer to one
	UpgradeTimeout  time.Duration // for a probe to end
	WriteTimeout    time.Duration // for a receiver to take anything at all
	MaxPayload      int           // of a request's body or a WebSocket message, in bytes
	MaxQueueBytes   int           // of one session's unsent packets
	MaxQueuePackets int           // likewise, in packets
	CompressAbove   int           // polling responses from this many bytes on; 0: none
	DeflateAbove    int           // WebSocket messages from this many bytes on, for clients that offer it; 0: none, in either direction
	InitialPacket   *Packet       // sent behind the open packet; nil: none
	Cookie          *http.Cookie  // whose value becomes the session id; nil: none
	CORS            *CORS         // nil: no cross-origin headers

	// ControlRate is for what a session's client sends beside messages:
	// heartbeats and WebSocket pings. Over it the session ends as RateExceeded.
	ControlRate limit.Rate

	// AllowRequest decides on a handshake; its error's text is what the client sees.
	// Of the functions here it alone may wait when a Front serves the request.
	AllowRequest func(r *http.Request) error
	// Admit decides, as the last one, whether there is room for a session.
	// release is called once, when the session has ended or none has come of the
	// handshake. An error refuses with 503 and its text. nil: there always is.
	Admit func(r *http.Request) (release func(), err error)
	// Middleware runs before every request is checked. An error refuses the
	// request; answered means that the middleware has dealt with it.
	Middleware func(w http.ResponseWriter, r *http.Request) (answered bool, err error)
	// Headers may change the headers of a response that is no error; initial
	// tells whether it answers a handshake.
	Headers func(h http.Header, r *http.Request, initial bool)
	// Refused hears of every request that was refused.
	Refused func(r *http.Request, code ErrorCode, message string, context map[string]any)
}

// DefaultOptions returns the defaults of Node's engine.io 6.
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

// Server is an Engine.IO server: an http.Handler for every request below its
// path. It is safe for concurrent use.
type Server struct {
	// immutable
	opts    Options
	handler Handler

	links atomic.Int64  // WebSocket connections that are open
	group netpoll.Group // of those that came by way of net/http

	closing atomic.Bool // no handshakes any more

	mu sync.RWMutex
	// guarded by mu
	sessions map[string]*Session
	closed   bool // no sessions any more
}

// NewServer returns a server that reports to handler.
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

// add makes the session known. It reports false when the server is closed.
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
		srv.sessions = make(map[string]*Session) // the old one has room for the most that there were
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

// NewID returns 120 random bits as 20 characters that are safe in URLs, the
// form Node gives to session ids.
func NewID() string {
	var random [15]byte
	rand.Read(random[:]) // never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(random[:])
}
