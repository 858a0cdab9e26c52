package netpoll

import "sync"

// readSize is what one read may bring: enough for a handful of offers, so that
// a busy sender costs few system calls. A buffer that grew is kept up to
// largeSize, for senders of large messages send more of them.
const (
	readSize  = 16 << 10
	largeSize = 128 << 10
)

// buffer holds bytes read and not yet consumed: bytes[start:end].
type buffer struct {
	bytes      []byte
	start, end int
}

var (
	readBuffers  = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, readSize)} }}
	largeBuffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, largeSize)} }}
)

// release gives the buffer back, unless it grew for a very large message.
func (b *buffer) release() {
	b.start, b.end = 0, 0
	switch len(b.bytes) {
	case readSize:
		readBuffers.Put(b)
	case largeSize:
		largeBuffers.Put(b)
	}
}

func (b *buffer) unread() []byte { return b.bytes[b.start:b.end] }

// free returns the room for the next read, at least one byte. Beyond largeSize
// it grows by doubling, so that a peer must send half of what it makes us hold.
func (b *buffer) free() []byte {
	if b.end < len(b.bytes) {
		return b.bytes[b.end:]
	}
	if b.start > 0 {
		b.end = copy(b.bytes, b.unread())
		b.start = 0
		return b.bytes[b.end:]
	}
	if len(b.bytes) == readSize {
		large := largeBuffers.Get().(*buffer)
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

// Input is what has been read of a connection and not yet consumed. It has
// memory, of a pool, only as long as there is something in it. Embedded, it
// implements the part of Handler that is about memory. The zero Input is empty.
// It is not safe for concurrent use.
type Input struct{ b *buffer }

// Room returns where the next bytes go, at least one.
func (i *Input) Room() []byte {
	if i.b == nil {
		i.b = readBuffers.Get().(*buffer)
	}
	return i.b.free()
}

// Filled notes that n bytes have come into the room.
func (i *Input) Filled(n int) { i.b.end += n }

// Unread returns the bytes not yet consumed. They are valid until the next call
// of Room or of one of the two that release.
func (i *Input) Unread() []byte {
	if i.b == nil {
		return nil
	}
	return i.b.unread()
}

// Consume takes the first n bytes off what is unread.
func (i *Input) Consume(n int) {
	if n > 0 {
		i.b.start += n
	}
}

// Full reports whether there is no room without more memory.
func (i *Input) Full() bool {
	return i.b != nil && i.b.start == 0 && i.b.end == len(i.b.bytes)
}

// Append puts a copy of p behind what is unread.
func (i *Input) Append(p []byte) {
	for len(p) > 0 {
		n := copy(i.Room(), p)
		i.Filled(n)
		p = p[n:]
	}
}

// Release releases the memory, and what is in it.
func (i *Input) Release() {
	if i.b != nil {
		i.b.release()
		i.b = nil
	}
}

// ReleaseEmpty releases the memory if there is nothing in it.
func (i *Input) ReleaseEmpty() {
	if len(i.Unread()) == 0 {
		i.Release()
	}
}
