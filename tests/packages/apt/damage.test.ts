import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { killGroup, run, runOk, start } from '../../helpers/run.ts';
import { buildDeb, sign, smallHost, update, writeIndex, type SmallHost } from './repository.ts';
import { cleanUp, leavesAlone, refuses, aptRequest, skip, sys, temporary } from './support.ts';

// A host whose cache has every archive, without the network: what each kind of damage is called, and that the host stays.

const widget = 'var/cache/apt/archives/widget_2.0_all.deb';
let made: SmallHost;

before(async () => {
  if (skip !== false) return;
  made = await smallHost(() => [
    { name: 'widget', version: '2.0' },
    { name: 'gadget', version: '2.0' },
  ]);
  await installPackages(sys, aptRequest(['widget', 'gadget'], { hostRoot: made.root }));
  rmSync(`${made.root}/var/cache/apt/archives`, { recursive: true });
  const fetched = `${made.root}/var/cache/pkginitrd/apt/archives`;
  renameSync(fetched, `${made.root}/var/cache/apt/archives`);
});

after(() => {
  made?.close();
  cleanUp();
});

interface Damage {
  readonly name: string;
  readonly spoil: (host: AbsolutePath) => void | Promise<void>;
  readonly install?: string;
  readonly message: RegExp;
  readonly hint: RegExp;
}

const damages: readonly Damage[] = [
  {
    name: 'a missing archive',
    spoil: (host) => rmSync(`${host}/${widget}`),
    message: /^Cannot install without the network: no cache has widget 2\.0$/,
    hint: /^Build once without --offline/,
  },
  {
    name: 'a corrupt archive',
    spoil: (host) => {
      const bytes = readFileSync(`${host}/${widget}`);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
      writeFileSync(`${host}/${widget}`, bytes);
    },
    message:
      /^Cannot install "widget" without the network: ".*\/widget_2\.0_all\.deb" is damaged, its sha256 /,
    hint: /^Build once without --offline/,
  },
  {
    name: 'a wrong name',
    spoil: () => undefined,
    install: 'wigdet',
    message: /^Cannot install "wigdet" \(test\.conf:1\): apt knows no such package$/,
    hint: /^Run "apt-get update" .* Is "widget" meant\?$/,
  },
  {
    name: 'no package list',
    spoil: (host) => rmSync(`${host}/var/lib/apt/lists`, { recursive: true }),
    message: /^Cannot resolve the packages: apt has no package lists/,
    hint: /^Run "apt-get update"$/,
  },
  {
    name: 'a repository without a signature',
    spoil: (host) => addRepository(host, 'unsigned', async () => undefined),
    install: 'unsigned',
    message:
      /^Cannot install "unsigned": apt trusts no signature of http:\/\/127\.0\.0\.1:\d+\/unsigned$/,
    hint: /^Install the key of that repository, then run "apt-get update"$/,
  },
  {
    name: 'a repository by a key that the host lacks',
    spoil: (host) => addRepository(host, 'stranger', (path) => sign(path, temporary('gnupg'))),
    install: 'stranger',
    message:
      /^Cannot install "stranger": apt trusts no signature of http:\/\/127\.0\.0\.1:\d+\/stranger$/,
    hint: /^Install the key of that repository, then run "apt-get update"$/,
  },
];

for (const { name, spoil, install = 'widget', ...words } of damages) {
  test(
    `${name} is named, with the way out, and nothing of the host changes`,
    { skip },
    async () => {
      const host = await copyOfHost();
      await spoil(host);
      await refuses(aptRequest([install], { hostRoot: host, offline: true }), words);
    },
  );
}

test('lists of long ago are good enough, even past their Valid-Until', { skip }, async () => {
  const host = await copyOfHost();
  await addRepository(host, 'expired', async (path) => {
    const home = temporary('gnupg');
    await writeIndex(path, ['Valid-Until: Thu, 02 Jan 2020 00:00:00 UTC']);
    await sign(path, home);
    copyFileSync(`${home}/key.gpg`, `${host}/etc/apt/trusted.gpg.d/expired.gpg`);
  });
  const lists = `${host}/var/lib/apt/lists`;
  const old = new Date('2020-01-01');
  for (const name of readdirSync(lists)) utimesSync(`${lists}/${name}`, old, old);
  assert.ok((await namesFrom(host, 'expired')).includes('expired'));
});

test('archives of a repository on the disk are taken from there', { skip }, async () => {
  const host = await copyOfHost();
  const home = temporary('gnupg');
  const local = `${host}/srv/local`;
  mkdirSync(local, { recursive: true });
  await buildDeb({ name: 'local', version: '1' }, local);
  await writeIndex(local);
  await sign(local, home);
  copyFileSync(`${home}/key.gpg`, `${host}/etc/apt/trusted.gpg.d/local.gpg`);
  mkdirSync(`${host}/etc/apt/sources.list.d`, { recursive: true });
  writeFileSync(`${host}/etc/apt/sources.list.d/local.list`, 'deb file:/srv/local ./\n');
  await update(host);
  assert.ok((await namesFrom(host, 'local')).includes('local'));
});

test('a transaction of the host that holds its locks does not block', { skip }, async () => {
  const host = await copyOfHost();
  const mounts = ['--bind', host, '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/tmp'];
  const inHost = ['bwrap', '--unshare-pid', '--die-with-parent', ...mounts, 'apt-get', '-y'];
  const hold = ['-o', 'DPkg::Pre-Invoke::=touch /held; sleep 120'];
  const transaction = start([...inHost, ...hold, 'install', 'widget'], { timeout: 120_000 });
  const isOver = transaction.done.then(({ stderr }) => assert.fail(stderr));
  while (!existsSync(`${host}/held`)) await Promise.race([sleep(50), isOver]);
  const second = await run([...inHost, 'install', 'gadget']);
  assert.match(second.stderr, /Could not get lock/);
  assert.ok((await namesFrom(host, 'gadget')).includes('gadget'));
  killGroup(transaction.pid);
  await assert.rejects(isOver);
});

async function namesFrom(host: AbsolutePath, name: string): Promise<readonly string[]> {
  const request = aptRequest([name], { hostRoot: host, offline: true });
  const tree = await leavesAlone(host, () => installPackages(sys, request));
  assert.deepEqual([...new Set(tree.packages.map(({ origin }) => origin))], ['cache']);
  return tree.packages.map((each) => each.name);
}

/** A repository with one package of its own name, whose list and archive the host gets whether it trusts it or not. */
async function addRepository(
  host: AbsolutePath,
  name: string,
  finish: (path: string) => Promise<void>,
): Promise<void> {
  const path = `${made.repository}/${name}`;
  mkdirSync(path);
  const deb = await buildDeb({ name, version: '1' }, path);
  await writeIndex(path);
  await finish(path);
  mkdirSync(`${host}/etc/apt/sources.list.d`, { recursive: true });
  const list = `${host}/etc/apt/sources.list.d/${name}.list`;
  writeFileSync(list, `deb http://127.0.0.1:${made.port}/${name} ./\n`);
  const lax = ['AllowInsecureRepositories=true', 'Check-Valid-Until=false'] as const;
  await update(host, ['-o', `Acquire::${lax[0]}`, '-o', `Acquire::${lax[1]}`]);
  copyFileSync(deb, `${host}/var/cache/apt/archives/${name}_1_all.deb`);
}

async function copyOfHost(): Promise<AbsolutePath> {
  const copy = temporary('host');
  await runOk(['cp', '-a', '--reflink=auto', `${made.root}/.`, copy]);
  return copy;
}
