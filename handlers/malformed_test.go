package handlers

import (
	"fmt"
	"strings"
	"testing"
)

// Requests that mean nothing: what stands behind the event's name.
var malformed = map[string][]string{
	"join": {``, `,null`, `,5`, `,true`, `,[]`, `,["r"]`, `,{}`, `,{"room":5}`, `,{"room":null}`, `,{"name":"Ann"}`,
		`,""`, `,{"room":""}`, `,{"room":"r","name":""}`, `,{"room":"r","name":5}`, `,{"room":"r","name":{}}`,
		`,{"room":"r","room":5}`, `,{"room":["r"]}`},
	"leave":  {``, `,null`, `,5`, `,{}`, `,{"room":"r"}`, `,["r"]`},
	"signal": {``, `,null`, `,5`, `,"<Ben>"`, `,["<Ben>",1]`, `,{}`, `,{"data":1}`, `,{"to":5,"data":1}`, `,{"to":null}`, `,{"to":["<Ben>"]}`},
}

func TestMalformedRequestsAreAnsweredAndOtherwiseIgnored(t *testing.T) {
	for event, rows := range malformed {
		t.Run(event, func(t *testing.T) {
			s := newStage(t, smallLimits)
			s.play(annAndBen)
			for _, args := range rows {
				s.line(fmt.Sprintf(`Ann → 421[%q%s]`, event, args))
				got := s.next(s.actor("Ann")).Payload
				if !strings.HasPrefix(got, `431[{"ok":false,"error":{"code":"bad_request","message":"`) {
					t.Errorf("%s(%s) is answered %s", event, args, got)
				}
			}
			before := strings.Count(s.log.String(), "event ignored")
			for _, args := range rows {
				s.line(fmt.Sprintf(`Ann → 42[%q%s]`, event, args))
			}
			s.curtain()
			if n := strings.Count(s.log.String(), "event ignored") - before; n != len(rows) {
				t.Errorf("%d of %d are in the log: %s", n, len(rows), s.log)
			}
		})
	}
}

func TestMalformedRequestsWithBinaryInThem(t *testing.T) {
	newStage(t, smallLimits).play(annAndBen + `
		Ann → 451-1["join",{"_placeholder":true,"num":0}]
		Ann → binary abc
		Ann ← ` + refused(1, badRequest(`join takes the name of a room, or {room, name}: write socket.emit("join", "kitchen", (answer) => …).`)) + `
		Ann → 451-2["join",{"room":{"_placeholder":true,"num":0}}]
		Ann → binary abc
		Ann ← ` + refused(2, badRequest(`join takes the name of a room, or {room, name}: write socket.emit("join", "kitchen", (answer) => …).`)) + `
		Ann → 451-3["leave",{"_placeholder":true,"num":0}]
		Ann → binary abc
		Ann ← ` + refused(3, badRequest(`leave takes the name of a room: write socket.emit("leave", "kitchen").`)) + `
		Ann → 451-4["signal",{"_placeholder":true,"num":0}]
		Ann → binary abc
		Ann ← ` + refused(4, badRequest(`signal takes {to, data}: write socket.emit("signal", {to: peer.id, data: …}).`)))
}
