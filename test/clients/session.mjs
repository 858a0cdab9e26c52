// What the server can be asked about a session.

/**
 * Whether the server knows a session no more. The request names the transport the session does not
 * use, which is refused in either case and so does not disturb a session that is still there.
 */
export async function isUnknown(url, session, transport) {
  const another = transport === 'polling' ? 'websocket' : 'polling';
  const response = await fetch(`${url}/socket.io/?EIO=4&transport=${another}&sid=${session}`);
  const { code } = await response.json();
  return code === 1; // Session ID unknown
}
