package wiretest

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"
)

// Log is a buffer for the server's log. It is safe for concurrent use.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write appends to the log.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns what has been logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// Take returns what has been logged since the last time, and forgets it.
func (l *Log) Take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

// Await waits until text has been logged: what a client sees may come before.
func (l *Log) Await(t testing.TB, text string) {
	t.Helper()
	for end := time.Now().Add(Patience); !strings.Contains(l.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the log lacks %q: it says %q", text, l)
		}
	}
}
