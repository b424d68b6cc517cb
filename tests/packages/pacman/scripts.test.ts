import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { installPackages } from '../../../src/packages/install.ts';
import { cleanUp, leavesAlone, sys } from '../apt/support.ts';
import { plantPackages } from './planted.ts';
import { hostFor, pacmanRequest, releases } from './support.ts';

// The reach of a package's script, and the end of one that fails.

after(cleanUp);

const intruder = (port: number): string => `post_install() {
  exec >/intruder.txt 2>&1
  attempt() { if "$@" >/dev/null 2>&1; then echo "$1 $2: done"; fi; }
  connect() { bash -c ": </dev/tcp/127.0.0.1/$1"; }
  disk() { mknod /tmp/disk b 254 0 && dd if=/tmp/disk of=/dev/null count=1; }
  pattern() { cat /proc/sys/kernel/core_pattern >/proc/sys/kernel/core_pattern; }
  attempt connect ${port}
  attempt disk node
  attempt mount -t tmpfs none /mnt
  attempt pattern write
  if [ -c /dev/null ]; then echo "null: a device"; fi
  echo "devices: $(ls /sys)"
  echo "keyring: $(ls -d /etc/pacman.d/gnupg)"
}
`;

for (const release of releases) {
  test(`pacman ${release}: scripts have a /dev, no network and nothing outside of the root`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    await plantPackages(host, [{ name: 'intruder', script: intruder(address.port) }]);
    const request = pacmanRequest(host, ['filesystem', 'intruder']);
    const { root, warnings } = await leavesAlone(host, () => installPackages(sys, request));
    const report = readFileSync(`${root}/intruder.txt`, 'utf8');
    assert.doesNotMatch(report, /: done/);
    assert.match(report, /^null: a device$/m);
    assert.match(report, /^devices: $/m);
    assert.doesNotMatch(report, /^keyring: \//m);
    assert.deepEqual(warnings, []);
  });

  test(`pacman ${release}: a script that fails is a warning, as it is to pacman`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    await plantPackages(host, [{ name: 'grumpy', script: 'post_install() {\n  exit 3\n}\n' }]);
    const tree = await installPackages(sys, pacmanRequest(host, ['filesystem', 'grumpy']));
    assert.match(tree.warnings.join('\n'), /^Cannot run a script of a package, going on as pacman/);
    assert.ok(tree.packages.some(({ name }) => name === 'grumpy'));
  });
}
