package engine

import (
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

// The client's half of a journey: see FuzzUpgrade.

// payload posts packets.
func (j *journey) payload(packets ...string) {
	body := strings.Join(packets, "\x1e")
	if j.s.revision == packet.Revision3 {
		body = ""
		for _, p := range packets {
			body += fmt.Sprintf("%d:%s", len(p), p)
		}
	}
	recorder := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	j.s.polling.servePost(j.s.srv.newResponder(recorder, r), r)
}

// poll polls once and enters what it brings.
func (j *journey) poll() {
	status, body := request(j.s, "GET", "")
	if status != 200 {
		return
	}
	packets := strings.Split(body, "\x1e")
	if j.s.revision == packet.Revision3 {
		packets = strings.FieldsFunc(strings.ReplaceAll(lengths(body), ":", "\x1e"), func(r rune) bool { return r == '\x1e' })
	}
	for _, p := range packets {
		j.arrive(p)
	}
}

// lengths takes the length before each packet of a revision 3 payload off, and
// leaves a colon between them.
func lengths(body string) (packets string) {
	for body != "" {
		length, rest, _ := strings.Cut(body, ":")
		n, err := strconv.Atoi(length)
		if err != nil || n > len(rest) {
			return packets + ":broken"
		}
		packets += ":" + rest[:n]
		body = rest[n:]
	}
	return packets
}

// arrive enters one packet at the client.
func (j *journey) arrive(packet string) {
	if packet == "" || packet[0] != '4' {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.arrived++
	if packet != "4"+strconv.Itoa(j.arrived) && j.outOfOrder == nil {
		j.outOfOrder = fmt.Errorf("packet %q arrived when %d was due", packet, j.arrived)
	}
}

// read enters what comes on a WebSocket.
func (j *journey) read(c *pipeClient) {
	for {
		f, err := wiretest.ReadFrame(c.r)
		if err != nil {
			return
		}
		if f.Op == wiretest.Text {
			j.arrive(f.Payload)
		}
	}
}

func (j *journey) write(packet string) { j.frames(wiretest.Frame{Op: wiretest.Text, Payload: packet}) }

func (j *journey) frames(frames ...wiretest.Frame) {
	if j.ws != nil {
		j.ws.conn.SetWriteDeadline(time.Now().Add(time.Second)) // the server may read no more
		j.ws.conn.Write(wiretest.Bytes(frames...))
	}
}

func (j *journey) hangUp() {
	if j.ws != nil {
		j.ws.conn.Close()
		j.ws = nil
	}
}

func (j *journey) heartbeat() {
	beat := "3"
	if j.s.revision == packet.Revision3 {
		beat = "2"
	}
	if j.s.Transport() == Polling {
		j.payload(beat)
	} else {
		j.write(beat)
	}
}
