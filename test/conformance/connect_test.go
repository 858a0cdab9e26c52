package conformance

import (
	"net/http"
	"testing"
	"time"
)

func TestConnect(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, connect, namespace, auth string }{
		{"the main namespace", "40", "", `42["auth",{}]`},
		{"the main namespace by its name", "40/,", "", `42["auth",{}]`},
		{"the main namespace with a payload", `40{"token":"123"}`, "", `42["auth",{"token":"123"}]`},
		{"a custom namespace", "40/custom,", "/custom", `42/custom,["auth",{}]`},
		{"a custom namespace without its comma", "40/custom", "/custom", `42/custom,["auth",{}]`},
		{"a custom namespace with a payload", `40/custom,{"token":"abc"}`, "/custom", `42/custom,["auth",{"token":"abc"}]`},
		{"a payload of any depth", `40{"a":{"b":[1,null,"€"]}}`, "", `42["auth",{"a":{"b":[1,null,"€"]}}]`},
		{"an acknowledgement id is of no use", `405{"a":1}`, "", `42["auth",{"a":1}]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := open(t, protocolURL, revision4)
			c.send(t, text(tc.connect))
			if id := c.wantConnected(t, tc.namespace); id == c.id {
				t.Errorf("the socket has the id of the session, %s", id)
			}
			c.want(t, text(tc.auth))
		})
	}
}

func TestConnectOverPolling(t *testing.T) {
	t.Parallel()
	s := openPolling(t, protocolURL, endpoint{socketPath, revision4}, "")
	s.post(t, `40{"token":"123"}`).want(t, http.StatusOK, "ok")
	packets := s.receive(t, 2)
	if !connectReply.MatchString(packets[0]) || packets[1] != `42["auth",{"token":"123"}]` {
		t.Errorf("got %q", packets)
	}
}

func TestSeveralNamespacesShareAConnection(t *testing.T) {
	t.Parallel()
	c := open(t, protocolURL, revision4)
	c.send(t, text(`40/custom,{"n":1}`))
	custom := c.wantConnected(t, "/custom")
	c.want(t, text(`42/custom,["auth",{"n":1}]`))
	c.send(t, text(`40{"n":2}`))
	main := c.wantConnected(t, "")
	c.want(t, text(`42["auth",{"n":2}]`))
	if custom == main {
		t.Errorf("both namespaces gave the socket id %s", main)
	}
	c.send(t, text(`42/custom,["message",1]`), text(`42["message",2]`))
	c.want(t, text(`42/custom,["message-back",1]`), text(`42["message-back",2]`))
}

func TestConnectToAnUnknownNamespace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, connect, answer string }{
		{"without a comma", "40/random", `44/random,{"message":"Invalid namespace"}`},
		{"with a payload", `40/random,{"a":1}`, `44/random,{"message":"Invalid namespace"}`},
		{"a question mark is part of the name", "40/custom?token=1,", `44/custom?token=1,{"message":"Invalid namespace"}`},
		{"names are case-sensitive", "40/Custom,", `44/Custom,{"message":"Invalid namespace"}`},
		{"named after an object's own property", "40/__proto__,", `44/__proto__,{"message":"Invalid namespace"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := open(t, protocolURL, revision4)
			c.send(t, text(tc.connect))
			c.want(t, text(tc.answer))
			// The connection is as good as before.
			c.send(t, text("40"))
			c.wantConnected(t, "")
		})
	}
}

func TestConnectOfRevision3(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, connect string
		answers       []string
	}{
		{"a custom namespace", "40/custom,", []string{"40/custom,", `42/custom,["auth",{}]`}},
		{"without its comma", "40/custom", []string{"40/custom,", `42/custom,["auth",{}]`}},
		{"its query is the auth", "40/custom?token=abc&n=1", []string{"40/custom,", `42/custom,["auth",{"n":"1","token":"abc"}]`}},
		{"its query is decoded", "40/custom?a=b%20c+d,", []string{"40/custom,", `42/custom,["auth",{"a":"b c d"}]`}},
		{"an unknown namespace", "40/random,", []string{`44/random,{"message":"Invalid namespace"}`}},
		{"an unknown namespace with a query", "40/random?a=1,", []string{`44/random,{"message":"Invalid namespace"}`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := join(t, protocolURL, revision3)
			c.send(t, text(tc.connect))
			for _, want := range tc.answers {
				if got := canonical(t, c.next(t).data, nil); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			c.wantAlive(t)
		})
	}
}

func TestConnectOfRevision3OverPolling(t *testing.T) {
	t.Parallel()
	s := openPolling(t, protocolURL, endpoint{socketPath, revision3}, "")
	s.greet(t)
	s.post(t, "40/custom,").want(t, http.StatusOK, "ok")
	s.want(t, "40/custom,", `42/custom,["auth",{}]`)
}

// The protocol server waits a second for the first namespace.
func TestConnectTimeout(t *testing.T) {
	t.Parallel()
	t.Run("a client that joins nothing is closed", func(t *testing.T) {
		t.Parallel()
		open(t, protocolURL, revision4).wantClose(t, closeNoCode)
	})
	t.Run("so is one that was refused", func(t *testing.T) {
		t.Parallel()
		c := open(t, protocolURL, revision4)
		c.send(t, text("40/random,"))
		c.want(t, text(`44/random,{"message":"Invalid namespace"}`))
		c.wantClose(t, closeNoCode)
	})
	t.Run("any namespace will do", func(t *testing.T) {
		t.Parallel()
		c := open(t, protocolURL, revision4)
		c.send(t, text("40/custom,"))
		c.wantConnected(t, "/custom")
		c.want(t, text(`42/custom,["auth",{}]`))
		time.Sleep(1200 * time.Millisecond)
		c.send(t, text(`42/custom,["message",1]`))
		c.want(t, text(`42/custom,["message-back",1]`))
	})
}
