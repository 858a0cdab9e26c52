// Command goclient lets a test steer a Go client of Socket.IO, line by line: see
// ../program.mjs for the lines.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"

	"github.com/zishang520/engine.io-client-go/transports"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-client-go/socket"
)

// command is a line of the standard input; one of its fields is set.
type command struct {
	Emit  []any `json:"emit"`
	State bool  `json:"state"`
	Leave bool  `json:"leave"`
}

func main() {
	// The client asks for a session before it listens for the answer, and misses
	// that now and then unless its goroutines run one after the other. Nor may they
	// interrupt each other: see GODEBUG in ../kinds.mjs.
	runtime.GOMAXPROCS(1)
	if err := run(os.Args[1], strings.Split(os.Args[2], ",")); err != nil {
		fmt.Fprintln(os.Stderr, "goclient:", err)
		os.Exit(1)
	}
}

// run connects to url and does what the lines of the standard input say, to their end.
func run(url string, names []string) error {
	manager := socket.NewManager(url, options(names))
	client := manager.Socket("/", nil)
	client.On("connect", func(...any) { say("connect", client.Id()) })
	client.On("connect_error", func(args ...any) { say("error", fmt.Sprint(args...)) })
	client.On("disconnect", func(args ...any) { say("disconnect", args[0]) })
	client.OnAny(func(args ...any) { say("event", marked(args)) })
	client.Connect()

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20) // the longest line
	for lines.Scan() {
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return err
		}
		switch {
		case c.Emit != nil:
			args := unmarked(c.Emit).([]any)
			if err := client.Emit(args[0].(string), args[1:]...); err != nil {
				return err
			}
		case c.State:
			engine := manager.Engine()
			say("state", map[string]string{"transport": engine.Transport().Name(), "session": engine.Id()})
		case c.Leave:
			client.Disconnect()
		}
	}
	return lines.Err()
}

func options(names []string) *socket.Options {
	known := map[string]transports.TransportCtor{"polling": transports.Polling, "websocket": transports.WebSocket}
	set := types.NewSet[transports.TransportCtor]()
	for _, name := range names {
		set.Add(known[name])
	}
	o := socket.DefaultOptions()
	o.SetTransports(set)
	o.SetReconnection(false)
	o.SetAutoConnect(false)
	return o
}

var output sync.Mutex // the client calls its listeners from several goroutines

// say prints one line: an object with a single field.
func say(what string, value any) {
	output.Lock()
	defer output.Unlock()
	if err := json.NewEncoder(os.Stdout).Encode(map[string]any{what: value}); err != nil {
		panic(err) // a value that JSON cannot say, or nobody reads any more
	}
}

const binary = "$binary" // the key that stands for binary data, in base64

// marked returns the value with all binary data replaced, for JSON.
func marked(value any) any {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = marked(v[i])
		}
		return list
	case map[string]any:
		object := map[string]any{}
		for key := range v {
			object[key] = marked(v[key])
		}
		return object
	case types.BufferInterface:
		return map[string]any{binary: base64.StdEncoding.EncodeToString(v.Bytes())}
	}
	return value
}

// unmarked undoes marked.
func unmarked(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = unmarked(v[i])
		}
	case map[string]any:
		if text, ok := v[binary].(string); ok {
			data, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				panic(err) // the test's own mistake
			}
			return data
		}
		for key := range v {
			v[key] = unmarked(v[key])
		}
	}
	return value
}
