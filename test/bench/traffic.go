//go:build linux

package main

import (
	"fmt"
	"time"

	"signaling/test/bench/load"
)

// traffic is a scenario in which clients send to the others of their group:
// pairs are groups of two, rooms are groups of a few, and a broadcast is one
// group of everybody.
type traffic struct {
	clients   int
	group     int
	size      int // bytes of payload
	binary    bool
	transport load.Transport
	// window is how many messages each group has under way when it goes as
	// fast as possible: the next member sends as soon as one has reached all
	// the others.
	window int
	// rate is how many deliveries a second are due; 0 for as fast as
	// possible.
	rate int
	// slowReader makes the last client read only so many bytes a second.
	slowReader int
}

// pairWindow is how many messages a pair has under way, half of them each
// way; a call's trickled candidates come in bursts like this.
const pairWindow = 16

func (t traffic) run(r *trial) error {
	s, err := t.connect(r)
	if err != nil {
		return err
	}
	defer s.crowd.Close()
	s.warm(r.warmUp, r.patience)
	if t.rate > 0 {
		s.pace(time.Duration(float64(time.Second) * float64(t.group-1) / float64(t.rate)))
		s.loop.RunFor(r.warmUp / 2)
	}
	return s.measure(r)
}

// warm goes as fast as possible for a while, because a server that compiles
// while it runs needs that, and goes on unless the scenario has a rate. With
// a slow reader there is only a pause, lest it fall behind already.
func (s *sending) warm(d, patience time.Duration) {
	s.flatOut = s.slowReader == 0
	if s.flatOut {
		for g := range s.clients / s.group {
			for range s.window {
				s.sendNext(g)
			}
		}
	}
	s.loop.RunFor(d)
	if s.rate > 0 {
		s.flatOut = false
		s.drain(patience)
	}
}

// sending is the state of a traffic scenario.
type sending struct {
	traffic
	loop       *load.Loop
	crowd      *load.Crowd
	payload    *load.Payload
	ledger     *load.Ledger
	slowLedger *load.Ledger // the slow reader's, which may be cut off
	channels   [][]byte     // by client: where its messages go, as JSON
	numbers    []uint32     // by client: its next message
	turns      []int        // by group: whose turn it is
	underway   map[uint64]int
	flatOut    bool // goes as fast as possible now
	stopped    bool

	// Latencies are kept for messages due in this span of loop time.
	from, until time.Duration
	latencies   load.Latencies
	lateness    load.Latencies // of the generator itself
	buf, attach []byte
}

func (t traffic) connect(r *trial) (*sending, error) {
	s := &sending{
		traffic:    t,
		loop:       r.loop,
		crowd:      r.newCrowd(t.transport),
		payload:    load.NewPayload(t.size, t.binary),
		ledger:     load.NewLedger(t.clients * t.group),
		slowLedger: load.NewLedger(t.group),
		numbers:    make([]uint32, t.clients),
		turns:      make([]int, t.clients/t.group),
		underway:   map[uint64]int{},
	}
	s.crowd.OnMessage = func(c *load.Client, p []byte) { s.arrived(c, p, s.payload.Read) }
	if t.binary {
		s.crowd.OnMessage = nil
		s.crowd.OnBinary = func(c *load.Client, p []byte) { s.arrived(c, p, s.payload.ReadAttachment) }
	}
	s.crowd.Add(t.clients)
	if t.slowReader > 0 {
		s.crowd.Clients[t.clients-1].ReceiveBuffer = 16 << 10
	}
	if err := s.crowd.Connect(t.clients, 100, 60*time.Second); err != nil {
		return nil, err
	}
	s.address()
	if t.slowReader > 0 {
		s.readSlowly(s.crowd.Clients[t.clients-1])
	}
	return s, nil
}

// address works out every client's channel: one peer's id, or an array of
// several. A broadcast needs none.
func (s *sending) address() {
	if s.group == s.clients {
		return
	}
	for _, c := range s.crowd.Clients {
		first := c.Index / s.group * s.group
		var list []byte
		for _, peer := range s.crowd.Clients[first : first+s.group] {
			if peer != c {
				list = fmt.Appendf(list, `,"%s"`, peer.ID)
			}
		}
		list = list[1:]
		if s.group > 2 {
			list = fmt.Appendf(nil, "[%s]", list)
		}
		s.channels = append(s.channels, list)
	}
}

// readSlowly hands out the slow reader's bytes twenty times a second.
func (s *sending) readSlowly(c *load.Client) {
	const parts = 20
	c.SetReadQuota(s.slowReader / parts)
	s.loop.After(time.Second/parts, func() {
		if s.stopped {
			c.SetReadQuota(-1)
			return
		}
		s.readSlowly(c)
	})
}

// pace sends one message each interval, the clients taking turns. A message
// that leaves late counts from the moment it was due.
func (s *sending) pace(interval time.Duration) {
	due, group := s.loop.Now(), 0
	var tick func()
	tick = func() {
		if s.stopped {
			return
		}
		s.lateness = append(s.lateness, s.loop.Now()-due)
		s.send(s.takeTurn(group), due)
		group = (group + 1) % len(s.turns)
		due += interval
		s.loop.At(due, tick)
	}
	s.loop.At(due, tick)
}

func (s *sending) takeTurn(group int) *load.Client {
	member := s.turns[group]
	s.turns[group] = (member + 1) % s.group
	return s.crowd.Clients[group*s.group+member]
}

func (s *sending) sendNext(group int) {
	s.send(s.takeTurn(group), s.loop.Now())
}

func (s *sending) send(c *load.Client, due time.Duration) {
	if !c.Connected {
		return // measure reports it
	}
	m := load.Mark{Sender: uint32(c.Index), Number: s.numbers[c.Index], Due: due}
	s.numbers[c.Index]++
	receivers := s.group - 1
	if s.flatOut && receivers > 1 {
		s.underway[key(m)] = receivers
	}
	if s.slowReader > 0 && c.Index != s.clients-1 {
		s.slowLedger.Sent++
		receivers--
	}
	s.ledger.Sent += receivers
	switch {
	case s.group == s.clients:
		s.buf = s.payload.AppendOffer(s.buf[:0], m)
		c.Send(s.buf)
	case s.binary:
		s.buf = s.payload.AppendMessage(s.buf[:0], s.channels[c.Index], m)
		s.attach = s.payload.AppendAttachment(s.attach[:0], m)
		c.SendBinary(s.buf, s.attach)
	default:
		s.buf = s.payload.AppendMessage(s.buf[:0], s.channels[c.Index], m)
		c.Send(s.buf)
	}
}

func key(m load.Mark) uint64 { return uint64(m.Sender)<<32 | uint64(m.Number) }

func (s *sending) arrived(c *load.Client, p []byte, read func([]byte) (load.Mark, bool)) {
	m, ok := read(p)
	sender := int(m.Sender)
	if !ok || sender >= s.clients || sender == c.Index || sender/s.group != c.Index/s.group {
		s.ledger.Corrupt++
		return
	}
	if s.slowReader > 0 && c.Index == s.clients-1 {
		s.slowLedger.Arrived(sender, m.Number)
		return
	}
	if !s.ledger.Arrived(c.Index*s.group+sender%s.group, m.Number) {
		return
	}
	if m.Due >= s.from && m.Due < s.until {
		s.latencies = append(s.latencies, s.loop.Now()-m.Due)
	}
	if s.flatOut && s.complete(m) {
		s.sendNext(c.Index / s.group)
	}
}

// complete counts an arrival and reports whether it was the message's last.
func (s *sending) complete(m load.Mark) bool {
	if s.group == 2 {
		return true
	}
	k := key(m)
	s.underway[k]--
	if s.underway[k] > 0 {
		return false
	}
	delete(s.underway, k)
	return true
}
