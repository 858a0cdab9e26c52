package websocket

import (
	"bytes"
	"compress/flate"
	"io"
	"slices"
	"strings"
	"sync"
)

// syncMarker is the end of a compressed message, which is not sent, RFC 7692
// section 7.2.1. In inflateTail an empty last block follows it, so that the
// decompressor comes to an end.
const (
	syncMarker  = "\x00\x00\xff\xff"
	inflateTail = syncMarker + "\x01\x00\x00\xff\xff"
)

// maxPooledMessage is the largest decompressed message whose buffer is kept.
const maxPooledMessage = 64 << 10

// minRead is the least room, in bytes, that is offered to the decompressor.
const minRead = 512

// inflater decompresses messages, one after the other.
type inflater struct {
	payload bytes.Reader
	tail    strings.Reader
	flate   io.ReadCloser
	out     []byte
}

var inflaters = sync.Pool{New: func() any { return &inflater{flate: flate.NewReader(strings.NewReader(""))} }}

// inflate returns the message that payload is the compressed form of, valid
// until release. For a message longer than limit it returns errTooLarge, and
// has held hardly more than limit bytes of it.
func (f *inflater) inflate(payload []byte, limit int) ([]byte, error) {
	f.payload.Reset(payload)
	f.tail.Reset(inflateTail)
	f.flate.(flate.Resetter).Reset(f, nil) // fails only for a dictionary
	f.out = f.out[:0]
	for {
		f.out = slices.Grow(f.out, minRead)
		room := f.out[len(f.out):min(cap(f.out), limit+1)]
		n, err := f.flate.Read(room)
		f.out = f.out[:len(f.out)+n]
		switch {
		case len(f.out) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return f.out, nil
		case err != nil:
			return nil, errBadDeflate
		}
	}
}

// ReadByte and Read give the decompressor the payload and the tail behind it.
// With ReadByte it needs no buffer of its own.
func (f *inflater) ReadByte() (byte, error) {
	if b, err := f.payload.ReadByte(); err == nil {
		return b, nil
	}
	return f.tail.ReadByte()
}

func (f *inflater) Read(p []byte) (int, error) {
	if f.payload.Len() > 0 {
		return f.payload.Read(p)
	}
	return f.tail.Read(p)
}

// release puts the inflater back into the pool.
func (f *inflater) release() {
	f.payload.Reset(nil)
	if cap(f.out) > maxPooledMessage {
		f.out = nil
	}
	inflaters.Put(f)
}

// deflater compresses messages, one after the other.
type deflater struct {
	flate *flate.Writer
	out   bytes.Buffer
}

var deflaters = sync.Pool{New: func() any {
	// The fastest level: better ones gain little on a few kilobytes.
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // fails only for a level that does not exist
	return &deflater{flate: w}
}}

// Deflate returns a frame with the message of plain compressed; or plain itself
// if that would not be shorter. The header of plain is PutHeader's. Only a
// connection whose window is at least as long as the message may be sent it.
func Deflate(plain []byte) []byte {
	payload := FramePayload(plain)
	d := deflaters.Get().(*deflater)
	defer deflaters.Put(d)
	d.out.Reset()
	d.flate.Reset(&d.out)
	d.flate.Write(payload) // a bytes.Buffer takes everything
	d.flate.Flush()
	body := d.out.Bytes()[:d.out.Len()-len(syncMarker)]
	if len(body) >= len(payload) {
		return plain
	}
	buf := make([]byte, HeaderRoom+len(body))
	copy(buf[HeaderRoom:], body)
	start := PutHeader(buf[:HeaderRoom], Opcode(plain[0]&0x0F), len(body))
	buf[start] |= rsv1Bit
	return buf[start:]
}
