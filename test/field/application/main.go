//go:build field

// Command application is an application of the module on our engine: what the
// tests of the folder above ask of its API. reference.mjs is its twin.
package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/zishang520/engine.io-go-parser/packet"
	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/transports"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io/v2/socket"

	"signaling/internal/bridge"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "application:", err)
		os.Exit(1)
	}
}

func run() error {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	opts := socket.DefaultServerOptions()
	opts.SetAllowEIO3(true)
	b := bridge.New(opts, log)
	a := &application{io: b.Server(), release: make(chan struct{})}
	a.setUp()

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening on http://%s\n", l.Addr())
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", b)
	mux.HandleFunc("/log", a.serveLog)
	mux.HandleFunc("/release", func(http.ResponseWriter, *http.Request) { close(a.release) })
	mux.HandleFunc("/close", func(http.ResponseWriter, *http.Request) { a.io.Close(nil) })
	mux.HandleFunc("/heap", serveHeap)
	return http.Serve(l, mux)
}

type application struct {
	io      *socket.Server
	release chan struct{} // closed when the middleware that waits may go on

	mu    sync.Mutex
	lines []string // of the log
}

func (a *application) note(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lines = append(a.lines, fmt.Sprintf(format, args...))
}

// serveLog answers with what was noted so far.
func (a *application) serveLog(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	json.NewEncoder(w).Encode(append([]string{}, a.lines...))
}

// serveHeap answers with the bytes that collections leave of the heap.
func serveHeap(w http.ResponseWriter, _ *http.Request) {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	json.NewEncoder(w).Encode(m.HeapAlloc)
}

func (a *application) setUp() {
	a.io.Use(a.middleware)
	a.io.On("connection", func(args ...any) { a.connected(args[0].(*socket.Socket)) })
	a.io.Of(matcher(func(name string, next func(bool)) { next(strings.HasPrefix(name, "/now-")) }), nil)
	a.io.Of(matcher(func(name string, next func(bool)) {
		if !strings.HasPrefix(name, "/later-") {
			next(false)
			return
		}
		time.AfterFunc(20*time.Millisecond, func() { next(true) })
	}), nil)
}

// matcher is a function that decides on the namespaces that there are.
func matcher(decide func(name string, next func(bool))) socket.ParentNspNameMatchFn {
	match := func(name string, _ any, next func(error, bool)) {
		decide(name, func(allow bool) { next(nil, allow) })
	}
	return &match
}

// middleware does what the client's auth asks for.
func (a *application) middleware(s *socket.Socket, next func(*socket.ExtendedError)) {
	auth, _ := s.Handshake().Auth.(map[string]any)
	if room, ok := auth["room"].(string); ok {
		s.Join(socket.Room(room))
	}
	if auth["wait"] != true {
		next(nil)
		return
	}
	s.Conn().Once("close", func(args ...any) { a.note("close: %v", args[0]) })
	a.note("waiting")
	go func() { // ends when the test has it go on, or with the process
		<-a.release
		next(nil)
	}()
}

func (a *application) connected(s *socket.Socket) {
	a.note("connection")
	if auth, _ := s.Handshake().Auth.(map[string]any); auth["watch"] == true {
		a.watch(s)
	}
	for event, handle := range map[string]func(s *socket.Socket, args []any){
		"note":         func(_ *socket.Socket, args []any) { a.note("note: %v", args[0]) },
		"to":           func(_ *socket.Socket, args []any) { a.io.To(socket.Room(args[0].(string))).Emit("to", args[0]) },
		"ask remote":   a.askRemote,
		"ask all":      a.askAll,
		"ask in vain":  a.askInVain,
		"volatile":     emitVolatile,
		"uncompressed": func(s *socket.Socket, _ []any) { s.Compress(false).Emit("uncompressed") },
		"engine send":  a.engineSend,
		"close":        func(s *socket.Socket, _ []any) { s.Conn().Close(false) },
		"leave":        func(s *socket.Socket, _ []any) { s.Disconnect(true) },
		"echo":         func(s *socket.Socket, args []any) { s.Emit("echo", args...) },
	} {
		s.On(event, func(args ...any) { handle(s, args) })
	}
	s.On("disconnect", func(args ...any) { a.note("disconnect: %v", args[0]) })
}

// watch notes what happens to the connection of a socket.
func (a *application) watch(s *socket.Socket) {
	c := s.Conn()
	c.Once("upgrade", func(args ...any) { a.note("upgrade: %s", args[0].(transports.Transport).Name()) })
	c.On("packet", func(args ...any) { a.note("packet: %s", args[0].(*packet.Packet).Type) })
	c.On("packetCreate", func(args ...any) {
		p := args[0].(*packet.Packet)
		a.note("packetCreate: %s, compress %v", p.Type, p.Options == nil || p.Options.Compress)
	})
	for _, event := range []events.EventName{"flush", "drain", "heartbeat"} {
		c.On(event, func(...any) { a.note("%s", event) })
	}
}

func (a *application) askRemote(*socket.Socket, []any) {
	a.io.FetchSockets()(func(all []*socket.RemoteSocket, _ error) {
		for _, remote := range all {
			remote.Timeout(10*time.Second).Emit("question", socket.Ack(func(args []any, err error) { a.note("remote: %v %v", args, err) }))
		}
	})
}

func (a *application) askAll(*socket.Socket, []any) {
	a.io.Timeout(10*time.Second).Emit("question", socket.Ack(func(args []any, err error) { a.note("all: %v %v", args, err) }))
}

// askInVain asks a question so many times that nobody answers, and tells the
// client when all have timed out.
func (a *application) askInVain(s *socket.Socket, args []any) {
	var all sync.WaitGroup
	for range int(args[0].(float64)) {
		all.Add(1)
		a.io.Timeout(time.Millisecond).Emit("silence", socket.Ack(func([]any, error) { all.Done() }))
	}
	go func() { // ends when the last one has timed out
		all.Wait()
		s.Emit("asked")
	}()
}

func emitVolatile(s *socket.Socket, _ []any) {
	s.Emit("regular")
	s.Volatile().Emit("volatile")
	time.AfterFunc(100*time.Millisecond, func() { s.Emit("end") })
}

// engineSend sends an event by the connection itself.
func (a *application) engineSend(s *socket.Socket, _ []any) {
	s.Conn().Send(types.NewStringBufferString(`2["sent by the engine"]`), nil, func(transports.Transport) { a.note("sent") })
}
