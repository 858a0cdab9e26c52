package conformance

import "strings"

// fault is the layer that a hostile input offends, if it offends any.
type fault int

const (
	noFault     fault = iota // the connection stays open
	packetFault              // Socket.IO closes the connection
	engineFault              // Engine.IO closes the session: polls find it gone
)

// hostileRow is an input that a client sends after it has joined the main
// namespace of the signaling server.
type hostileRow struct {
	name    string
	send    []message
	fault   fault              // what it does to the sender
	in      map[revision]fault // where a revision differs from fault
	relayed []string           // what everyone else hears of it
	ends    bool               // leaves the namespace, so that nothing can be relayed any more
	waits   bool               // leaves the server waiting for an attachment
}

// of returns what the row does in a revision.
func (r hostileRow) of(rev revision) fault {
	if f, differs := r.in[rev]; differs {
		return f
	}
	return r.fault
}

func texts(packets ...string) []message {
	var list []message
	for _, p := range packets {
		list = append(list, text(p))
	}
	return list
}

func nested(depth int) string {
	return `42["offer",` + strings.Repeat("[", depth) + strings.Repeat("]", depth) + "]"
}

const placeholder5 = `{"_placeholder":true,"num":5}`

// harmless are the inputs that leave the sender's connection open.
var harmless = []hostileRow{
	{name: "a number for a name", send: texts("42[1]")},
	{name: "an offer without argument", send: texts(`42["offer"]`), relayed: []string{`42["offer",null]`}},
	{name: "an event without data", send: texts("42")},
	{name: "an acknowledgement without id", send: texts("43[]")},
	{name: "an acknowledgement that nobody waits for", send: texts(`431["a"]`)},
	{name: "an acknowledgement without data", send: texts("43")},
	{name: "a DISCONNECT", send: texts("41"), ends: true},
	{name: "the main namespace by its name", send: texts(`42/,["offer",1]`), relayed: []string{`42["offer",1]`}},
	{name: "the event error", send: texts(`42["error",1]`)},
	{name: "an empty name", send: texts(`42["",1]`)},
	{name: "an acknowledgement id beyond all numbers", send: texts(`429999999999999999999["offer",1]`), relayed: []string{`42["offer",1]`}},
	{name: "a payload with __proto__", send: texts(`42["offer",{"__proto__":{"a":1}}]`), relayed: []string{`42["offer",{"__proto__":{"a":1}}]`}},
	{name: "half a surrogate pair", send: texts(`42["offer","\ud800"]`), relayed: []string{`42["offer","\ud800"]`}},
	{name: "a channel that is an object", send: texts(`42["message",{"channel":{"a":1},"message":1}]`)},
	{name: "a channel that is a number", send: texts(`42["message",{"channel":5,"message":1}]`)},
	{name: "a channel that is null", send: texts(`42["message",{"channel":null,"message":1}]`)},
	{name: "a channel that is empty", send: texts(`42["message",{"channel":"","message":1}]`)},
	{name: "a channel named after an object's own property", send: texts(`42["message",{"channel":"__proto__","message":1}]`)},
	{name: "a message that is a number", send: texts(`42["message",5]`)},
	{name: "a message that is a string", send: texts(`42["message","x"]`)},
	{name: "a message that is an array", send: texts(`42["message",[]]`)},
	{name: "an event with an endless id", send: texts("4" + strings.Repeat("2", 1000))},
	{name: "an attachment that never comes", send: texts(`451-["offer",` + placeholder5 + "]"), waits: true},
	{name: "nested to a sane depth", send: texts(nested(500)), relayed: []string{nested(500)}},
	{name: "a heartbeat that nobody waits for", send: texts("3"), in: map[revision]fault{revision3: engineFault}},
	{name: "an upgrade packet and a noop", send: texts("5", "6")},
}

// offensive are the inputs that close the sender's connection.
var offensive = []hostileRow{
	{name: "an empty array", send: texts("42[]"), fault: packetFault},
	{name: "null", send: texts("42null"), fault: packetFault},
	{name: "an object", send: texts("42{}"), fault: packetFault},
	{name: "a binary event without count", send: texts(`45["offer"]`), fault: packetFault},
	{name: "a binary event with an empty count", send: texts(`45-["offer"]`), fault: packetFault},
	{name: "a binary event with an enormous count", send: texts(`4599999999999-["offer"]`), fault: packetFault},
	{name: "an attachment for no placeholder of its event", send: []message{text(`451-["offer",` + placeholder5 + "]"), attachmentMark}, fault: packetFault},
	{name: "a broken CONNECT", send: texts(`40{"x":`), fault: packetFault},
	{name: "a CONNECT_ERROR", send: texts(`44{"a":1}`), fault: packetFault},
	{name: "a bare binary acknowledgement", send: texts("46"), fault: packetFault},
	{name: "a bare message packet", send: texts("4"), fault: packetFault},
	{name: "an empty frame", send: texts(""), fault: engineFault},
	{name: "a ping", send: texts("2"), fault: engineFault, in: map[revision]fault{revision3: noFault}},
	{name: "empty base64", send: texts("b"), fault: packetFault, in: map[revision]fault{revision3: noFault}},
	{name: "base64 that nobody announced", send: texts("bAAAA"), fault: packetFault, in: map[revision]fault{revision3: noFault}},
	{name: "a lone binary frame", send: []message{attachmentMark}, fault: packetFault},
	{name: "an event of a namespace that was not joined", send: texts(`42/nope,["offer",1]`), fault: packetFault},
	{name: "the reserved name connect", send: texts(`42["connect"]`), fault: packetFault},
	{name: "the reserved name disconnect", send: texts(`42["disconnect"]`), fault: packetFault},
	{name: "the reserved name newListener", send: texts(`42["newListener"]`), fault: packetFault},
	{name: "100,000 brackets that open and never close", send: texts("42" + strings.Repeat("[", 100_000)), fault: packetFault},
	{name: "100,000 braces that open and never close", send: texts(`42["offer",` + strings.Repeat(`{"a":`, 100_000)), fault: packetFault},
}

// killsNode are the inputs that end the process of the Node reference, so they
// are not sent to it.
var killsNode = []hostileRow{
	{name: "a message that is null", send: texts(`42["message",null]`)},
	{name: "a message without argument", send: texts(`42["message"]`)},
	{name: "an acknowledged message without argument", send: texts(`421["message"]`)},
	{name: "an offer with 100,000 nested arrays", send: texts(nested(100_000)), fault: packetFault},
	{name: "an event of nobody with 100,000 nested arrays", send: texts(strings.Replace(nested(100_000), "offer", "other", 1)), fault: packetFault},
}

// beyondNode are inputs that Node relays and ours does not: nesting deeper than
// 512 closes the sender, so that no receiver's parser is harmed.
var beyondNode = []hostileRow{
	{name: "an offer with 600 nested arrays", send: texts(nested(600)), fault: packetFault},
}

// attachmentMark stands for a binary message with three bytes, in the form of
// the revision and transport that it is sent on.
var attachmentMark = message{binary: true, data: "\x01\x02\x03"}

// hostileRows are all the rows that the server under test is sent.
func hostileRows() []hostileRow {
	rows := append(append([]hostileRow{}, harmless...), offensive...)
	if !peerIsNode {
		rows = append(append(rows, killsNode...), beyondNode...)
	}
	return rows
}
