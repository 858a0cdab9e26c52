package engine

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"signaling/internal/wiretest"
)

func TestHeadersHookSeesEveryAnswerThatIsNoError(t *testing.T) {
	var mu sync.Mutex
	var calls []string
	opts := options()
	opts.Headers = func(h http.Header, r *http.Request, initial bool) {
		h.Set("X-Hook", fmt.Sprint(initial))
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, fmt.Sprint(r.Method, " ", initial))
	}
	f := serve(t, opts, echo)
	p, _ := f.polling(t)
	if got := p.Post(t, "4a").Header.Get("X-Hook"); got != "false" {
		t.Errorf("the POST has %q from the hook", got)
	}
	if got := p.Get(t).Header.Get("X-Hook"); got != "false" {
		t.Errorf("the poll has %q from the hook", got)
	}
	w := f.probe(t, p)
	if got := w.Header.Get("X-Hook"); got != "false" {
		t.Errorf("the upgrade has %q from the hook", got)
	}
	w = wiretest.Dial(t, f.addr, target+WebSocket)
	if got := w.Header.Get("X-Hook"); got != "true" {
		t.Errorf("the handshake over a WebSocket has %q from the hook", got)
	}
	if got := p.Must(t, "GET", target+"tcp", "").Header.Get("X-Hook"); got != "" {
		t.Errorf("an error has %q from the hook", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if want := []string{"GET true", "POST false", "GET false", "GET false", "GET true"}; !reflect.DeepEqual(calls, want) {
		t.Errorf("the hook was called for %q, want %q", calls, want)
	}
}

func TestCookieOfThePollingHandshake(t *testing.T) {
	opts := options()
	opts.Cookie = &http.Cookie{Name: "io", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}
	f := serve(t, opts, echo)
	a := wiretest.NewBrowser(t, f.addr).Must(t, "GET", target+Polling, "")
	sid := openedID(t, a.Body)
	if got, want := a.Header.Get("Set-Cookie"), "io="+sid+"; Path=/; HttpOnly; SameSite=Lax"; got != want {
		t.Errorf("the cookie is %q, want %q", got, want)
	}
	p, _ := f.polling(t)
	if got := p.Post(t, "4a").Header.Get("Set-Cookie"); got != "" {
		t.Errorf("a POST sets the cookie %q", got)
	}
	if got := p.Get(t).Header.Get("Set-Cookie"); got != "" {
		t.Errorf("a poll sets the cookie %q", got)
	}
	if got := wiretest.Dial(t, f.addr, target+WebSocket).Header.Get("Set-Cookie"); got != "" {
		t.Errorf("a WebSocket sets the cookie %q", got)
	}
	if opts.Cookie.Value != "" {
		t.Errorf("the option itself has become %q", opts.Cookie.Value)
	}
}

func TestMiddleware(t *testing.T) {
	var told refused
	opts := options()
	opts.Refused = told.hook
	opts.Middleware = func(w http.ResponseWriter, r *http.Request) (bool, error) {
		switch r.Header.Get("X-Do") {
		case "answer":
			http.Error(w, "by the middleware", http.StatusTeapot)
			return true, nil
		case "fail":
			return false, errors.New("no")
		}
		w.Header().Set("X-Middleware", "was here")
		return false, nil
	}
	f := serve(t, opts, hooks{})
	browser := wiretest.NewBrowser(t, f.addr)
	browser.Must(t, "GET", target+Polling, "", "X-Do", "answer").Want(t, http.StatusTeapot, "by the middleware\n")
	browser.Must(t, "GET", target+"tcp", "", "X-Do", "fail").Want(t, 400, `{"code":3,"message":"Bad request"}`)
	if got := raw(t, f.addr, wiretest.Handshake(target+WebSocket, "X-Do: fail")); !strings.HasSuffix(got, "\r\n\r\nBad request") {
		t.Errorf("a WebSocket that fails in the middleware is answered %q", got)
	}
	want := "3 Bad request map[name:MIDDLEWARE_FAILURE]"
	if got := told.take(); !reflect.DeepEqual(got, []string{want, want}) {
		t.Errorf("told %q", got)
	}
	if got := browser.Must(t, "GET", target+Polling, "").Header.Get("X-Middleware"); got != "was here" {
		t.Errorf("the middleware's header is %q", got)
	}
	if got := wiretest.Dial(t, f.addr, target+WebSocket).Header.Get("X-Middleware"); got != "was here" {
		t.Errorf("the middleware's header on the WebSocket is %q", got)
	}
	eventually(t, "the two sessions that passed are open", func() bool { return f.Count() == 2 })
}

func TestIDsAreDistinctAndSafeInURLs(t *testing.T) {
	seen := make(map[string]bool)
	for range 10_000 {
		id := NewID()
		if len(id) != 20 || seen[id] || strings.ContainsAny(id, "+/=&? ") {
			t.Fatalf("id %q, seen before: %v", id, seen[id])
		}
		seen[id] = true
	}
}

func TestHTTP10ClientCanPoll(t *testing.T) {
	f := serve(t, options(), hooks{})
	got := raw(t, f.addr, "GET "+target+"polling HTTP/1.0\r\n\r\n")
	if !strings.HasPrefix(got, "HTTP/1.0 200 ") || !strings.Contains(got, "\r\n\r\n0{") {
		t.Errorf("the answer is %q", got)
	}
}
