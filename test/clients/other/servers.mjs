// What the clients are connected to. What holds on the server under test must hold on the Node
// reference as well: that shows that a test expects what these clients are used to.
import { startBinary, startReference } from '../../compat/harness/servers.mjs';

export const servers = [
  { name: 'signaling', start: startBinary },
  { name: 'Node', start: startReference },
];
