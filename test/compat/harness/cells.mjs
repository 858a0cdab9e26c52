// Who takes part: the official client versions, the transports, and the cells
// (which client plays a, b and c) that every scenario is run in.

/** The official clients, oldest first. */
export const VERSIONS = [
  '1.0.6',
  '1.3.7',
  '1.7.4',
  '2.0.4',
  '2.5.0',
  '3.0.5',
  '3.1.3',
  '4.0.0',
  '4.5.4',
  '4.8.4',
];

/** `upgrade` is polling first and WebSocket once the probe has succeeded. */
export const TRANSPORTS = ['polling', 'websocket', 'upgrade'];

/** Whether version is at least `least`, both as "major.minor.patch". */
export function atLeast(version, least) {
  const [left, right] = [version, least].map((text) => text.split('.').map(Number));
  for (let i = 0; i < 3; i++) {
    if (left[i] !== right[i]) return left[i] > right[i];
  }
  return true;
}

/** All three clients of one version on one transport. */
export const UNIFORM_CELLS = VERSIONS.flatMap((version) =>
  TRANSPORTS.map((transport) => {
    const player = { version, transport };
    return { label: `${version} ${transport}`, mixed: false, players: { a: player, b: player, c: player } };
  }),
);

/**
 * About a third of a scenario's cells: every version on one transport, and some
 * of the mixed ones. `turn` is the scenario's number; from one to the next the
 * transports change places, so that together they leave no cell out.
 */
export function sample(cells, turn) {
  const ofVersion = (version) => cells.filter(({ mixed, players }) => !mixed && players.a.version === version);
  const uniform = VERSIONS.map(ofVersion).flatMap((own, i) => own.slice((turn + i) % own.length).slice(0, 1));
  const mixed = cells.filter((cell) => cell.mixed).filter((_, i) => (turn + i) % TRANSPORTS.length === 0);
  return [...uniform, ...mixed];
}

/**
 * Old with new, slow with fast: every version plays each part once, and the
 * first cell is the oldest client on polling calling the newest on WebSocket.
 */
export const MIXED_CELLS = VERSIONS.map((_, i) => {
  const player = (shift, turn) => ({
    version: VERSIONS[(i + shift) % VERSIONS.length],
    transport: TRANSPORTS[(i + turn) % TRANSPORTS.length],
  });
  const players = { a: player(0, 0), b: player(9, 1), c: player(5, 2) };
  const label = Object.values(players).map(({ version, transport }) => `${version} ${transport}`);
  return { label: `mixed ${label.join(' + ')}`, mixed: true, players };
});
