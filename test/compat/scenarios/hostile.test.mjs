// What a client does not send by itself: packets that break the protocol, sent
// through the official clients' own transports. Either the server goes on
// relaying for that client or it disconnects it; the others notice nothing.
import { family } from '../harness/scenario.mjs';
import { bytes } from '../harness/values.mjs';

/** Socket.IO packets as text; a Buffer is an attachment. */
const PACKETS = [
  ['2[1]'],
  ['2["offer"]'],
  ['2'],
  ['2,'],
  ['2[]'],
  ['2null'],
  ['2{}'],
  ['2"offer"'],
  ['25'],
  ['2["offer",1'],
  ['2["offer",1]x'],
  ['2 ["offer",1]'],
  ['2["offer",01]'],
  ["2['offer']"],
  ['2["offer",undefined]'],
  ['2["offer",1,]'],
  ['3[]'],
  ['31["a"]'],
  ['3'],
  ['3{}'],
  ['3null'],
  ['31{}'],
  ['1'],
  ['1null'],
  ['1{}'],
  ['1[]'],
  ['1/nope,'],
  ['0'],
  ['0{}'],
  ['0null'],
  ['0[]'],
  ['0{"x":'],
  ['0/nope,'],
  ['0/nope,{"x":1}'],
  ['0/nope,5'],
  ['0/'],
  ['0/,'],
  ['4{"a":1}'],
  ['4"x"'],
  ['4'],
  ['6'],
  ['7["offer",1]'],
  ['9'],
  ['x'],
  ['-1'],
  ['"'],
  ['2/,["offer","the root by name"]'],
  ['2/nope,["offer",1]'],
  ['2/["offer",1]'],
  ['2/?a=1,["offer",1]'],
  ['2["error",1]'],
  ['2["connect"]'],
  ['2["disconnect"]'],
  ['2["newListener"]'],
  ['2["",1]'],
  ['2[null,1]'],
  ['2[true]'],
  ['2[{}]'],
  ['2[["offer"],1]'],
  ['2["offer",{"__proto__":{"a":1}}]'],
  ['29999999999999999["offer",1]'],
  ['2-1["offer",1]'],
  ['20["answer","with an ack"]'],
  ['2007["answer",1]'],
  ['2["message",5]'],
  ['2["message",{"channel":{"a":1},"message":1}]'],
  ['2["message",{"channel":[],"message":{"a":[1]}}]'],
  ['222222222'],
  ['2["offer",1.0,2.50]'],
  ['2["offer",{"a":1,"a":2}]'],
  ['2["offer",12345678901234567890123]'],
  ['2["offer","\\ud800 \\u0041 \\/"]'],
  ['2["offer", { "a" : [ 1 , 2 ] } ]'],
  ['2["offer","\u0001"]'],
  ['2["\\u006fffer","an escaped name"]'],
  ['2["offer",{"b":1,"2":2,"1":3}]'],
  ['5["offer"]'],
  ['5-["offer"]'],
  ['50-["offer"]'],
  ['51["offer"]'],
  ['599999999999-["offer"]'],
  ['511-["offer"]'],
  ['51-["offer",{"_placeholder":true,"num":5}]', bytes(2)],
  ['51-["offer",{"_placeholder":true,"num":-1}]', bytes(2)],
  ['51-["offer",{"_placeholder":true,"num":0.5}]', bytes(2)],
  ['51-["offer",{"_placeholder":true,"num":"0"}]', bytes(2)],
  ['51-["offer",{"_placeholder":true}]', bytes(2)],
  ['51-["offer",{"_placeholder":1,"num":0}]', bytes(2)],
  ['51-["offer",{"_placeholder":true,"num":0}]', bytes(2)],
  ['51-["offer","no placeholder"]', bytes(2)],
  ['51-["offer",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]', bytes(2)],
  ['52-["offer",[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]]', bytes(2), bytes(3)],
  ['52-["offer",{"_placeholder":true,"num":0}]', bytes(2), bytes(3)],
  ['52-["offer",{"_placeholder":true,"num":0}]', bytes(2), '2["answer",1]'],
  ['51-["offer",{"_placeholder":true,"num":0}]', '2["answer",1]'],
  ['51-7["offer",{"_placeholder":true,"num":0}]', bytes(2)],
  ['51-/,["offer",{"_placeholder":true,"num":0}]', bytes(2)],
  ['51-/nope,["offer",{"_placeholder":true,"num":0}]', bytes(2)],
  ['51-["connect",{"_placeholder":true,"num":0}]', bytes(2)],
  ['51-[{"_placeholder":true,"num":0}]', bytes(2)],
  ['51-{"_placeholder":true,"num":0}', bytes(2)],
  ['51-["message",{"channel":[],"message":{"_placeholder":true,"num":0}}]', bytes(2)],
  ['61-0[{"_placeholder":true,"num":0}]', bytes(2)],
  ['61-[{"_placeholder":true,"num":0}]', bytes(2)],
  ['2["offer",{"_placeholder":true,"num":0}]'],
  [bytes(0)],
  [bytes(3)],
];

const label = (packet) =>
  packet.map((part) => (typeof part === 'string' ? part : `<${part.length} bytes>`)).join(' then ');

family('hostile', (scenario) => {
  scenario(
    'packets that break the protocol',
    { joined: ['b', 'c'], mixed: false, transports: ['polling', 'websocket'] },
    async ({ b, join, fate }) => {
      for (const [i, packet] of PACKETS.entries()) {
        const a = await join(`a${i}`, {}, 'a');
        b.record('meanwhile', label(packet));
        for (const part of packet) a.sendRaw(part);
        await fate(a, b);
        a.close();
      }
    },
  );

  scenario('events after leaving the root', { joined: ['b', 'c'] }, async ({ b, join, fate }) => {
    const a = await join('a');
    a.sendRaw('1');
    a.sendRaw('2["offer","gone"]');
    await fate(a, b);
  });

  scenario('good packets, then a broken one', { joined: ['b', 'c'] }, async ({ b, join, fate, sync }) => {
    const a = await join('a');
    for (const part of ['2["offer",1]', '2["offer",2]']) a.sendRaw(part);
    await sync();
    for (const part of ['2{}', '2["offer",3]']) a.sendRaw(part);
    await fate(a, b);
  });

  scenario('an attachment too many', { joined: ['b', 'c'] }, async ({ b, join, fate, sync }) => {
    const a = await join('a');
    a.sendRaw('51-["offer",{"_placeholder":true,"num":0}]');
    a.sendRaw(bytes(2));
    await sync();
    a.sendRaw(bytes(3));
    await fate(a, b);
  });

  scenario('numbers that no JavaScript client writes', { mixed: false }, async ({ a, sync }) => {
    a.sendRaw('2["offer",[1e999,-1e999,-0]]');
    await sync();
  });

  scenario('text beyond ASCII, escaped', { since: '2.0.4' }, async ({ a, sync }) => {
    a.sendRaw('2["offer","\\u00e9\\u2028\\ud83c\\udfa5\\u0000"]');
    await sync();
  });

  scenario(
    'more than the largest payload',
    { joined: ['b', 'c'], mixed: false },
    async ({ b, join, fate }) => {
      const a = await join('a');
      a.emit('offer', 'x'.repeat(1_100_000));
      await fate(a, b);
    },
  );

  scenario('nearly the largest payload', { mixed: false }, async ({ a, sync }) => {
    a.emit('offer', 'x'.repeat(990_000));
    await sync();
  });
});
