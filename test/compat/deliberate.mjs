// What differs from Node on purpose. A difference that no row here explains
// fails the test; so does a row that a whole run did not need.
//
//   tests  which tests may differ, by "family · title"
//   lines  only these lines of theirs may; without it, any
//   what, node, ours, why: the row of the table in docs/compatibility.md
export const DELIBERATE = [
  {
    tests: [/^polling · POST in revision 4: (an event, then close|a separator at the end)$/, /^polling · POST in revision 3: a good one, then a bad one$/],
    what: 'Events ahead of a close or of a broken packet in the same POST',
    node: 'lost: it dispatches them after it has closed the session',
    ours: 'delivered',
    why: 'nothing that was received whole is dropped',
  },
  {
    tests: [/^acknowledgements · asked for with no argument at all$/],
    what: 'An `offer`, `answer` or candidate that has an acknowledgement but no payload',
    node: 'takes the acknowledgement for the payload: every receiver is asked for one, and the sender gets `({}, [])` after 1 ms',
    ours: 'payload `null`, no acknowledgement, as for every other event',
    why: 'an accident of the relay that nobody can use',
  },
  {
    tests: [/^hostile · numbers that no JavaScript client writes$/],
    what: 'The numbers `1e999` and `-0`, which JavaScript never writes as JSON',
    node: 'become `null` and `0`',
    ours: 'are passed on as they came',
    why: 'payloads are checked and relayed, not decoded and encoded again',
  },
  {
    tests: [/^jsonp · an answer with binary$/],
    what: 'Binary to a JSONP client that did not ask for base64 (every official one does)',
    node: 'an object that no client can read',
    ours: 'a string that no client can read',
    why: 'there is no right answer',
  },
  {
    tests: [/^cors · .*preflight/, /^bundle · OPTIONS of it$/],
    lines: [/^ {2}content-length: (0|none)$/],
    what: 'A preflight’s `204`',
    node: 'has `Content-Length: 0`',
    ours: 'has none',
    why: 'RFC 9110 forbids it (section 8.6)',
  },
  {
    tests: [/^bundle · /],
    lines: [/^ {2}vary: /],
    what: 'The browser bundle',
    node: 'no `Vary: Accept-Encoding`',
    ours: '`Vary: Accept-Encoding`',
    why: 'a cache must not give brotli to who cannot read it',
  },
  {
    tests: [/^bundle · the path run together with the name$/],
    what: '`/socket.io-socket.io.js` and the like',
    node: 'the bundle',
    ours: '404',
    why: 'an accident: any one character passes for the slash',
  },
  {
    tests: [/^checks · (no Host|an Origin with a control character|path: a broken escape in the path|path: the whole address)$/],
    what: 'HTTP on the edge: no `Host`, control characters in a header, a broken escape in the path, the whole address as the target',
    node: '400 without a text, 400 without a text, served, 404',
    ours: '400 with a text, 400 with a text, 400, served',
    why: 'Go’s net/http decides; the last as RFC 9112 asks (section 3.2.2)',
  },
  {
    tests: [/^cors · (handshake|WebSocket) from two origins$/, /^checks · an Origin beyond ASCII$/],
    lines: [/^ {2}access-control-allow-origin: /],
    what: 'An `Origin` that no browser sends: twice, or beyond ASCII',
    node: 'echoed joined by a comma; echoed as UTF-8',
    ours: 'the first one; echoed byte for byte',
    why: 'net/http reads headers so',
  },
];
