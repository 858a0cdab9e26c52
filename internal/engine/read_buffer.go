package engine

import "sync"

// readSize is what one read may bring: enough for a handful of offers, so that
// a busy sender costs few system calls. A buffer that grew is kept up to
// largeSize, for senders of large messages send more of them.
const (
	readSize  = 16 << 10
	largeSize = 128 << 10
)

// readBuffer holds bytes read and not yet consumed: bytes[start:end].
type readBuffer struct {
	bytes      []byte
	start, end int
}

var (
	readBuffers  = sync.Pool{New: func() any { return &readBuffer{bytes: make([]byte, readSize)} }}
	largeBuffers = sync.Pool{New: func() any { return &readBuffer{bytes: make([]byte, largeSize)} }}
)

func takeBuffer() *readBuffer { return readBuffers.Get().(*readBuffer) }

// release gives the buffer back, unless it grew for a very large message.
func (b *readBuffer) release() {
	b.start, b.end = 0, 0
	switch len(b.bytes) {
	case readSize:
		readBuffers.Put(b)
	case largeSize:
		largeBuffers.Put(b)
	}
}

// unread returns the bytes not yet consumed.
func (b *readBuffer) unread() []byte { return b.bytes[b.start:b.end] }

// free returns the room for the next read, at least one byte. Beyond largeSize
// it grows by doubling, so that a peer must send half of what it makes us hold.
func (b *readBuffer) free() []byte {
	if b.end < len(b.bytes) {
		return b.bytes[b.end:]
	}
	if b.start > 0 {
		b.end = copy(b.bytes, b.unread())
		b.start = 0
		return b.bytes[b.end:]
	}
	if len(b.bytes) == readSize {
		large := largeBuffers.Get().(*readBuffer)
		copy(large.bytes, b.bytes)
		b.bytes, large.bytes = large.bytes, b.bytes
		large.release() // the small one, now
		return b.bytes[b.end:]
	}
	grown := make([]byte, 2*len(b.bytes))
	copy(grown, b.bytes)
	b.bytes = grown
	return b.bytes[b.end:]
}
