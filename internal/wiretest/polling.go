package wiretest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Answer is an HTTP response with its body.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Browser makes HTTP requests of one client. It is safe for concurrent use.
type Browser struct {
	base   string
	client *http.Client
}

// NewBrowser returns a client for the server at addr. Its connections are
// closed when the test ends.
func NewBrowser(tb testing.TB, addr string) *Browser {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 4}
	tb.Cleanup(transport.CloseIdleConnections)
	return BrowserOn(addr, transport)
}

// BrowserOn returns a client for the server at addr whose connections are the
// transport's, to be closed by the caller.
func BrowserOn(addr string, transport *http.Transport) *Browser {
	return &Browser{"http://" + addr, &http.Client{Transport: transport}}
}

// Do makes a request; header is name and value by turns.
func (b *Browser) Do(ctx context.Context, method, target, body string, header ...string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, b.base+target, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := b.client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return Answer{res.StatusCode, res.Header, string(text)}, err
}

// Must makes a request that has to be answered.
func (b *Browser) Must(tb testing.TB, method, target, body string, header ...string) Answer {
	tb.Helper()
	a, err := b.Do(context.Background(), method, target, body, header...)
	if err != nil {
		tb.Fatalf("%s %s: %v", method, target, err)
	}
	return a
}

// Polling is a session over HTTP long-polling.
type Polling struct {
	*Browser
	Target string // with the session's id
	SID    string
	Open   map[string]any // the open packet
}

// OpenPolling opens a session at target, a path with a query that has no sid.
func OpenPolling(tb testing.TB, addr, target string) *Polling {
	tb.Helper()
	p, err := TryOpenPolling(NewBrowser(tb, addr), target)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// TryOpenPolling opens a session with the client b.
func TryOpenPolling(b *Browser, target string) (*Polling, error) {
	a, err := b.Do(context.Background(), "GET", target, "")
	if err != nil {
		return nil, err
	}
	i := strings.IndexByte(a.Body, '{')
	if a.Status != http.StatusOK || i < 0 {
		return nil, fmt.Errorf("open a session: %d %q", a.Status, a.Body)
	}
	p := &Polling{Browser: b}
	open := strings.ReplaceAll(a.Body[i:], `\"`, `"`) // in a JSONP script it is a string
	// The end of such a script, or further packets, may stand behind the object.
	if err := json.NewDecoder(strings.NewReader(open)).Decode(&p.Open); err != nil {
		return nil, fmt.Errorf("open packet %q: %w", a.Body, err)
	}
	p.SID, _ = p.Open["sid"].(string)
	p.Target = target + "&sid=" + p.SID
	return p, nil
}

// Get polls once.
func (p *Polling) Get(tb testing.TB) Answer {
	tb.Helper()
	return p.Must(tb, "GET", p.Target, "")
}

// Post sends a body.
func (p *Polling) Post(tb testing.TB, body string, header ...string) Answer {
	tb.Helper()
	return p.Must(tb, "POST", p.Target, body, append([]string{"Content-Type", "text/plain;charset=UTF-8"}, header...)...)
}

// Want polls once and compares the answer.
func (p *Polling) Want(tb testing.TB, status int, body string) {
	tb.Helper()
	p.Get(tb).Want(tb, status, body)
}

// Want compares an answer.
func (a Answer) Want(tb testing.TB, status int, body string) {
	tb.Helper()
	if a.Status != status || a.Body != body {
		tb.Fatalf("the answer is %d %.200q, want %d %.200q", a.Status, a.Body, status, body)
	}
}

// Hold starts a poll and returns what gives its answer.
func (p *Polling) Hold(tb testing.TB) func() Answer {
	tb.Helper()
	type result struct {
		Answer
		err error
	}
	done := make(chan result, 1)
	ctx, cancel := context.WithCancel(context.Background())
	tb.Cleanup(cancel)
	go func() { // ends with its request, which the test's end cancels
		a, err := p.Do(ctx, "GET", p.Target, "")
		done <- result{a, err}
	}()
	return func() Answer {
		tb.Helper()
		select {
		case r := <-done:
			if r.err != nil {
				tb.Fatalf("the held poll: %v", r.err)
			}
			return r.Answer
		case <-time.After(Patience):
			tb.Fatal("the held poll is not answered")
		}
		panic("unreachable")
	}
}

// Split returns the packets of a revision 4 payload.
func Split(payload string) []string { return strings.Split(payload, "\x1e") }
