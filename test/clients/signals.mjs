// What the two sides of a call send, in the form that browsers give it.

/** A session description in the form and of the size that browsers send. */
export function description(type) {
  const lines = [
    'v=0', 'o=- 4611731400430051336 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0',
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:EsAw',
    'a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1', `a=fingerprint:sha-256 ${'0F:'.repeat(31)}0F`,
    'a=setup:actpass', 'a=mid:0', 'a=sctp-port:5000', 'a=max-message-size:262144', '',
  ];
  return { type, sdp: lines.join('\r\n') };
}

/** Ten candidates as events, of one side of a call. */
export function candidates(usernameFragment) {
  return Array.from({ length: 10 }, (_, index) => ['onicecandidate', {
    candidate: `candidate:${index} 1 udp 2113937151 192.0.2.${index} 5400${index} typ host`,
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment,
  }]);
}
