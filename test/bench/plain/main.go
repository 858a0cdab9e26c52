// Command plain is the relay as the README of socket.io/v2 shows it: the
// module as it comes, with the four handlers. The benchmark compares with it
// to show what the server's own engine, parser and adapter change.
//
// Usage: plain HOST:PORT
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/zishang520/socket.io/v2/socket"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: plain HOST:PORT")
	}
	io := socket.NewServer(nil, nil)
	io.On("connection", func(clients ...any) { relay(clients[0].(*socket.Socket)) })
	http.Handle("/socket.io/", io.ServeHandler(nil))

	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Listening on http://%s/\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

func relay(client *socket.Socket) {
	for _, event := range []string{"offer", "answer", "onicecandidate"} {
		client.On(event, func(args ...any) { client.Broadcast().Emit(event, args[0]) })
	}
	client.On("message", func(args ...any) {
		message := args[0].(map[string]any)
		client.Broadcast().To(rooms(message["channel"])...).Emit("message", message["message"])
	})
}

// rooms takes a channel's name, or several.
func rooms(channel any) []socket.Room {
	names, ok := channel.([]any)
	if !ok {
		return []socket.Room{socket.Room(channel.(string))}
	}
	var list []socket.Room
	for _, name := range names {
		list = append(list, socket.Room(name.(string)))
	}
	return list
}
