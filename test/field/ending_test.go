//go:build field

package field

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// The ways in which the server ends a session whose client should return. Each
// returns when the end has begun.
var ends = map[string]struct {
	args []string
	end  func(t *testing.T, s *server, victim victim)
}{
	"SIGTERM":             {nil, func(_ *testing.T, s *server, _ victim) { s.cmd.Process.Signal(syscall.SIGTERM) }},
	"SIGTERM with -drain": {[]string{"-drain", "3s"}, func(_ *testing.T, s *server, _ victim) { s.cmd.Process.Signal(syscall.SIGTERM) }},
	"ping timeout":        {[]string{"-ping-interval", "500ms", "-ping-timeout", "900ms"}, func(*testing.T, *server, victim) {}},
	"rate exceeded": {[]string{"-event-rate", "3:7"}, func(t *testing.T, _ *server, v victim) {
		v.send(t, strings.Split(strings.Repeat("42[1] ", 20)+"42[1]", " "))
	}},
}

// victim is a client whose session ends.
type victim interface {
	send(t *testing.T, packets []string)
	// end reads to the end of the session and returns all that the client was sent.
	end(t *testing.T) string
}

// onWebSocket is a victim on a WebSocket.
type onWebSocket struct {
	conn   net.Conn
	reader *bufio.Reader
}

func (v onWebSocket) send(t *testing.T, packets []string) {
	if _, err := v.conn.Write(wiretest.Bytes(wiretest.Texts(packets...)...)); err != nil {
		t.Error(err)
	}
}

// end returns "FIN" for an end of what is read without a close frame.
func (v onWebSocket) end(t *testing.T) string {
	t.Helper()
	v.conn.SetReadDeadline(time.Now().Add(wiretest.Patience))
	for {
		f, err := wiretest.ReadFrame(v.reader)
		switch {
		case err == io.EOF:
			return "FIN"
		case err != nil:
			return err.Error()
		case f.Op == wiretest.Close:
			return "a close frame"
		}
	}
}

// onPolling is a victim whose poll is held.
type onPolling struct {
	*wiretest.Polling
	held func() wiretest.Answer
}

func (v onPolling) send(t *testing.T, packets []string) {
	go v.Post(t, strings.Join(packets, "\x1e")) // ends with its request
}

// end returns "6, then gone" for a poll that is answered with a noop behind
// which the session is not known any more, or nobody listens.
func (v onPolling) end(t *testing.T) string {
	t.Helper()
	all := ""
	for range 20 {
		a := v.held()
		all += a.Body + ", "
		switch {
		case strings.Contains(a.Body, `"code":1`), a.Status == 503:
			return "6, then gone"
		case a.Status != 200, strings.HasPrefix(a.Body, "1"), strings.HasSuffix(a.Body, "\x1e1"), strings.HasSuffix(a.Body, ":1"):
			return all
		}
		next, err := v.Do(t.Context(), "GET", v.Target, "")
		if err != nil {
			if strings.Contains(all, "6, ") {
				return "6, then gone"
			}
			return all + err.Error()
		}
		v.held = func() wiretest.Answer { return next }
	}
	return all
}

var victims = map[string]struct {
	want string
	join func(t *testing.T, s *server) victim
}{
	"a WebSocket": {"FIN", func(t *testing.T, s *server) victim {
		return webSocketVictim(t, s, "EIO=4", "40")
	}},
	"a WebSocket of revision 3": {"FIN", func(t *testing.T, s *server) victim {
		return webSocketVictim(t, s, "EIO=3")
	}},
	"a poll that is held": {"6, then gone", func(t *testing.T, s *server) victim {
		p := joinPolling(t, s.addr, pollingTarget)
		return onPolling{p, p.Hold(t)}
	}},
}

// webSocketVictim opens a WebSocket and reads up to the reply to its CONNECT.
func webSocketVictim(t *testing.T, s *server, revision string, packets ...string) victim {
	t.Helper()
	conn := wiretest.DialTCP(t, s.addr)
	io.WriteString(conn, wiretest.Handshake("/socket.io/?transport=websocket&"+revision))
	reader := bufio.NewReader(conn)
	for line := ""; line != "\r\n"; {
		var err error
		if line, err = reader.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	v := onWebSocket{conn, reader}
	v.send(t, packets)
	for {
		f, err := wiretest.ReadFrame(reader)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(f.Payload, "40") {
			return v
		}
	}
}

const pollingTarget = "/socket.io/?EIO=4&transport=polling"

// joinPolling opens a session on polling and joins the main namespace.
func joinPolling(t testing.TB, addr, target string, header ...string) *wiretest.Polling {
	t.Helper()
	p := wiretest.OpenPolling(t, addr, target)
	p.Post(t, "40").Want(t, 200, "ok")
	if a := p.Must(t, "GET", p.Target, "", header...); !strings.HasPrefix(a.Body, "40") {
		t.Fatalf("the answer to CONNECT is %d %.200q", a.Status, a.Body)
	}
	return p
}

// A client takes a close frame and the close packet for the wish of the server
// that it stay away; what the connection of a process that dies looks like, it
// takes for a reason to come back.
func TestEndsThatClientsReturnFromLookLikeALostConnection(t *testing.T) {
	for endName, e := range ends {
		for victimName, v := range victims {
			if endName == "ping timeout" && strings.HasSuffix(victimName, "revision 3") {
				continue // its heartbeats are the client's own
			}
			t.Run(victimName+" and "+endName, func(t *testing.T) {
				t.Parallel()
				s := start(t, e.args...)
				victim := v.join(t, s)
				e.end(t, s, victim)
				if got := victim.end(t); got != v.want {
					t.Errorf("the client gets %.300q, want %q", got, v.want)
				}
			})
		}
	}
}

// What was accepted before the end is delivered before it.
func TestQueuedPacketsComeBeforeTheEnd(t *testing.T) {
	const events = 200
	s := start(t)
	sender := wiretest.Connect(t, s.addr)
	ws := wiretest.Connect(t, s.addr)
	p := joinPolling(t, s.addr, pollingTarget)
	for range events {
		sender.Send(t, `42["offer","`+strings.Repeat("x", 1000)+`"]`)
	}
	first := ws.Next(t) // the rest is under way
	if !strings.HasPrefix(first.Payload, `42["offer"`) {
		t.Fatalf("got %.100q", first.Payload)
	}
	s.cmd.Process.Signal(syscall.SIGTERM)
	polled := 0
	for polled < events {
		a, err := p.Do(t.Context(), "GET", p.Target, "")
		if err != nil {
			break
		}
		polled += strings.Count(a.Body, `42["offer"`)
	}
	got := 1
	for {
		f, err := ws.Read()
		if err != nil || f.Op == wiretest.Close {
			break
		}
		got++
	}
	if got != events || polled != events {
		t.Errorf("%d of %d events came over WebSocket, %d by polling", got, events, polled)
	}
}

// python returns the path of a Python that has python-socketio.
func python() string {
	if path := os.Getenv("PYTHON"); path != "" {
		return path
	}
	return "/usr/bin/python3"
}

// pythonClient is a client of python-socketio that reconnects.
type pythonClient struct{ lines *bufio.Scanner }

// startPython connects a client that says what happens to it.
func startPython(t *testing.T, addr string, transports ...string) *pythonClient {
	t.Helper()
	cmd := exec.Command(python(), append([]string{"client.py", "http://" + addr}, transports...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close() // it ends with that
		end := time.AfterFunc(wiretest.Patience, func() { cmd.Process.Kill() })
		defer end.Stop()
		cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 8<<20)
	return &pythonClient{lines}
}

// await reads up to the line that has the key, and returns its value; all of the
// next line for "". What the client does by itself has a clock of its own.
func (c *pythonClient) await(t *testing.T, key string, patience time.Duration) any {
	t.Helper()
	found := make(chan any, 1)
	go func() { // ends with the line, or the client
		for c.lines.Scan() {
			var said map[string]any
			if json.Unmarshal(c.lines.Bytes(), &said) == nil {
				if key == "" {
					found <- said
					return
				}
				if value, ok := said[key]; ok {
					found <- value
					return
				}
			}
		}
		close(found)
	}()
	select {
	case value, ok := <-found:
		if !ok {
			t.Fatalf("the client ends before it says %q", key)
		}
		return value
	case <-time.After(patience):
		t.Fatalf("the client does not say %q", key)
	}
	panic("unreachable")
}

// python-socketio returns to a server that comes back, over every transport.
func TestPythonReturnsAfterTheServerEnds(t *testing.T) {
	for _, end := range []struct {
		name string
		args []string
		stop func(*server, testing.TB)
	}{
		{"a clean stop", nil, (*server).stop},
		{"a stop that takes its time", []string{"-drain", "700ms"}, (*server).stop},
		{"a crash", nil, (*server).kill},
	} {
		for _, transports := range [][]string{{"polling"}, {"websocket"}, {"polling", "websocket"}} {
			t.Run(end.name+" over "+strings.Join(transports, " and "), func(t *testing.T) {
				t.Parallel()
				s := start(t, end.args...)
				client := startPython(t, s.addr, transports...)
				client.await(t, "ready", wiretest.Patience)
				end.stop(s, t)
				run(t, signalingProgram, "-addr", s.addr)
				client.await(t, "connect", 2*wiretest.Patience)
			})
		}
	}
}
