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

// full tells whether there is no room without more memory.
func (b *readBuffer) full() bool { return b.start == 0 && b.end == len(b.bytes) }

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

// input is what has been read of a connection. It has a buffer only as long as
// there is something in it.
type input struct{ in *readBuffer }

// room returns where the next bytes go.
func (i *input) room() []byte {
	if i.in == nil {
		i.in = takeBuffer()
	}
	return i.in.free()
}

// unread returns the bytes not yet consumed.
func (i *input) unread() []byte {
	if i.in == nil {
		return nil
	}
	return i.in.unread()
}

// dropInput gives the buffer back, and what is in it.
func (i *input) dropInput() {
	if i.in != nil {
		i.in.release()
		i.in = nil
	}
}

// dropEmpty gives the buffer back if there is nothing in it.
func (i *input) dropEmpty() {
	if len(i.unread()) == 0 {
		i.dropInput()
	}
}

// take notes that n bytes have come into the room.
func (i *input) take(n int) { i.in.end += n }
