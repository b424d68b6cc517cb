import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test from 'node:test';
import { run, runOk } from '../../helpers/run.ts';

const script = fileURLToPath(
  new URL(
    '../../../dropins/profiles/netroot/extra/usr/lib/pkginitrd/await-server',
    import.meta.url,
  ),
);

test('await-server waits until a port of TCP answers', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const { port } = address;
  server.close();
  await once(server, 'close');
  let isThere = false;
  const waiting = runOk(['bash', script, 'tcp', '127.0.0.1', `${port}`]).then(() => isThere);
  await setTimeout(500);
  isThere = true;
  server.listen(port, '127.0.0.1');
  assert.equal(await waiting, true);
  server.close();
});

test('await-server waits for a route alone with UDP', async () => {
  await runOk(['bash', script, 'udp', '127.0.0.1', '2049']);
  const alone = ['timeout', '2', 'unshare', '-rn', 'bash', script, 'udp', '10.0.0.1', '2049'];
  assert.equal((await run(alone)).code, 124);
});
