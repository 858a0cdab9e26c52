package engine

// Handler is the consumer of a server's sessions. The calls for one session
// never overlap; those for different sessions may. Opened comes first, Closed
// last.
//
// Opened and Received are called by a goroutine that may serve other clients
// too, and that writes what was sent through b after the call: it must call
// b.MayBlock before it does anything that may wait.
type Handler interface {
	// Opened is called for each new session before its client knows of it.
	Opened(s *Session, b *Batch)
	// Received is called with each message of the client's. data is valid during
	// the call only. What is sent through b is written when all messages that
	// were read together have been handled.
	Received(s *Session, b *Batch, data []byte, binary bool)
	// Closed is called once when the session has ended, by a goroutine of its own.
	Closed(s *Session, reason Reason)
}

// Reason says why a session ended, in the words of the Node implementation.
type Reason string

// The reasons a session ends for.
const (
	TransportClose Reason = "transport close" // the client closed, or vanished with a FIN or RST
	TransportError Reason = "transport error" // the client broke the transport's rules
	ParseError     Reason = "parse error"     // the client sent what is no packet
	PingTimeout    Reason = "ping timeout"    // the client answered no heartbeat
	ForcedClose    Reason = "forced close"    // this side closed
	SlowConsumer   Reason = "slow consumer"   // the client did not read what it was sent
	RateExceeded   Reason = "rate exceeded"   // the client sent more than it may
	ShuttingDown   Reason = "server shutting down"
)
