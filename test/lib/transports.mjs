/** The ways to connect, and the transports that a client is told for each. */
export const transports = {
  polling: ['polling'],
  websocket: ['websocket'],
  upgrade: ['polling', 'websocket'],
};
