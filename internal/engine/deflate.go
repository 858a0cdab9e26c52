package engine

import (
	"bytes"
	"compress/flate"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The compression of WebSocket messages is permessage-deflate, RFC 7692. Each
// message is compressed by itself, in both directions: a context that lives
// from one to the next takes some 40 KB a connection, and a frame compressed
// in it could serve one receiver only.
const (
	deflateName   = "permessage-deflate"
	deflateAnswer = deflateName + "; server_no_context_takeover; client_no_context_takeover"

	serverWindow = "server_max_window_bits"
	clientWindow = "client_max_window_bits"

	maxWindowBits = 15
	minWindowBits = 8
)

// agreeOnDeflate returns the answer to the first offer in the values of
// Sec-WebSocket-Extensions that can be met, and the length up to which messages
// may be compressed: without a context no reference in one reaches back further
// than its beginning, so that one as long as the client's window needs no other
// care. Without such an offer the window is 0.
func agreeOnDeflate(offers []string) (answer string, window int) {
	for _, line := range offers {
		for offer := range strings.SplitSeq(line, ",") {
			if bits, ok := parseDeflateOffer(offer); ok {
				return answerDeflate(bits)
			}
		}
	}
	return "", 0
}

func answerDeflate(bits int) (answer string, window int) {
	if bits == 0 {
		return deflateAnswer, math.MaxInt // no reference reaches back further than 32 KB, the largest window
	}
	return deflateAnswer + "; " + serverWindow + "=" + strconv.Itoa(bits), 1 << bits
}

// parseDeflateOffer returns the window that the client wants of the server,
// RFC 7692 section 7.1.2.1, in bits; 0 when it does not care. It reports false
// for another extension, and for parameters that are unknown, twice there or
// out of range: section 7.1 has such offers declined.
func parseDeflateOffer(offer string) (bits int, ok bool) {
	parts := strings.Split(offer, ";")
	if strings.TrimSpace(parts[0]) != deflateName {
		return 0, false
	}
	var seen []string
	for _, part := range parts[1:] {
		name, value, hasValue := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.Trim(strings.TrimSpace(value), `"`)
		if slices.Contains(seen, name) {
			return 0, false
		}
		seen = append(seen, name)
		switch name {
		case "server_no_context_takeover", "client_no_context_takeover":
			ok = !hasValue
		case serverWindow:
			bits, ok = parseWindow(value)
		case clientWindow: // ours can be as large as any
			_, ok = parseWindow(value)
			ok = ok || !hasValue
		default:
			ok = false
		}
		if !ok {
			return 0, false
		}
	}
	return bits, true
}

func parseWindow(value string) (bits int, ok bool) {
	bits, err := strconv.Atoi(value)
	if err != nil || bits < minWindowBits || bits > maxWindowBits || value[0] == '0' || value[0] == '+' {
		return 0, false
	}
	return bits, true
}

// syncMarker is what a compressed message ends with and what is not sent of
// it, RFC 7692 section 7.2.1. Behind it inflateTail has an empty last block,
// so that the reader sees an end.
const (
	syncMarker  = "\x00\x00\xff\xff"
	inflateTail = syncMarker + "\x01\x00\x00\xff\xff"
)

// maxPooledMessage is the largest inflated message whose buffer is kept.
const maxPooledMessage = 64 << 10

// leastRoom is the least that is worth a read.
const leastRoom = 512

// inflater decompresses messages, one after the other.
type inflater struct {
	payload bytes.Reader
	tail    strings.Reader
	flate   io.ReadCloser
	out     []byte
}

var inflaters = sync.Pool{New: func() any { return &inflater{flate: flate.NewReader(strings.NewReader(""))} }}

// inflate returns what a compressed message stands for, valid until release. A
// message that turns out longer than limit is errTooLarge, found before more
// than that is held.
func (f *inflater) inflate(payload []byte, limit int) ([]byte, error) {
	f.payload.Reset(payload)
	f.tail.Reset(inflateTail)
	f.flate.(flate.Resetter).Reset(f, nil) // fails only for a dictionary
	f.out = f.out[:0]
	for {
		f.out = slices.Grow(f.out, leastRoom)
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

// ReadByte and Read give the payload and the tail behind it. With ReadByte the
// decompressor needs no buffer of its own.
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
	// Of the levels the fastest: better ones gain little on a few kilobytes.
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // fails only for a level that there is not
	return &deflater{flate: w}
}}

// deflated returns a server's frame with its message compressed, or the frame
// itself when that would not make it shorter.
func deflated(plain []byte) []byte {
	payload := framePayload(plain)
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
	buf := make([]byte, maxHeader+len(body))
	copy(buf[maxHeader:], body)
	start := putHeader(buf[:maxHeader], opcode(plain[0]&0x0F), len(body))
	buf[start] |= rsv1Bit
	return buf[start:]
}

// framePayload returns the payload of a frame that putHeader has begun.
func framePayload(frame []byte) []byte {
	switch frame[1] {
	case length16:
		return frame[4:]
	case length64:
		return frame[maxHeader:]
	default:
		return frame[2:]
	}
}
