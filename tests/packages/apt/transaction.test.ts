import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { readStatus } from '../../../src/packages/apt/dpkg-status.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { buildDeb } from './repository.ts';
import { aptRequest, cleanUp, refuses, skip, sys, temporary } from './support.ts';

// A host in the middle of an upgrade of the kernel and of a library: the build is the kernel's postinst. Everything
// comes from the installed system, since no archive is in a cache.

let host: AbsolutePath;

/** dpkg's own notes, as the kernel's script finds them. */
const notes = ['status', 'updates', 'triggers'];

before(async () => {
  if (skip !== false) return;
  host = (await installPackages(sys, aptRequest(['apt', 'less']))).root;
  for (const path of ['var/lib/apt/lists', 'etc/apt']) {
    cpSync(`/${path}`, `${host}/${path}`, { recursive: true });
  }
  const debs = temporary('debs');
  mkdirSync(`${host}/debs`);
  const snapshot = notes.map((name) => `cp -a /var/lib/dpkg/${name} /snapshot/`).join('\n');
  await buildDeb({ name: 'library', version: '1', triggers: 'activate-noawait ldconfig\n' }, debs);
  await buildDeb({ name: 'before', version: '1', postinst: '#!/bin/sh\nexit 0\n' }, debs);
  await buildDeb(
    { name: 'kernel', version: '1', postinst: `#!/bin/sh\nset -e\nmkdir /snapshot\n${snapshot}\n` },
    debs,
  );
  await buildDeb({ name: 'unready', version: '1', depends: 'kernel' }, debs);
  cpSync(debs, `${host}/debs`, { recursive: true });
  const order = ['library', 'before', 'kernel', 'unready'].map((name) => `/debs/${name}_1_all.deb`);
  await sys.run({
    argv: ['dpkg', '--force-unsafe-io', '--install', ...order],
    sandbox: { root: host, rootWritable: true, binds: [], network: false, suppressSync: true },
    purpose: 'Upgrade the host',
  });
  for (const name of notes) {
    rmSync(`${host}/var/lib/dpkg/${name}`, { recursive: true });
    cpSync(`${host}/snapshot/${name}`, `${host}/var/lib/dpkg/${name}`, { recursive: true });
  }
});

after(cleanUp);

const installed = (install: readonly string[]) =>
  aptRequest(install, { hostRoot: host, sources: ['installed'] });

test('the host is caught in the middle of it', { skip }, () => {
  const { stanzas } = readStatus(sys.root(host));
  const states = [...stanzas].map(([key, stanza]) => `${key} ${stanza.get('status')}`);
  assert.ok(states.includes('libc-bin:amd64 install ok triggers-pending'), states.join());
  assert.ok(states.includes('kernel:all install ok half-configured'), states.join());
  assert.ok(states.includes('unready:all install ok unpacked'), states.join());
  assert.ok(sys.root(host).list('var/lib/dpkg/updates').length > 0);
});

test('what triggers, scripts or the journal are to come of is installed', { skip }, async () => {
  const request = installed(['less', 'library', 'before', 'kernel', 'unready']);
  const tree = await installPackages(sys, request);
  const names = tree.packages.map(({ name }) => name);
  for (const name of ['libc-bin', 'library', 'before', 'kernel', 'unready']) {
    assert.ok(names.includes(name), name);
  }
  assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['installed']);
  assert.ok(sys.root(tree.root).stat('usr/share/library/version'));
});

test('a package that is only half installed is named, with the way out', { skip }, async () => {
  const status = `${host}/var/lib/dpkg/status`;
  const whole = readFileSync(status, 'utf8');
  writeFileSync(
    status,
    whole.replace(/^(Package: less\n)Status: .*$/m, '$1Status: install reinstreq half-installed'),
  );
  await refuses(aptRequest(['less'], { hostRoot: host, sources: ['installed'] }), {
    message: /^Cannot take "less" from the installed system: there it is reinst-required$/,
    hint: /^Run "dpkg --configure -a && apt-get --fix-broken install"$/,
  });
  writeFileSync(status, whole);
});
