package engine

import (
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"signaling/internal/packet"
	"signaling/internal/wiretest"
)

// The steps of a session's life, in any order. A step that makes no sense where
// it stands is what some client does.
const (
	stepPoll      = iota // start a GET
	stepPost             // post two messages
	stepOpen             // open a WebSocket for the upgrade
	stepProbe            // send the probe on it
	stepUpgrade          // send the upgrade packet on it
	stepMessage          // send a message on it
	stepPing             // send a WebSocket ping on it
	stepGarbage          // send what is no packet on it
	stepHangUp           // close it
	stepSend             // the server sends
	stepBatch            // the server sends through a batch
	stepFlush            // and flushes it
	stepTick             // a poll may be released
	stepWait             // an upgrade may time out
	stepHeartbeat        // answer the heartbeat on whatever transport there is
	stepLeave            // the client says goodbye by polling
	stepClose            // the server closes
	steps
)

// journey is one session and its client.
type journey struct {
	*bubble
	s     *Session
	batch Batch
	ws    *pipeClient // the last one opened, nil when hung up

	mu sync.Mutex
	// guarded by mu
	received   []int // what the handler got
	posted     int   // messages the client has sent so far
	sent       int   // messages the server has sent so far
	arrived    int   // of them at the client
	outOfOrder error
}

// FuzzUpgrade holds a session to its promises: whatever the steps, both sides
// get what the other sent in order, and all of it as long as the session lives.
func FuzzUpgrade(f *testing.F) {
	for _, plan := range [][]byte{
		{stepPoll, stepSend, stepPost, stepOpen, stepProbe, stepPoll, stepTick, stepUpgrade, stepMessage, stepSend},
		{stepOpen, stepUpgrade, stepSend, stepMessage, stepPing, stepHangUp},
		{stepOpen, stepProbe, stepGarbage, stepPoll, stepSend, stepOpen, stepProbe, stepUpgrade, stepMessage},
		{stepOpen, stepProbe, stepWait, stepPoll, stepSend, stepPost},
		{stepSend, stepBatch, stepPoll, stepClose, stepFlush, stepPoll, stepPoll},
		{stepOpen, stepProbe, stepBatch, stepClose, stepUpgrade, stepFlush},
		{stepPoll, stepOpen, stepProbe, stepLeave, stepUpgrade},
		{stepPoll, stepPoll},
		{stepWait, stepHeartbeat, stepWait, stepHeartbeat, stepWait, stepSend, stepPoll},
	} {
		f.Add(plan, true)
		f.Add(plan, false)
	}
	f.Fuzz(func(t *testing.T, plan []byte, four bool) {
		if len(plan) > 60 {
			plan = plan[:60]
		}
		rev := packet.Revision3
		if four {
			rev = packet.Revision4
		}
		j := new(journey)
		inBubble(t, options(), hooks{received: j.receive}, func(t *testing.T, b *bubble) {
			j.bubble, j.s = b, b.polling(rev)
			for _, step := range plan {
				j.step(step % steps)
				synctest.Wait()
				j.check()
			}
			j.settle()
		})
	})
}

func (j *journey) receive(_ *Session, _ *Batch, data []byte, _ bool) {
	n, _ := strconv.Atoi(string(data))
	j.mu.Lock()
	defer j.mu.Unlock()
	j.received = append(j.received, n)
}

func (j *journey) step(step byte) {
	switch step {
	case stepPoll:
		go j.poll() // ends when the poll is answered
	case stepPost:
		j.post(j.message(), j.message())
	case stepOpen:
		j.hangUp()
		client, ws := j.pipe()
		j.ws = client
		go j.s.tryUpgrade(ws) // ends with the pipe
		go j.read(client)     // likewise
	case stepProbe:
		j.write("2probe")
	case stepUpgrade:
		j.write("5")
	case stepMessage:
		if j.s.Upgraded() {
			j.write("4" + j.message())
		} else {
			j.write("4out of place")
		}
	case stepPing:
		j.frames(wiretest.Frame{Op: wiretest.Ping, Payload: "p"})
	case stepGarbage:
		j.write("x")
	case stepHangUp:
		j.hangUp()
	case stepSend:
		j.s.Send(j.numbered())
	case stepBatch:
		j.batch.Send(j.s, j.numbered(), j.numbered())
	case stepFlush:
		j.batch.Flush()
	case stepTick:
		time.Sleep(noopInterval)
	case stepWait:
		time.Sleep(11 * time.Second)
	case stepHeartbeat:
		j.heartbeat()
	case stepLeave:
		j.payload("1")
	case stepClose:
		j.s.Close()
	}
}

// message returns the next message of the client's.
func (j *journey) message() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.posted++
	return strconv.Itoa(j.posted)
}

// numbered returns the next message of the server's, which it may still send.
func (j *journey) numbered() *packet.Packet {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.s.Open() {
		j.sent++
	}
	return text(strconv.Itoa(j.sent))
}

func (j *journey) post(messages ...string) {
	before := j.s.Transport()
	for i, m := range messages {
		messages[i] = "4" + m
	}
	if j.payload(messages...); before != Polling {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.posted -= len(messages) // refused: the transport is closed
	}
}

// check compares what has arrived with what was sent.
func (j *journey) check() {
	j.t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.outOfOrder != nil {
		j.t.Fatal(j.outOfOrder)
	}
	for i, n := range j.received {
		if n != i+1 {
			j.t.Fatalf("the server received %d when %d was due", n, i+1)
		}
	}
	if j.s.Open() && len(j.received) != j.posted {
		j.t.Fatalf("the server received %d messages of %d", len(j.received), j.posted)
	}
}

// settle lets a session that lives deliver the rest, and compares.
func (j *journey) settle() {
	j.t.Helper()
	j.batch.Flush()
	if j.s.Open() && j.s.Transport() == Polling {
		go j.poll() // ends when the poll is answered, at the end of the server at the latest
	}
	synctest.Wait()
	j.check()
	if j.s.Open() && j.arrived != j.sent {
		j.t.Fatalf("%d messages arrived of %d", j.arrived, j.sent)
	}
	j.hangUp()
}
