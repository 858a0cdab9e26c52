package websocket

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"signaling/internal/wiretest"
)

func TestCloseFrames(t *testing.T) {
	for _, row := range []struct {
		name string
		code CloseCode
		want []byte
	}{
		{"without a code", NoCode, []byte{0x88, 0}},
		{"for a protocol error", ProtocolError, []byte{0x88, 2, 0x03, 0xEA}},
		{"for text that is not UTF-8", InvalidData, []byte{0x88, 2, 0x03, 0xEF}},
		{"for a message that is too large", MessageTooBig, []byte{0x88, 2, 0x03, 0xF1}},
		{"with the peer's own code", 4321, []byte{0x88, 2, 0x10, 0xE1}},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := CloseFrame(row.code); !bytes.Equal(got, row.want) {
				t.Errorf("frame is % x, want % x", got, row.want)
			}
		})
	}
}

func TestCheckedCloseFrame(t *testing.T) {
	for _, row := range []struct {
		name    string
		payload string
		want    error
	}{
		{"no payload has no code", "", nil},
		{"one byte is no code", "\x03", errBadClose},
		{"999 is below the range", "\x03\xE7", errBadClose},
		{"1000, normal closure", "\x03\xE8", nil},
		{"1000 with a reason", "\x03\xE8bye", nil},
		{"1000 with a reason that is not UTF-8", "\x03\xE8\xFF", errBadText},
		{"1004 is reserved", "\x03\xEC", errBadClose},
		{"1005 is never sent", "\x03\xED", errBadClose},
		{"1006 is never sent", "\x03\xEE", errBadClose},
		{"1014, the last one registered", "\x03\xF6", nil},
		{"1015 is never sent", "\x03\xF7", errBadClose},
		{"2999 belongs to extensions", "\x0B\xB7", errBadClose},
		{"3000, the first for libraries", "\x0B\xB8", nil},
		{"4999, the last for applications", "\x13\x87", nil},
		{"5000 is beyond the range", "\x13\x88", errBadClose},
		{"65535 is beyond the range", "\xFF\xFF", errBadClose},
	} {
		t.Run(row.name, func(t *testing.T) {
			if err := checkClose([]byte(row.payload)); err != row.want {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}

func TestPongCarriesThePingsData(t *testing.T) {
	for _, length := range []int{0, 1, 125} {
		data := strings.Repeat("p", length)
		f, err := wiretest.ReadFrame(bytes.NewReader(pongFrame([]byte(data))))
		if err != nil || f.Op != wiretest.Pong || f.Payload != data {
			t.Errorf("pong of %d bytes reads as %+v, error %v", length, f, err)
		}
	}
}

func TestFrameThatAnswersTheEndOfReading(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		want string // payload
	}{
		{"the peer's code and reason come back", &closedError{[]byte("\x0F\xA1why")}, "\x0F\xA1why"},
		{"none comes back as none", &closedError{}, ""},
		{"a protocol error has its code", errReserved, "\x03\xEA"},
		{"bad text has its code", fmt.Errorf("read: %w", errBadText), "\x03\xEF"},
		{"too many fragments have their code", errFragments, "\x03\xF0"},
		{"too much has its code", errTooLarge, "\x03\xF1"},
		{"the end of the stream has none", io.EOF, ""},
		{"an error of the handler's has none", errors.New("no session"), ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			frame := CloseAnswer(row.err)
			f, err := wiretest.ReadFrame(strings.NewReader(string(frame)))
			if err != nil || f.Op != wiretest.Close {
				t.Fatalf("% x is no close frame: %v", frame, err)
			}
			if f.Payload != row.want {
				t.Errorf("payload % x, want % x", f.Payload, row.want)
			}
		})
	}
}
