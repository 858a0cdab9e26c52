package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"signaling/internal/wiretest"
)

// abuser is a client that misbehaves once.
type abuser struct {
	name string
	act  func(ctx context.Context, addr string)
}

const pollingTarget = "/socket.io/?EIO=4&transport=polling"

var abusers = []abuser{
	{"comes and goes", func(_ context.Context, addr string) {
		onPeer(addr, func(*wiretest.Peer) {})
	}},
	{"is reset", func(_ context.Context, addr string) {
		onPeer(addr, func(p *wiretest.Peer) { p.Conn.(*net.TCPConn).SetLinger(0) })
	}},
	{"answers no heartbeat", func(ctx context.Context, addr string) {
		onPeer(addr, func(p *wiretest.Peer) { untilClosed(ctx, p.Conn) })
	}},
	{"broadcasts", func(_ context.Context, addr string) {
		onPeer(addr, func(p *wiretest.Peer) {
			p.Write(wiretest.Texts(`42["offer","`+strings.Repeat("x", 1000)+`"]`, `42["answer",1]`, `42["onicecandidate",{}]`)...)
		})
	}},
	{"floods", func(_ context.Context, addr string) {
		onPeer(addr, func(p *wiretest.Peer) {
			flood := slices.Repeat([]string{`42["message",{"channel":"nobody","message":[1,2,3]}]`}, 500)
			for range 4 {
				p.Write(wiretest.Texts(flood...)...)
			}
		})
	}},
	{"does not read", slowReader},
	{"sends garbage", func(_ context.Context, addr string) {
		onPeer(addr, func(p *wiretest.Peer) {
			garbage := []string{"4nonsense", `42["message",null]`, "x", "", `42["offer",` + strings.Repeat("[", 1000), "459-[]", "44{}"}
			p.Write(wiretest.Texts(garbage[rand.IntN(len(garbage))])...)
			p.Message()
		})
	}},
	{"breaks a frame off", func(_ context.Context, addr string) {
		onPeer(addr, func(p *wiretest.Peer) {
			frame := wiretest.Bytes(wiretest.Texts(`42["offer","` + strings.Repeat("x", 3000) + `"]`)...)
			p.Conn.Write(frame[:rand.IntN(len(frame))])
		})
	}},
	{"leaves and joins again", func(_ context.Context, addr string) {
		onPeer(addr, func(p *wiretest.Peer) {
			p.Write(wiretest.Texts("41", "40", "41", "40/nope,", "40", `42["join","a room"]`, "41")...)
			p.Message()
		})
	}},
	{"polls no more", func(ctx context.Context, addr string) {
		withBrowser(addr, func(b *wiretest.Browser) {
			if p, err := wiretest.TryOpenPolling(b, pollingTarget); err == nil {
				b.Do(ctx, "POST", p.Target, "40\x1e42[\"offer\",1]")
			}
		})
	}},
	{"breaks a POST off", func(_ context.Context, addr string) {
		withBrowser(addr, func(b *wiretest.Browser) {
			if p, err := wiretest.TryOpenPolling(b, pollingTarget); err == nil {
				raw(addr, "POST "+p.Target+" HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n42[\"off")
			}
		})
	}},
	{"breaks an upgrade off", func(_ context.Context, addr string) {
		withBrowser(addr, func(b *wiretest.Browser) {
			if p, err := wiretest.TryOpenPolling(b, pollingTarget); err == nil {
				target := strings.Replace(p.Target, "polling", "websocket", 1)
				raw(addr, wiretest.Handshake(target)+string(wiretest.Bytes(wiretest.Texts("2probe")...)))
			}
		})
	}},
	{"asks for files", func(ctx context.Context, addr string) {
		withBrowser(addr, func(b *wiretest.Browser) {
			for _, target := range []string{"/", "/js/index.js", "/../etc/passwd", "/socket.io/socket.io.js", "/socket.io/?EIO=9", "/nothing"} {
				b.Do(ctx, "GET", target, "")
			}
		})
	}},
	{"sends half a request", func(_ context.Context, addr string) { raw(addr, "GET / HT") }},
}

// onPeer lets do have a peer that has connected, and hangs up.
func onPeer(addr string, do func(p *wiretest.Peer)) {
	p, err := wiretest.TryConnect(addr)
	if err != nil {
		return
	}
	defer p.Conn.Close()
	do(p)
}

// slowReader has another client send more than the server keeps for one that
// reads nothing.
func slowReader(ctx context.Context, addr string) {
	onPeer(addr, func(slow *wiretest.Peer) {
		slow.Conn.(*net.TCPConn).SetReadBuffer(4096)
		onPeer(addr, func(sender *wiretest.Peer) {
			packet := fmt.Sprintf(`42["message",{"channel":%q,"message":"%s"}]`, slow.ID, strings.Repeat("x", 20_000))
			for range 400 {
				if ctx.Err() != nil || sender.Write(wiretest.Texts(packet)...) != nil {
					return
				}
			}
		})
	})
}

// untilClosed reads until the server closes the connection, or ctx is done.
func untilClosed(ctx context.Context, c net.Conn) {
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	io.Copy(io.Discard, c)
}

// withBrowser lets do have a client of HTTP, whose connections it closes.
func withBrowser(addr string, do func(b *wiretest.Browser)) {
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	do(wiretest.BrowserOn(addr, transport))
}

// raw writes text on a connection and hangs up.
func raw(addr, text string) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer c.Close()
	io.WriteString(c, text)
	time.Sleep(time.Duration(rand.IntN(50)) * time.Millisecond)
}

// abuse is those who misbehave, in goroutines that end with the soak.
type abuse struct {
	wg sync.WaitGroup
	mu sync.Mutex
	// guarded by mu
	acts map[string]int
}

const (
	abusersAtOnce = 12
	abusePause    = 400 * time.Millisecond // on average, between two acts of one
)

func startAbuse(ctx context.Context, addr string) *abuse {
	a := &abuse{acts: map[string]int{}}
	for range abusersAtOnce {
		a.wg.Go(func() {
			for ctx.Err() == nil {
				one := abusers[rand.IntN(len(abusers))]
				one.act(ctx, addr)
				a.mu.Lock()
				a.acts[one.name]++
				a.mu.Unlock()
				time.Sleep(time.Duration(rand.Int64N(int64(2 * abusePause))))
			}
		})
	}
	return a
}

// wait waits for their end and tells who did what how often.
func (a *abuse) wait() string {
	a.wg.Wait()
	var said []string
	for _, name := range slices.Sorted(maps.Keys(a.acts)) {
		said = append(said, fmt.Sprintf("%s %d", name, a.acts[name]))
	}
	return strings.Join(said, ", ")
}
