// What differs from Node on purpose. A difference that is not here fails the
// test, and so does one that is here and has gone.
//
// Each row is a row of the table in docs/compatibility.md: what, node, ours,
// why. Its differences say by which lines it shows itself:
//
//   tests  in which tests, by "family · title"
//   node   lines, one behind the other, that are there with Node
//   ours   lines that are there in their place with ours
export const DELIBERATE = [
  {
    what: 'The id of a socket, in clients of 3.x and 4.x',
    node: '20 characters',
    ours: '24 characters',
    why: 'ids come from socket.io/v2’s own generator; to a client they are text of any length',
    differences: [
      {
        tests: /./,
        node: ['connect "an id of its own of 20 characters"'],
        ours: ['connect "an id of its own of 24 characters"'],
      },
      {
        tests: /^polling · (handshake|GET and POST|a GET with a body)/,
        node: [String.raw`  body, framed: "40{\"sid\":\"<20 characters>\"}"`],
        ours: [String.raw`  body, framed: "40{\"sid\":\"<24 characters>\"}"`],
      },
      {
        tests: /^upgrade · (a WebSocket from the start, revision 4|b64|frames in one piece)/,
        node: [String.raw`  text "40{\"sid\":\"<20 characters>\"}"`],
        ours: [String.raw`  text "40{\"sid\":\"<24 characters>\"}"`],
      },
    ],
  },
  {
    what: '`room` in the query or in `auth`',
    node: 'nothing is done with it',
    ours: 'the client is in that room: it hears who is in it, and nobody else',
    why: 'rooms are new, see [the protocol](protocol.md); who names none is not touched by them',
    differences: [
      {
        tests: /^rooms · room in (the query|auth)$/,
        node: ['received offer "from the one who asked"'],
        ours: [],
      },
      {
        tests: /^rooms · room in (the query|auth)$/,
        node: ['received message "from outside"'],
        ours: [],
      },
    ],
  },
  {
    what: 'The events `join`, `leave` and `signal`',
    node: 'reach nobody',
    ours: 'what one does with rooms; they are acknowledged',
    why: 'rooms are new, see [the protocol](protocol.md)',
    differences: [
      {
        tests: /^rooms · join and leave, asking for acknowledgements$/,
        node: [],
        ours: [
          'acknowledged "join" {"ok":true,"room":"kitchen","id":"<id 1 of a>","peers":[]}',
          'acknowledged "leave" {"ok":true,"room":"kitchen"}',
        ],
      },
    ],
  },
  {
    what: 'Events ahead of a close or of a broken packet in the same POST',
    node: 'lost: it dispatches them after it has closed the session',
    ours: 'delivered',
    why: 'nothing that was received whole is dropped',
    differences: [
      {
        tests:
          /^payloads · POST in revision (4: (an event, then close|a separator at the end)|3: a good one, then a bad one)$/,
        node: [
          String.raw`  body, framed: "42[\"answer\",\"the first to all\"]\u001e42[\"answer\",\"the second to all\"]"`,
        ],
        ours: [
          String.raw`  body, framed: "42[\"offer\",1]\u001e42[\"answer\",\"the first to all\"]\u001e42[\"answer\",\"the second to all\"]"`,
        ],
      },
    ],
  },
  {
    what: 'An `offer`, `answer` or candidate that has an acknowledgement but no payload',
    node: 'takes it for the payload: asks every receiver for one, and gives the sender `({}, [])` after 1 ms',
    ours: 'payload `null`, no acknowledgement, as for every other event',
    why: 'an accident of the relay that nobody can use',
    differences: [
      {
        tests: /^acknowledgements · asked for with no argument at all$/,
        node: ['acknowledged "offer" {} []'],
        ours: [],
      },
      {
        tests: /^acknowledgements · asked for with no argument at all$/,
        node: ['was asked for an acknowledgement of "offer"', 'received offer <function>'],
        ours: ['received offer null'],
      },
    ],
  },
  {
    what: 'A namespace that does not exist and whose name is not plain ASCII, in clients of 1.x and 2.x',
    node: 'refused under the percent-encoded name, which the client does not know: it is told nothing',
    ours: 'refused under the name it gave: the client gets its `error`',
    why: 'a refusal that is heard is better than none',
    differences: [
      {
        tests: /^namespaces · \/(日本|with space) does not exist$/,
        node: [],
        ours: ['error {"message":"Invalid namespace"}'],
      },
    ],
  },
  {
    what: 'The numbers `1e999` and `-0`, which JavaScript never writes as JSON',
    node: 'become `null` and `0`',
    ours: 'are passed on as they came',
    why: 'payloads are checked and relayed, not decoded and encoded again',
    differences: [
      {
        tests: /^hostile · numbers that no JavaScript client writes$/,
        node: ['received offer [null,null,0]'],
        ours: ['received offer [Infinity,-Infinity,-0]'],
      },
    ],
  },
  {
    what: 'Binary to a JSONP client that did not ask for base64 (every official one does)',
    node: 'an object that no client can read',
    ours: 'a string that no client can read',
    why: 'there is no right answer',
    differences: [
      {
        tests: /^jsonp · an answer with binary$/,
        node: [
          '  content-type: text/plain; charset=UTF-8',
          '  vary: origin',
          String.raw`  body, framed: "___eio[7]({\"type\":\"B"…(216 units, 335b04aafeca)`,
        ],
        ours: [
          '  content-type: application/octet-stream',
          '  vary: origin',
          String.raw`  body, framed: "___eio[7](\"\\u0000\\u0004\\u0003ÿ451-[\\\"offer\\\",{\\\"_placeholder\\\":true,\\\"num\\\":0}]\\u0001\\u0004ÿ\\u0004\\u0001\\u0002\\u0003\");"`,
        ],
      },
    ],
  },
  {
    what: 'A preflight’s `204`',
    node: 'has `Content-Length: 0`',
    ours: 'has none',
    why: 'RFC 9110 forbids it (section 8.6)',
    differences: [
      {
        tests: /^(cors · .*preflights?|bundle · OPTIONS of it)/,
        node: ['  content-length: 0'],
        ours: ['  content-length: none'],
      },
    ],
  },
  {
    what: 'The browser bundle',
    node: 'no `Vary: Accept-Encoding`',
    ours: '`Vary: Accept-Encoding`',
    why: 'a cache must not give brotli to who cannot read it',
    differences: [
      {
        tests: /^bundle · (?!the path run together)/,
        node: ['  etag: "4.8.4"', '  vary: origin'],
        ours: ['  etag: "4.8.4"', '  vary: accept-encoding, origin'],
      },
    ],
  },
  {
    what: '`/socket.io-socket.io.js` and the like',
    node: 'the bundle',
    ours: '404',
    why: 'an accident: any one character passes for the slash',
    differences: [
      {
        tests: /^bundle · the path run together with the name$/,
        node: [
          '200',
          '  access-control-allow-credentials: true',
          '  cache-control: public, max-age=0',
          '  content-type: application/javascript; charset=utf-8',
          '  etag: "4.8.4"',
          '  vary: origin',
          String.raw`  body, framed: "/*!\n * Socket.IO v4."…(153519 units, 6fd839d5488d)`,
        ],
        ours: ['404'],
      },
    ],
  },
  {
    what: 'No `Host`, or a control character in a header',
    node: '400 without text',
    ours: '400 with text',
    why: 'Go’s net/http refuses such a request before anybody sees it',
    differences: [
      {
        tests: /^checks · an Origin with a control character$/,
        node: ['  connection: close', '  body, up to the end of the connection: ""'],
        ours: [
          '  content-type: text/plain; charset=utf-8',
          '  connection: close',
          '  body, up to the end of the connection: "400 Bad Request"',
        ],
      },
      {
        tests: /^checks · no Host$/,
        node: ['  connection: close', '  body, framed: ""'],
        ours: [
          '  content-type: text/plain; charset=utf-8',
          '  connection: close',
          '  body, up to the end of the connection: "400 Bad Request: missing required Host header"',
        ],
      },
    ],
  },
  {
    what: 'A broken percent escape in the path',
    node: 'served',
    ours: '400',
    why: 'Go’s net/http refuses such a request before anybody sees it',
    differences: [
      {
        tests: /^checks · path: a broken escape in the path$/,
        node: servedHandshake(),
        ours: [
          '400',
          '  content-type: text/plain; charset=utf-8',
          '  connection: close',
          '  body, up to the end of the connection: "400 Bad Request"',
        ],
      },
    ],
  },
  {
    what: 'A whole address where a request has its path',
    node: '404',
    ours: 'served',
    why: 'RFC 9112 asks for it (section 3.2.2)',
    differences: [{ tests: /^checks · path: the whole address$/, node: ['404'], ours: servedHandshake() }],
  },
  {
    what: 'Two `Origin` headers, which no browser sends',
    node: 'both are echoed, joined by a comma',
    ours: 'the first one is echoed',
    why: 'it makes one valid header out of two',
    differences: [
      {
        tests: /^cors · (handshake|WebSocket) from two origins$/,
        node: ['  access-control-allow-origin: https://one.example, https://two.example'],
        ours: ['  access-control-allow-origin: https://one.example'],
      },
    ],
  },
  {
    what: 'An `Origin` beyond ASCII, which no browser sends',
    node: 'its bytes are echoed as if they were Latin-1, in UTF-8',
    ours: 'its bytes are echoed',
    why: 'an echo changes nothing',
    differences: [
      {
        tests: /^checks · an Origin beyond ASCII$/,
        node: ['  access-control-allow-origin: http://Ã©'],
        ours: ['  access-control-allow-origin: http://é'],
      },
    ],
  },
];

function servedHandshake() {
  return [
    '200',
    '  access-control-allow-credentials: true',
    '  cache-control: no-store',
    '  content-type: text/plain; charset=UTF-8',
    '  vary: origin',
    String.raw`  body, framed: "0{\"sid\":\"<20 characters>\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}"`,
  ];
}
