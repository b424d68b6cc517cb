import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { after, before, test } from 'node:test';
import type { Command } from '../../../src/model/sys.ts';
import type { PackageRequest } from '../../../src/model/package-request.ts';
import { aptDriver } from '../../../src/packages/apt/apt.ts';
import type { Fetched } from '../../../src/packages/driver.ts';
import {
  installPackages,
  preparePackages,
  resolvePackages,
} from '../../../src/packages/install.ts';
import { resolveWishes } from '../../../src/packages/shared/wishes.ts';
import { spoiltCaches, withSpoiltCache } from '../../helpers/spoilt-cache.ts';
import { buildDeb, smallHost, type SmallHost } from './repository.ts';
import { cleanUp, differences, failureOf, listTree, aptRequest, skip, sys } from './support.ts';

// A host root other than /, with planted packages and every kind of damage.

const intruder = (port: number): string => `#!/bin/bash
exec > /intruder.txt 2>&1
attempt() { if "$@" > /dev/null 2>&1; then echo "$1 $2: done"; fi; }
connect() { : < "/dev/tcp/127.0.0.1/$1"; }
disk() { mknod /tmp/disk b 254 0 && dd if=/tmp/disk of=/dev/null count=1; }
pattern() { cat /proc/sys/kernel/core_pattern > /proc/sys/kernel/core_pattern; }
archive() { : > /run/pkginitrd-archives/planted; }
attempt connect ${port}
attempt disk node
attempt mount -t tmpfs none /mnt
attempt mount -o remount,rw /proc
attempt archive write
attempt pattern write
if [ -c /dev/null ]; then echo "null: a device"; fi
echo "processes: $(ls -d /proc/[0-9]* | wc -l)"
echo "devices: $(ls /sys)"
ls -A / /run
exit 0
`;

let host: SmallHost;

before(async () => {
  if (skip !== false) return;
  host = await smallHost((port) => [
    { name: 'widget', version: '1.0' },
    { name: 'widget', version: '2.0' },
    { name: 'gadget', version: '2.0', depends: 'widget (= 2.0)' },
    { name: 'gizmo', version: '2.0' },
    { name: 'intruder', version: '1', postinst: intruder(port) },
    { name: 'grumpy', version: '1', postinst: '#!/bin/sh\necho no mood today\nexit 3\n' },
    { name: 'broken', version: '1', depends: 'nowhere-to-be-found' },
  ]);
});

after(() => {
  host?.close();
  cleanUp();
});

test('scripts have no network and reach nothing outside of the root', { skip }, async () => {
  const before = listTree(host.root, ['var/cache/pkginitrd']);
  const request = aptRequest(['intruder'], { hostRoot: host.root });
  const { root } = await installPackages(sys, request);
  const report = readFileSync(`${root}/intruder.txt`, 'utf8');
  assert.doesNotMatch(report, /: done/);
  assert.match(report, /^null: a device$/m);
  assert.match(report, /^devices: $/m);
  assert.match(report, /^pkginitrd-archives$/m);
  assert.deepEqual(differences(before, listTree(host.root, ['var/cache/pkginitrd'])), []);
});

test('a script that fails is named, with what it said', { skip }, async () => {
  const error = await failureOf(
    installPackages(sys, aptRequest(['grumpy'], { hostRoot: host.root })),
  );
  assert.match(error.message, /^Cannot configure "grumpy": its post-installation script/);
  assert.match(error.message, /^ {2}no mood today$/m);
});

test('what nothing satisfies is explained', { skip }, async () => {
  const error = await failureOf(resolve('broken'));
  assert.match(
    error.message,
    /^Cannot resolve the packages: .*\n.*broken : Depends: nowhere-to-be-found/,
  );
});

test('the version of the host is taken where a list has it', { skip }, async () => {
  assert.equal(await versionOf('widget'), '2.0');
  await withInstalled('widget', '1.0', async () => {
    assert.equal(await versionOf('widget'), '1.0');
  });
});

test('the version of the host is taken where only a cache has it', { skip }, async () => {
  await withInstalled('gizmo', '1.0', async () => {
    assert.equal(await versionOf('gizmo'), '2.0');
    mkdirSync(`${host.root}/var/cache/apt/archives`, { recursive: true });
    const deb = await buildDeb(
      { name: 'gizmo', version: '1.0' },
      `${host.root}/var/cache/apt/archives`,
    );
    const { archives } = await fetch('gizmo', { offline: false });
    assert.equal(archives.find(({ name }) => name === 'gizmo')?.version, '1.0');
    writeFileSync(deb, 'half');
    assert.equal(await versionOf('gizmo'), '2.0');
    rmSync(deb);
  });
});

test('versions of the host that do not fit are given up, with a warning', { skip }, async () => {
  await withInstalled('widget', '1.0', async () => {
    const { archives, warnings } = await resolve('gadget');
    assert.equal(archives.find(({ name }) => name === 'widget')?.version, '2.0');
    assert.equal(archives.find(({ name }) => name === 'widget')?.hostVersion, '1.0');
    assert.equal(warnings.length, 1);
  });
});

test('what was fetched is kept, and used without the network', { skip }, async () => {
  assert.equal(originOf(await fetch('widget', { offline: false }), 'widget'), 'network');
  assert.equal(originOf(await fetch('widget', { offline: true }), 'widget'), 'cache');
});

test('the cache is let go when all is fetched, before a script runs', { skip }, async () => {
  const events: string[] = [];
  const watched = {
    ...sys,
    run: async (command: Command) => {
      const uses = command.sandbox?.binds.some(({ source }) => source.includes('/var/cache/'));
      events.push(`${uses === true ? 'with' : 'without'} the cache: ${command.purpose}`);
      return sys.run(command);
    },
  };
  const request = aptRequest(['widget'], { hostRoot: host.root });
  const ready = await (await preparePackages(watched, request)).fetch(() => {});
  events.push('fetched');
  await ready.install(request.workspace);
  const at = events.indexOf('fetched');
  assert.match(events.slice(0, at).join('\n'), /^with the cache: Resolve the packages$/m);
  assert.match(events.slice(at).join('\n'), /: Unpack the packages$/m);
  assert.doesNotMatch(events.slice(at).join('\n'), /^with the cache/m);
});

for (const kind of spoiltCaches) {
  test(`a ${kind} cache costs a warning, not the build`, { skip }, async () => {
    const warnings = await withSpoiltCache(host.root, kind, async () => {
      const request = aptRequest(['widget'], { hostRoot: host.root });
      const tree = await installPackages(sys, request);
      assert.equal(tree.packages.find(({ name }) => name === 'widget')?.origin, 'network');
      return tree.warnings;
    });
    assert.match(warnings.join('\n'), /^Cannot use apt's cache of earlier builds/m);
  });
}

test('a damaged archive is fetched again, or named without the network', { skip }, async () => {
  const cached = `${host.root}/var/cache/pkginitrd/apt/archives/widget_2.0_all.deb`;
  const good = readFileSync(cached);
  const bad = Buffer.from(good);
  bad.writeUInt8(bad.readUInt8(bad.length - 20) ^ 1, bad.length - 20);
  writeFileSync(cached, bad);
  const error = await failureOf(fetch('widget', { offline: true }));
  assert.match(
    error.message,
    /^Cannot install "widget" without the network: ".*widget_2.0_all.deb" is damaged/,
  );
  assert.equal(originOf(await fetch('widget', { offline: false }), 'widget'), 'network');
  assert.deepEqual(readFileSync(cached), good);
});

test("a whole archive of the host's cache is used, a half one is not", { skip }, async () => {
  const [name, theirs] = [
    'widget_1.0_all.deb',
    `${host.root}/var/cache/apt/archives/widget_1.0_all.deb`,
  ];
  mkdirSync(`${host.root}/var/cache/apt/archives`, { recursive: true });
  await withInstalled('widget', '1.0', async () => {
    const whole = readFileSync(`${host.repository}/${name}`);
    writeFileSync(theirs, whole.subarray(0, 100));
    await failureOf(fetch('widget', { offline: true }));
    assert.equal(readFileSync(theirs).length, 100);
    copyFileSync(`${host.repository}/${name}`, theirs);
    assert.equal(originOf(await fetch('widget', { offline: true }), 'widget'), 'cache');
  });
  rmSync(theirs);
});

test('an archive that the repository no longer has is named', { skip }, async () => {
  const path = `${host.repository}/gadget_2.0_all.deb`;
  renameSync(path, `${path}.away`);
  const error = await failureOf(fetch('gadget', { offline: false }));
  renameSync(`${path}.away`, path);
  assert.match(error.message, /^Cannot fetch "gadget": http:.*gadget_2.0_all.deb: 404 Not Found/);
  assert.match(error.hint ?? '', /apt-get update/);
});

test('a full disk is said to be one', { skip }, async () => {
  const request = aptRequest([], { hostRoot: host.root, offline: true });
  const { job, fetched } = await fetchFor(request);
  mkdirSync(`${request.workspace}/root`);
  await mount('-t', 'tmpfs', '-o', 'size=40m', 'none', `${request.workspace}/root`);
  const error = await failureOf(aptDriver.install(job, fetched));
  await sys.run({ argv: ['umount', `${request.workspace}/root`], purpose: 'Prepare the test' });
  assert.match(error.message, /^Cannot .* in ".*\/root": no space left on the device$/);
});

test('packages are removed when all is configured, dpkg itself too', { skip }, async () => {
  const remove = ['dpkg', 'widg*', 'not-installed', 'gone|'];
  const request = aptRequest(['widget'], { hostRoot: host.root, offline: true, remove });
  const tree = await installPackages(sys, request);
  const root = sys.root(tree.root);
  assert.equal(root.stat('usr/bin/dpkg'), undefined);
  assert.equal(root.stat('usr/share/widget'), undefined);
  assert.ok(root.stat('usr/bin/bash'));
  assert.deepEqual(
    tree.packages.filter(({ name }) => ['dpkg', 'widget'].includes(name)),
    [],
  );
  assert.equal(tree.owners.get('usr/bin/bash'), 'bash');
  assert.equal(tree.owners.get('usr/bin/dpkg'), undefined);
  assert.deepEqual(tree.warnings, [
    'Cannot remove "not-installed" (test.conf:3): the image has no such package, ignoring',
  ]);
});

test('of alternatives the first that apt knows is taken, or nothing', { skip }, async () => {
  const words = ['widget', 'no-such-package|', 'nobody|^no-such[0-9]+$|gizmo', 'nothing-here|'];
  const opened = await aptDriver.open(sys, aptRequest(words, { hostRoot: host.root }));
  const { job, resolution } = await resolveWishes(aptDriver, opened);
  assert.deepEqual(
    job.request.plan.install.map(({ value }) => value),
    ['widget', 'gizmo'],
  );
  // `why` asks in the same way.
  const answer = await resolvePackages(sys, aptRequest(words, { hostRoot: host.root }));
  for (const found of [resolution.archives, answer.packages]) {
    const names = found.map(({ name }) => name);
    assert.ok(names.includes('widget') && names.includes('gizmo'));
  }
});

test('lists and archives are found where apt.conf has moved them', { skip }, async () => {
  const conf = `${host.root}/etc/apt/apt.conf.d/99moved`;
  await fetch('gizmo', { offline: false });
  mkdirSync(`${host.root}/srv/apt/debs`, { recursive: true });
  const moved: readonly (readonly [string, string])[] = [
    ['var/lib/apt/lists', 'srv/apt/state/lists'],
    ['var/cache/pkginitrd/apt/archives', 'srv/apt/debs'],
  ];
  const move = (from: string, to: string) => {
    mkdirSync(dirname(`${host.root}/${to}`), { recursive: true });
    rmSync(`${host.root}/${to}`, { recursive: true, force: true });
    renameSync(`${host.root}/${from}`, `${host.root}/${to}`);
  };
  for (const [from, to] of moved) move(from, to);
  writeFileSync(
    conf,
    'Dir::State "/srv/apt/state";\nDir::Cache "/srv/apt";\nDir::Cache::archives "debs";\n',
  );
  const fetched = await fetch('gizmo', { offline: true });
  rmSync(conf);
  for (const [from, to] of moved) move(to, from);
  assert.deepEqual([...new Set(fetched.archives.map(({ origin }) => origin))], ['cache']);
});

async function resolve(name: string) {
  return aptDriver.resolve(await aptDriver.open(sys, aptRequest([name], { hostRoot: host.root })));
}

async function fetch(name: string, { offline }: { readonly offline: boolean }): Promise<Fetched> {
  const request = aptRequest([name], { hostRoot: host.root, offline });
  return (await fetchFor(request)).fetched;
}

async function fetchFor(request: PackageRequest) {
  const job = await aptDriver.open(sys, request);
  const resolution = await aptDriver.resolve(job);
  const found = await aptDriver.take(job, resolution);
  return { job, fetched: await aptDriver.download(job, resolution, found) };
}

async function versionOf(name: string): Promise<string | undefined> {
  return (await resolve(name)).archives.find((archive) => archive.name === name)?.version;
}

function originOf(fetched: Fetched, name: string): string | undefined {
  return fetched.archives.find((archive) => archive.name === name)?.origin;
}

// Lets the host's dpkg believe that it has the package.
async function withInstalled(
  name: string,
  version: string,
  action: () => Promise<void>,
): Promise<void> {
  const status = `${host.root}/var/lib/dpkg/status`;
  const before = readFileSync(status);
  appendFileSync(
    status,
    `\nPackage: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: ${version}\n`,
  );
  try {
    await action();
  } finally {
    writeFileSync(status, before);
  }
}

async function mount(...args: readonly string[]): Promise<void> {
  await sys.run({ argv: ['mount', ...args], purpose: 'Prepare the test' });
}
