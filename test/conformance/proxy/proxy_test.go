//go:build proxy

// Package proxy tests the server behind real reverse proxies with the settings
// that docs/ gives for them. "make proxy" runs it.
package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"signaling/internal/wiretest"
)

// binary is the server, from this folder.
const binary = "../../../bin/signaling"

// run starts a program until the test ends.
func run(t *testing.T, name string, args ...string) io.Reader {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s is missing: run make proxy, which builds and installs what it needs", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait() // how it ends is its own affair
	})
	return out
}

// signaling starts the server and returns its port.
func signaling(t *testing.T, args ...string) (port int) {
	t.Helper()
	out := bufio.NewReader(run(t, binary, append([]string{"-addr", "127.0.0.1:0", "-trusted-proxies", "127.0.0.1", "-log-level", "error"}, args...)...))
	line, err := out.ReadString('\n')
	if _, scanned := fmt.Sscanf(line, "Open http://localhost:%d/ ", &port); err != nil || scanned != nil {
		t.Fatalf("the server says %q: %v", line, err)
	}
	return port
}

// freePort returns a port that nobody listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// settings returns a file of docs/ for the ports of the test.
func settings(t *testing.T, name, listen string, port, upstream int) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	changed := string(text)
	for from, to := range map[string]string{
		listen:           strings.Replace(listen, "80", fmt.Sprint(port), 1),
		"127.0.0.1:8181": fmt.Sprint("127.0.0.1:", upstream),
	} {
		if !strings.Contains(changed, from) {
			t.Fatalf("docs/%s has no %q", name, from)
		}
		changed = strings.ReplaceAll(changed, from, to)
	}
	return changed
}

// proxies start a proxy for the server at upstream and return its address.
var proxies = map[string]func(t *testing.T, upstream int) string{
	"nginx": func(t *testing.T, upstream int) string {
		dir, port := t.TempDir(), freePort(t)
		site := settings(t, "nginx.conf", "listen 80;", port, upstream)
		conf := filepath.Join(dir, "nginx.conf")
		temp := ""
		for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
			temp += fmt.Sprintf("%s_temp_path %s/%s;\n", kind, dir, kind)
		}
		text := fmt.Sprintf("daemon off; pid %s/pid; error_log stderr error; events {}\nhttp {\naccess_log off;\n%s%s}\n", dir, temp, site)
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "nginx", "-e", "stderr", "-p", dir, "-c", conf)
		return fmt.Sprint("127.0.0.1:", port)
	},
	"caddy": func(t *testing.T, upstream int) string {
		dir, port := t.TempDir(), freePort(t)
		t.Setenv("HOME", dir)
		conf := filepath.Join(dir, "Caddyfile")
		text := "{\nadmin off\nlog {\nlevel ERROR\n}\n}\n" + settings(t, "Caddyfile", "http://:80", port, upstream)
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		run(t, "caddy", "run", "--config", conf, "--adapter", "caddyfile")
		return fmt.Sprint("127.0.0.1:", port)
	},
}

// client is somebody with an address of their own.
type client struct {
	addr string // of the proxy
	dial net.Dialer
	http http.Client
}

func newClient(t *testing.T, addr, from string) *client {
	c := &client{addr: addr, dial: net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}}
	transport := &http.Transport{DialContext: c.dial.DialContext}
	c.http = http.Client{Transport: transport, Timeout: wiretest.Patience}
	t.Cleanup(transport.CloseIdleConnections)
	return c
}

// get makes a request and returns its status and body.
func (c *client) get(method, target, body string, header ...string) (int, string, error) {
	req, err := http.NewRequest(method, "http://"+c.addr+target, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	all, err := io.ReadAll(res.Body)
	return res.StatusCode, string(all), err
}

// open opens a WebSocket.
func (c *client) open(t *testing.T) (*wiretest.WebSocket, error) {
	conn, err := c.dial.DialContext(context.Background(), "tcp", c.addr)
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() { conn.Close() })
	return wiretest.Open(conn, wiretest.PeerTarget)
}

// behind runs test behind each proxy, once that answers.
func behind(t *testing.T, test func(t *testing.T, addr string), args ...string) {
	for name, start := range proxies {
		t.Run(name, func(t *testing.T) {
			addr := start(t, signaling(t, args...))
			c := newClient(t, addr, "127.0.0.1")
			for end := time.Now().Add(wiretest.Patience); ; time.Sleep(10 * time.Millisecond) {
				status, body, err := c.get("GET", "/readyz", "")
				if status == 200 && body == "ready\n" {
					break
				}
				if time.Now().After(end) {
					t.Fatalf("the proxy answers %d %q, %v", status, body, err)
				}
			}
			test(t, addr)
		})
	}
}

const polling = "/socket.io/?EIO=4&transport=polling"

// A call between a client over WebSocket and one that polls.
func TestCallBehindAProxy(t *testing.T) {
	behind(t, func(t *testing.T, addr string) {
		w, err := newClient(t, addr, "127.0.0.2").open(t)
		if err != nil {
			t.Fatal(err)
		}
		w.Next(t)
		w.Send(t, "40")
		w.Next(t)
		p := newClient(t, addr, "127.0.0.3")
		_, opened, err := p.get("GET", polling, "")
		if err != nil {
			t.Fatal(err)
		}
		sid, err := wiretest.SIDOf(opened, "0")
		if err != nil {
			t.Fatal(err)
		}
		session := polling + "&sid=" + sid
		p.get("POST", session, "40")
		p.get("GET", session, "")
		w.Send(t, `42["offer","`+strings.Repeat("x", 100_000)+`"]`)
		if status, body, err := p.get("GET", session, ""); len(body) != 100_014 {
			t.Errorf("the poll gets %d %.40q (%d bytes), %v", status, body, len(body), err)
		}
		if status, body, err := p.get("POST", session, `42["answer",1]`); body != "ok" {
			t.Errorf("the post is answered %d %q, %v", status, body, err)
		}
		w.Want(t, `42["answer",1]`)
		if status, body, err := p.get("GET", "/socket.io/socket.io.js", ""); status != 200 || len(body) < 40_000 {
			t.Errorf("the bundle is %d with %d bytes, %v", status, len(body), err)
		}
	})
}

// The server tells clients apart by what the proxy says of them, and believes
// nothing that they say themselves.
func TestAddressesBehindAProxy(t *testing.T) {
	behind(t, func(t *testing.T, addr string) {
		busy := newClient(t, addr, "127.0.0.2")
		for i, want := range []int{200, 200, 503} {
			status, body, err := busy.get("GET", polling, "", "X-Forwarded-For", fmt.Sprint("192.0.2.", i))
			if status != want {
				t.Errorf("handshake %d is answered %d %q, %v, want %d", i+1, status, body, err, want)
			}
		}
		if _, err := busy.open(t); err == nil || !strings.Contains(err.Error(), "503") {
			t.Errorf("a WebSocket is answered %v, want a 503", err)
		}
		if _, err := newClient(t, addr, "127.0.0.3").open(t); err != nil {
			t.Errorf("another is answered %v", err)
		}
	}, "-max-sessions-per-ip", "2")
}
