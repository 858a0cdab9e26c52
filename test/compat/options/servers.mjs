// Starting the two servers of a row: ours, which preflight.mjs has built, and
// socket.io on Node.js in this process. Both have url, log() and stop().
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';
import { application } from './application.mjs';

export const BINARY = fileURLToPath(new URL('artifacts/server', import.meta.url));

/** Starts our server with the settings: { options, features }. */
export async function startOurs(settings) {
  const child = spawn(BINARY, [JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL'); // a test that ends early must not leave it behind
  process.on('exit', kill);
  const exited = once(child, 'exit').finally(() => process.off('exit', kill));
  const listening = once(createInterface({ input: child.stdout }), 'line');
  const ended = exited.then(([code, signal]) => {
    throw new Error(`our server ended before it listened (${code ?? signal})`);
  });
  ended.catch(() => {}); // heard of below, if it matters
  const [line] = await Promise.race([listening, ended]);
  const url = line.replace('listening on ', '');
  const stop = async () => {
    child.kill('SIGTERM');
    const [code, signal] = await exited;
    if (code !== 0) throw new Error(`our server did not end in order (${code ?? signal})`);
  };
  return { name: 'ours', url, log: () => readLog(url), stop };
}

/** Starts socket.io with the same. */
export async function startNode({ options = {}, features = [] }) {
  const http = createServer((req, res) => {
    if (req.url === '/log') res.end(JSON.stringify(app.state()));
    else res.writeHead(404).end();
  });
  const io = new Server(http, application.options(options, features));
  const app = application(io, features);
  await new Promise((done) => http.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${http.address().port}`;
  return { name: 'Node', url, log: () => readLog(url), stop: () => io.close() };
}

async function readLog(url) {
  return (await fetch(`${url}/log`)).json();
}
