package conformance

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"testing"
)

// The hostile tests are not parallel, neither to each other nor to the rest:
// what one client has relayed would be heard by the bystanders of another.

func TestHostilePacketsOverWebSocket(t *testing.T) {
	for _, rev := range []revision{revision4, revision3} {
		others := watch(t)
		for _, row := range hostileRows() {
			t.Run(fmt.Sprintf("revision %d %s", rev, row.name), func(t *testing.T) {
				c := join(t, serverURL, rev)
				for _, m := range row.send {
					if m == attachmentMark {
						m = c.attachment(m.data)
					}
					c.send(t, m)
				}
				others.judge(t, c, row)
			})
		}
	}
}

// judge checks what has become of the sender of a row, and of the bystanders.
func (p *bystanders) judge(t *testing.T, c *client, row hostileRow) {
	t.Helper()
	switch {
	case row.of(c.rev) != noFault:
		c.wantClose(t, closeNoCode)
	case row.ends:
		c.wantPong(t, "still there?")
		c.rejoin(t)
		p.wantOpen(t, c)
	case row.waits:
		c.wantPong(t, "still there?")
		c.send(t, c.attachment("x"))
		c.wantClose(t, closeNoCode)
	default:
		p.wantOpen(t, c, row.relayed...)
	}
	p.exchange(t)
}

// rejoin connects to the main namespace once more.
func (c *client) rejoin(t *testing.T) {
	t.Helper()
	c.send(t, text("40"))
	if c.rev == revision3 {
		c.want(t, text("40"))
	} else {
		c.id = c.wantConnected(t, "")
	}
}

// A namespace that does not exist is answered, and nothing else happens.
func TestHostileNamespaces(t *testing.T) {
	others := watch(t)
	for _, rev := range []revision{revision4, revision3} {
		c := join(t, serverURL, rev)
		for _, nsp := range []string{"/nope", "/" + string(make([]byte, 10_000)), "/__proto__", "/€"} {
			if rev == revision3 && nsp != "/nope" && nsp != "/__proto__" {
				continue // parsed as a URL there, which escapes them
			}
			c.send(t, text("40"+nsp+","))
			c.want(t, text("44"+nsp+`,{"message":"Invalid namespace"}`))
		}
		others.wantOpen(t, c)
		others.exchange(t)
	}
}

// joinPolling opens a session on polling that has joined the main namespace and
// fetched everything it was sent. It returns the id of its socket.
func joinPolling(t *testing.T, rev revision) (s *pollSession, id string) {
	t.Helper()
	s = openPolling(t, serverURL, endpoint{socketPath, rev}, "")
	if rev == revision3 {
		s.want(t, "40")
		return s, s.sid
	}
	s.post(t, "40").want(t, http.StatusOK, "ok")
	reply := connectReply.FindStringSubmatch(s.receive(t, 1)[0])
	if reply == nil {
		t.Fatal("CONNECT was not answered")
	}
	return s, reply[2]
}

func TestHostilePacketsOverPolling(t *testing.T) {
	for _, rev := range []revision{revision4, revision3} {
		others := watch(t)
		for _, row := range hostileRows() {
			if row.send[0].data == "" && rev == revision3 {
				continue // an empty packet cannot be written in revision 3
			}
			t.Run(fmt.Sprintf("revision %d %s", rev, row.name), func(t *testing.T) {
				s, id := joinPolling(t, rev)
				s.post(t, s.textForm(row.send)...).want(t, http.StatusOK, "ok")
				others.judgePolling(t, s, id, row)
			})
			if row.of(rev) == noFault {
				continue
			}
			t.Run(fmt.Sprintf("revision %d %s while a poll is held", rev, row.name), func(t *testing.T) {
				s, _ := joinPolling(t, rev)
				s.hold(t)
				s.post(t, s.textForm(row.send)...).want(t, http.StatusOK, "ok")
				s.poll.receive(t).want(t, http.StatusOK, rev.payload("1"))
				s.wantGone(t)
				others.exchange(t)
			})
		}
	}
}

// textForm writes messages as packets of a text payload.
func (s *pollSession) textForm(messages []message) []string {
	var packets []string
	for _, m := range messages {
		p := m.data
		if m.binary {
			mark := map[revision]string{revision3: "b4", revision4: "b"}[s.rev]
			p = mark + base64.StdEncoding.EncodeToString([]byte(m.data))
		}
		packets = append(packets, p)
	}
	return packets
}

// judgePolling is judge for a sender on polling that has no poll held.
func (p *bystanders) judgePolling(t *testing.T, s *pollSession, id string, row hostileRow) {
	t.Helper()
	switch f := row.of(s.rev); {
	case f == engineFault:
		s.wantGone(t)
	case f == packetFault:
		s.wantOrderlyClose(t)
	case row.waits:
		s.post(t, s.textForm([]message{attachmentMark})...).want(t, http.StatusOK, "ok")
		s.wantOrderlyClose(t)
	case row.ends:
		s.post(t, "40").want(t, http.StatusOK, "ok")
		s.receive(t, 1)
	default:
		s.post(t, messageTo(p.a.id, "sane again").data, messageTo(p.b.id, "sane again").data).want(t, http.StatusOK, "ok")
		p.hear(t, append(slices.Clone(row.relayed), `42["message","sane again"]`)...)
		p.a.send(t, messageTo(id, "good to hear"))
		s.want(t, `42["message","good to hear"]`)
	}
	p.exchange(t)
}

// wantOrderlyClose checks that the server says at the next poll that it closes.
func (s *pollSession) wantOrderlyClose(t *testing.T) {
	t.Helper()
	s.get(t).want(t, http.StatusOK, s.rev.payload("6", "1"))
	s.wantGone(t)
}
