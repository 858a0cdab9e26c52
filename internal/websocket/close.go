package websocket

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"
)

// CloseCode is the status code of a close frame, RFC 6455 section 7.4.1.
type CloseCode uint16

// The status codes of close frames that a server sends.
const (
	NoCode         CloseCode = 0 // a close frame without a payload
	ProtocolError  CloseCode = 1002
	InvalidData    CloseCode = 1007
	PolicyViolated CloseCode = 1008
	MessageTooBig  CloseCode = 1009
)

// FrameError is a violation of RFC 6455, or of a bound on messages, that ends
// reading.
type FrameError struct {
	Code CloseCode // of the close frame that answers it
	Text string
}

func (e *FrameError) Error() string { return "websocket: " + e.Text }

var (
	errReserved   = &FrameError{ProtocolError, "reserved bit or opcode set"}
	errUnmasked   = &FrameError{ProtocolError, "frame from a client without a mask"}
	errFragment   = &FrameError{ProtocolError, "continuation without a start, or a start inside a message"}
	errBadControl = &FrameError{ProtocolError, "control frame fragmented or longer than 125 bytes"}
	errBadClose   = &FrameError{ProtocolError, "malformed close frame"}
	errBadText    = &FrameError{InvalidData, "text is not UTF-8"}
	errBadDeflate = &FrameError{InvalidData, "message that cannot be decompressed"}
	errFragments  = &FrameError{PolicyViolated, "message in too many fragments"}
	errTooLarge   = &FrameError{MessageTooBig, "message longer than the maximum payload"}
)

// closedError is the error of reading that ended with the peer's close frame.
type closedError struct{ payload []byte }

func (*closedError) Error() string { return "websocket: closed by the peer" }

// CloseFrame returns a close frame with code, or without a payload for NoCode.
func CloseFrame(code CloseCode) []byte {
	buf := make([]byte, HeaderRoom, HeaderRoom+2)
	if code != NoCode {
		buf = binary.BigEndian.AppendUint16(buf, uint16(code))
	}
	return FrameIn(buf, opClose)
}

// CloseAnswer returns the close frame to send after reading has ended with err:
// with the peer's own code and reason if it has sent a close frame (RFC 6455
// section 5.5.1), the code of a *FrameError, or else without a code.
func CloseAnswer(err error) []byte {
	var closed *closedError
	if errors.As(err, &closed) {
		return FrameIn(append(make([]byte, HeaderRoom), closed.payload...), opClose)
	}
	var violation *FrameError
	if errors.As(err, &violation) {
		return CloseFrame(violation.Code)
	}
	return CloseFrame(NoCode)
}

// pongFrame returns the answer to a ping with data as its payload.
func pongFrame(data []byte) []byte {
	return FrameIn(append(make([]byte, HeaderRoom, HeaderRoom+len(data)), data...), opPong)
}

// checkClose checks the payload of a close frame, RFC 6455 section 5.5.1.
func checkClose(payload []byte) error {
	switch len(payload) {
	case 0:
		return nil
	case 1:
		return errBadClose
	}
	code := binary.BigEndian.Uint16(payload)
	defined := code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006
	private := code >= 3000 && code <= 4999
	switch {
	case !defined && !private:
		return errBadClose
	case !utf8.Valid(payload[2:]):
		return errBadText
	}
	return nil
}
