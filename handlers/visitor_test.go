package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"signaling/internal/wiretest"
)

// visitor is a client that joins rooms, with one request under way at a time.
// What it hears and is answered is told in the order of its arrival.
type visitor struct {
	*wiretest.Peer
	listener

	mu      sync.Mutex
	request request     // guarded by mu: the last one sent
	answers chan answer // of capacity 1
	ended   chan error  // why it has stopped reading
}

// listener is told what reaches a visitor, by the goroutine that reads.
type listener interface {
	heard(event string, arg json.RawMessage) error
	answered(request, answer) error
}

type request struct {
	id    int
	event string
	room  string
}

// answer is an acknowledgement's argument.
type answer struct {
	OK    bool
	ID    string
	Room  string
	Peers []struct{ ID, Name string }
	Error struct{ Code, Message string }
}

// visit connects a visitor; query is added to its URL. Its listener must be set
// before it reads.
func visit(addr, query string) (*visitor, error) {
	w, err := wiretest.TryDial(addr, wiretest.PeerTarget+query)
	if err != nil {
		return nil, err
	}
	v := &visitor{Peer: &wiretest.Peer{WebSocket: w}, answers: make(chan answer, 1), ended: make(chan error, 1)}
	if _, err = w.Message(); err == nil { // the open packet
		err = w.Write(wiretest.Texts("40")...)
	}
	var reply wiretest.Frame
	if err == nil {
		reply, err = w.Message()
	}
	if err == nil {
		v.ID, err = wiretest.SIDOf(reply.Payload, "40")
	}
	if err != nil {
		w.Conn.Close()
		return nil, err
	}
	return v, nil
}

// ask sends a request about a room and waits for the answer.
func (v *visitor) ask(event, room string) (answer, error) {
	v.mu.Lock()
	v.request = request{v.request.id + 1, event, room}
	text := fmt.Sprintf(`42%d[%q,%q]`, v.request.id, event, room)
	v.mu.Unlock()
	if err := v.Write(wiretest.Texts(text)...); err != nil {
		return answer{}, err
	}
	return v.await()
}

func (v *visitor) await() (answer, error) {
	select {
	case a := <-v.answers:
		return a, nil
	case err := <-v.ended:
		v.ended <- err
		return answer{}, fmt.Errorf("no answer: %w", err)
	}
}

// settle waits until all that the visitor has sent is handled, and what it was
// sent before that is heard.
func (v *visitor) settle() error {
	_, err := v.ask("leave", "no room of anybody's")
	return err
}

// read reads until the connection ends or the listener objects.
func (v *visitor) read() {
	var err error
	for err == nil {
		var f wiretest.Frame
		if f, err = v.Message(); err != nil {
			break
		}
		switch {
		case f.Payload == "2":
			err = v.Write(wiretest.Texts("3")...)
		case strings.HasPrefix(f.Payload, "43"):
			err = v.readAnswer(f.Payload[2:])
		case strings.HasPrefix(f.Payload, "42["):
			err = v.readEvent(f.Payload[2:])
		default:
			err = fmt.Errorf("packet %.200q", f.Payload)
		}
	}
	v.ended <- err
}

func (v *visitor) readAnswer(text string) error {
	id, list, _ := strings.Cut(text, "[")
	var args []answer
	if err := json.Unmarshal([]byte("["+list), &args); err != nil || len(args) != 1 {
		return fmt.Errorf("acknowledgement %.200q: %v", text, err)
	}
	v.mu.Lock()
	asked := v.request
	v.mu.Unlock()
	if fmt.Sprint(asked.id) != id {
		return fmt.Errorf("acknowledgement %s, but %d was asked last", id, asked.id)
	}
	if err := v.answered(asked, args[0]); err != nil {
		return err
	}
	v.answers <- args[0]
	return nil
}

func (v *visitor) readEvent(text string) error {
	var parts []json.RawMessage
	var event string
	err := json.Unmarshal([]byte(text), &parts)
	if err == nil {
		err = json.Unmarshal(parts[0], &event)
	}
	if err != nil || len(parts) != 2 {
		return fmt.Errorf("event %.200q: %v", text, err)
	}
	return v.heard(event, parts[1])
}

// stop closes the connection and returns what went wrong before.
func (v *visitor) stop() error {
	v.Conn.Close()
	err := <-v.ended
	var objection *objection
	if errors.As(err, &objection) {
		return err
	}
	return nil
}

// objection is an error of a listener's: the server has told something wrong.
type objection struct{ text string }

func (o *objection) Error() string { return o.text }

func objectf(format string, args ...any) error { return &objection{fmt.Sprintf(format, args...)} }
