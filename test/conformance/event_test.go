package conformance

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, sent, back string }{
		{"arguments of every kind", `42["message",1,"2",{"3":[true]}]`, `42["message-back",1,"2",{"3":[true]}]`},
		{"no argument", `42["message"]`, `42["message-back"]`},
		{"null", `42["message",null]`, `42["message-back",null]`},
		{"empty values", `42["message","",{},[],0,false]`, `42["message-back","",{},[],0,false]`},
		{"other scripts and planes", `42["message","€ 开始 ` + "\U0001F600" + `"]`, `42["message-back","€ 开始 ` + "\U0001F600" + `"]`},
		{"line separators are not escaped", "42[\"message\",\"\u2028\u2029\"]", "42[\"message-back\",\"\u2028\u2029\"]"},
		{"quotes, backslashes and control characters", `42["message","\"\\\n"]`, `42["message-back","\"\\\n"]`},
		{"a placeholder in a plain event is literal", `42["message",{"_placeholder":true,"num":0}]`, `42["message-back",{"_placeholder":true,"num":0}]`},
		{"the main namespace by its name", `42/,["message",1]`, `42["message-back",1]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			eachRevision(t, func(t *testing.T, rev revision) {
				c := join(t, protocolURL, rev)
				c.send(t, text(tc.sent))
				c.want(t, text(tc.back))
			})
		})
	}
}

func TestEventsOfACustomNamespace(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.send(t, text("40/custom,"))
		c.next(t)
		c.want(t, text(`42/custom,["auth",{}]`))
		c.send(t, text(`42/custom,["message","a,b"]`), text(`42/custom,7["message-with-ack",1]`))
		c.want(t, text(`42/custom,["message-back","a,b"]`), text(`43/custom,7[1]`))
	})
}

// Nobody listens to these; they are taken and dropped.
func TestEventsThatNobodyListensTo(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		c.send(t, text(`42["other",1]`), text(`42[5]`), text(`42[""]`), text(`42["error"]`), text("42"), text(`4299["other"]`))
		c.wantAlive(t)
	})
}

func TestEventsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		var sent, want []message
		for i := range 300 {
			sent = append(sent, text(fmt.Sprintf(`42["message",%d]`, i)), text(fmt.Sprintf(`42%d["message-with-ack",%d]`, i, i)))
			want = append(want, text(fmt.Sprintf(`42["message-back",%d]`, i)), text(fmt.Sprintf(`43%d[%d]`, i, i)))
		}
		c.send(t, sent...)
		c.want(t, want...)
	})
}

func TestEventsOverPolling(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		s := openPolling(t, protocolURL, endpoint{socketPath, rev}, "")
		s.greet(t)
		s.post(t, `42["message","€"]`, `425["message-with-ack",1]`).want(t, http.StatusOK, "ok")
		s.want(t, `42["message-back","€"]`, `435[1]`)
	})
}

func TestLargeEvents(t *testing.T) {
	t.Parallel()
	eachRevision(t, func(t *testing.T, rev revision) {
		c := join(t, protocolURL, rev)
		for _, size := range []int{100, 126, 5_000, 66_000} {
			data := strings.Repeat("x", size)
			c.send(t, text(`42["message","`+data+`"]`))
			c.want(t, text(`42["message-back","`+data+`"]`))
		}
	})
}
