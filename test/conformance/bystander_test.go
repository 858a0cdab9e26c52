package conformance

import (
	"fmt"
	"slices"
	"testing"
)

// bystanders are two clients of different revisions that talk to each other on
// the signaling server while a third one misbehaves.
type bystanders struct {
	a, b *client
	sent int
}

func watch(t *testing.T) *bystanders {
	t.Helper()
	p := &bystanders{a: join(t, serverURL, revision4), b: join(t, serverURL, revision3)}
	p.exchange(t)
	return p
}

// exchange sends a message each way. Nothing else may have come in between.
func (p *bystanders) exchange(t *testing.T) {
	t.Helper()
	p.sent++
	p.a.tell(t, p.b, fmt.Sprintf("a to b %d", p.sent))
	p.b.tell(t, p.a, fmt.Sprintf("b to a %d", p.sent))
}

// hear checks that both bystanders receive these packets next.
func (p *bystanders) hear(t *testing.T, packets ...string) {
	t.Helper()
	for _, packet := range packets {
		p.a.want(t, text(packet))
		p.b.want(t, text(packet))
	}
}

// wantOpen checks that the connection of a client is as good as before: it can
// send to the bystanders, who have heard nothing from it until now but what is
// named, and they can send to it.
func (p *bystanders) wantOpen(t *testing.T, c *client, relayed ...string) {
	t.Helper()
	c.wantPong(t, "still there?")
	c.send(t, messageTo(p.a.id, "sane again"), messageTo(p.b.id, "sane again"))
	p.hear(t, append(slices.Clone(relayed), `42["message","sane again"]`)...)
	p.a.tell(t, c, "good to hear")
}

// tell has the server relay a message to one other client, and waits for it.
func (c *client) tell(t *testing.T, to *client, words string) {
	t.Helper()
	c.send(t, messageTo(to.id, words))
	to.want(t, text(fmt.Sprintf(`42["message",%q]`, words)))
}

// messageTo is a message event for the room of one socket.
func messageTo(id, words string) message {
	return text(fmt.Sprintf(`42["message",{"channel":%q,"message":%q}]`, id, words))
}
