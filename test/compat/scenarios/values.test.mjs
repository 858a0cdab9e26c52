// Each event with every JSON value, and with payloads of 300 KB.
import { family } from '../harness/scenario.mjs';
import { EVENTS } from '../harness/peer.mjs';
import { bytes, JSON_VALUES, LARGE_JSON, readable } from '../harness/values.mjs';

const address = (name, value, { b, c }) =>
  name === 'message' ? { channel: [b.id, c.id], message: value } : value;

const all = (values, { a, b, c }) => readable(values, a, b, c);

family('values', (scenario) => {
  for (const name of EVENTS) {
    scenario(`every JSON value by ${name}`, async ({ sync, players, ...peers }) => {
      for (const value of all(JSON_VALUES, players)) {
        peers.a.emit(name, address(name, value, peers));
      }
      await sync();
    });

    scenario(`every JSON value in a field of ${name}`, async ({ sync, players, ...peers }) => {
      for (const value of all(JSON_VALUES, players)) {
        peers.a.emit(name, address(name, { type: name, value, list: [value, 1] }, peers));
      }
      await sync();
    });
  }

  scenario('300 KB of JSON by each event', async ({ sync, players, ...peers }) => {
    for (const value of all(LARGE_JSON, players)) {
      for (const name of EVENTS) peers.a.emit(name, address(name, value, peers));
      await sync();
    }
  });

  scenario('300 KB of binary', async ({ sync, ...peers }) => {
    peers.a.emit('offer', bytes(300_000));
    peers.a.emit('message', address('message', { file: bytes(300_000) }, peers));
    await sync();
  });
});
