package engine

// A transport carries the packets of one session. There are two: polling and
// webSocketTransport. The session's mu guards what a transport knows of the
// session; a method whose name ends in Locked is called with mu held and
// returns with it held. What such a method returns as follow is to be called
// once, after mu has been unlocked.
//
// A session moves to another transport when an upgrade succeeds, see upgrade.
type transport interface {
	// name returns the transport's name, as the query of a request gives it.
	// It is called with or without mu.
	name() string
	// upgrades returns the names of the transports that a session may move to
	// from this one. It is called with or without mu.
	upgrades() []string
	// writableLocked reports whether a packet that is queued now leaves at once,
	// if none is queued before it.
	writableLocked() bool
	// flushAndUnlock is called with mu held, and unlocks it. It writes what is
	// queued as far as that needs no waiting; what remains is written when the
	// client takes it. It reports whether what remains exceeds the bounds of the
	// queue and is not being written.
	flushAndUnlock() (overfull bool)
	// closeLocked begins the end of a session that has become stateClosing. When
	// what is queued has been written the transport calls the session's
	// becomeClosedLocked.
	closeLocked() (follow func())
	// abortLocked is called before the session becomes closed for reason. It
	// drops what the client cannot get any more, and sees to it that the client
	// is sent the last packet or frame, which depends on cause: nil, or the error
	// that reading from the client ended with.
	abortLocked(reason Reason, cause error) (follow func())
}

// nothing is the follow of what needs none.
func nothing() {}
