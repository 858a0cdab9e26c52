package conformance

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// revision is a revision of the Engine.IO protocol.
type revision int

const (
	revision3 revision = 3
	revision4 revision = 4
)

// Where the two protocols are served.
const (
	enginePath = "/engine.io/"
	socketPath = "/socket.io/"
)

// endpoint is one path of the protocol server, spoken to in one revision.
type endpoint struct {
	path string
	rev  revision
}

func (e endpoint) query(transport string) string {
	return fmt.Sprintf("%s?EIO=%d&transport=%s", e.path, e.rev, transport)
}

// eachRevision runs a test once per Engine.IO revision, in parallel.
func eachRevision(t *testing.T, test func(t *testing.T, rev revision)) {
	for _, rev := range []revision{revision4, revision3} {
		t.Run(fmt.Sprintf("revision %d", rev), func(t *testing.T) {
			t.Parallel()
			test(t, rev)
		})
	}
}

// eachEndpoint runs a test on both paths in both revisions, in parallel.
func eachEndpoint(t *testing.T, test func(t *testing.T, e endpoint)) {
	for _, path := range []string{enginePath, socketPath} {
		for _, rev := range []revision{revision4, revision3} {
			t.Run(fmt.Sprintf("%s revision %d", path, rev), func(t *testing.T) {
				t.Parallel()
				test(t, endpoint{path, rev})
			})
		}
	}
}

// payload joins text packets into the body of one poll or POST: a record
// separator between them in revision 4, a length in UTF-16 units before each in
// revision 3.
func (r revision) payload(packets ...string) string {
	if r == revision4 {
		return strings.Join(packets, "\x1e")
	}
	var b strings.Builder
	for _, p := range packets {
		fmt.Fprintf(&b, "%d:%s", len(utf16.Encode([]rune(p))), p)
	}
	return b.String()
}

// packets is the reverse of payload.
func (r revision) packets(t *testing.T, payload string) []string {
	t.Helper()
	if r == revision4 {
		return strings.Split(payload, "\x1e")
	}
	var list []string
	for rest := payload; rest != ""; {
		digits, tail, found := strings.Cut(rest, ":")
		n, err := strconv.Atoi(digits)
		units := utf16.Encode([]rune(tail))
		if !found || err != nil || n > len(units) {
			t.Fatalf("not a payload of revision 3: %q", payload)
		}
		list = append(list, string(utf16.Decode(units[:n])))
		rest = string(utf16.Decode(units[n:]))
	}
	return list
}

// openPacket matches an open packet of the protocol server: the keys in this
// order, and a session id of 20 URL-safe base64 characters.
var openPacket = regexp.MustCompile(`^0\{"sid":"([0-9A-Za-z_-]{20})","upgrades":\[(.*?)\],` +
	`"pingInterval":(\d+),"pingTimeout":(\d+),"maxPayload":(\d+)\}$`)

// sessionID returns the sid of an open packet.
func sessionID(t *testing.T, packet string) string {
	t.Helper()
	m := openPacket.FindStringSubmatch(packet)
	if m == nil {
		t.Fatalf("not an open packet: %q", packet)
	}
	return m[1]
}
