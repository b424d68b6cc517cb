import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { checkout } from '../paths.ts';

/** Things that a script of a package must not reach, planted around a root under construction. */
export interface Surroundings {
  /** Lines KEY=VALUE for attempts.pl. */
  readonly facts: string;
  /** A word that is in every secret. */
  readonly marker: string;
  /** Paths of secrets in the host. */
  readonly secrets: readonly string[];
  /** Shows what the scripts wrote into the root, and asserts that nothing of it worked and none was left out. */
  judge(t: TestContext, root: string, scripts: readonly string[]): void;
  /** Asserts that scripts whose names begin so have run. */
  judgeSome(root: string, beginnings: readonly string[]): void;
  remove(): void;
}

const program = join(checkout, 'tests/helpers/hostile/attempts.pl');

/** The directory of attempts.pl, its facts and its report in a root. */
export const hostileHome = 'usr/share/hostile';

/** Secrets in the host at `hostRoot`, a server, an abstract socket and one below its /run, and a word in the environment. */
export async function plantSurroundings(
  hostRoot: string,
  more: readonly string[] = [],
): Promise<Surroundings> {
  const marker = `marker-${randomUUID()}`;
  const daemon = `hostile-daemon-${randomUUID()}`;
  const abstract = `hostile-${randomUUID()}`;
  const secrets = [...planted, ...more];
  const removals = secrets.map((path) => plant(hostRoot, path, marker));
  const shadow = join(hostRoot, 'etc/shadow');
  const before = existsSync(shadow) ? readFileSync(shadow) : undefined;
  appendFileSync(shadow, `${marker}:$y$secret:19000::::::\n`, { mode: 0o600 });
  process.env['PKGINITRD_TEST_SECRET'] = marker;

  const tcp = await listening(createServer(), { port: 0, host: '127.0.0.1' });
  const run = join(hostRoot, 'run/hostile.sock');
  const below = await listening(createServer(), { path: run });
  const listener = await abstractListener(abstract);
  const address = tcp.address();
  assert.ok(typeof address === 'object' && address !== null);
  const facts = [
    ...[`marker=${marker}`, `port=${address.port}`, `abstract=${abstract}`, `daemon=${daemon}`],
    ...[`process=${process.pid}`, `architecture=${process.arch}`, 'socket=/run/hostile.sock'],
    ...[...secrets, 'etc/shadow'].map((path) => `secret=/${path}`),
    '',
  ].join('\n');
  return {
    ...{ facts, marker, secrets },
    judge: (t, root, scripts) => {
      judge(t, readFileSync(join(root, hostileHome, 'report'), 'utf8'), scripts);
      assert.deepEqual(processesWith(daemon), [], 'a daemon was left behind');
    },
    judgeSome: (root, beginnings) => {
      const report = readFileSync(join(root, hostileHome, 'report'), 'utf8');
      for (const one of beginnings) assert.match(report, new RegExp(`^${one}`, 'm'));
    },
    remove: () => {
      listener.kill();
      for (const removal of removals) removal();
      if (before === undefined) rmSync(shadow);
      else writeFileSync(shadow, before);
      delete process.env['PKGINITRD_TEST_SECRET'];
      for (const server of [tcp, below]) server.close();
      rmSync(run, { force: true });
    },
  };
}

/** Puts what the scripts run into a package's tree: attempts.pl, its facts and, from `perl`, an interpreter. */
export function writeHostileTools(tree: string, { facts }: Surroundings, perl?: string): void {
  const home = join(tree, hostileHome);
  mkdirSync(home, { recursive: true });
  copyFileSync(program, join(home, 'attempts.pl'));
  writeFileSync(join(home, 'facts'), facts);
  if (perl === undefined) return;
  copyFileSync(join(perl, 'usr/bin/perl'), join(home, 'perl'));
  const libraries = join(perl, 'usr/lib/x86_64-linux-gnu');
  const library = existsSync(libraries) ? libraries : join(perl, 'usr/lib/aarch64-linux-gnu');
  copyFileSync(join(library, 'libcrypt.so.1'), join(home, 'libcrypt.so.1'));
}

/** The shell line of a script. */
export function attemptsIn(script: string): string {
  return `LC_ALL=C LD_LIBRARY_PATH=/${hostileHome} /${hostileHome}/perl /${hostileHome}/attempts.pl ${script}`;
}

/** Lines "SCRIPT\tATTEMPT\tOUTCOME": each of the scripts has made each attempt, and each was refused. */
function judge(t: TestContext, report: string, scripts: readonly string[]): void {
  const rows = report
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'));
  const names = [...new Set(rows.map(([, attempt]) => attempt))];
  for (const name of names) {
    const outcomes = rows.filter(([, attempt]) => attempt === name);
    const said = [...new Set(outcomes.map(([, , outcome]) => outcome))].join(' | ');
    t.diagnostic(`${name}: ${said} (${outcomes.length} scripts)`);
  }
  const worked = rows.filter(([, , outcome]) => outcome?.startsWith('refused') !== true);
  assert.deepEqual(
    worked.map((row) => row.join(': ')),
    [],
  );
  const expected = readFileSync(program, 'utf8').match(/^\s*attempt\(/gm)?.length ?? 0;
  assert.ok(names.length >= expected && expected > 60, `${names.length} attempts`);
  for (const script of scripts) {
    const made = rows.filter(([one]) => one === script).map(([, attempt]) => attempt);
    assert.deepEqual([...new Set(made)], names, `the attempts of ${script}`);
  }
}

const planted = [
  ...['root/secret', 'home/user/secret', 'boot/secret', 'srv/secret', 'opt/secret', 'mnt/secret'],
  ...['var/lib/other/secret', 'var/spool/secret', 'var/cache/other/secret', 'var/tmp/secret'],
  ...['etc/secret.conf', 'etc/ssh/ssh_host_ed25519_key', 'etc/ssl/private/secret.key'],
  ...['etc/NetworkManager/system-connections/secret', 'etc/pki/tls/private/secret.key'],
  ...['usr/local/etc/secret', 'usr/local/share/secret', 'usr/src/secret'],
];

/** Writes a secret; returns what takes it and the directories made for it away again. */
function plant(hostRoot: string, path: string, marker: string): () => void {
  const parts = path.split('/');
  const first = parts.findIndex(
    (_, index) => !existsSync(join(hostRoot, ...parts.slice(0, index + 1))),
  );
  const at = join(hostRoot, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, `${marker}\n`, { mode: 0o600, flag: 'wx' });
  return () =>
    rmSync(join(hostRoot, ...parts.slice(0, first + 1)), { recursive: true, force: true });
}

async function listening(server: Server, where: object): Promise<Server> {
  server.listen(where);
  await once(server, 'listening');
  server.unref();
  return server;
}

// Node takes a NUL at the start of a name for the end of it.
async function abstractListener(name: string) {
  const script = `
    socket(my $s, 1, 1, 0); bind($s, pack('S a*', 1, "\\0$ARGV[0]")) or die "$!"; listen($s, 5);
    $| = 1; print "ready\\n"; while (1) { accept(my $c, $s) }`;
  const child = spawn('perl', ['-e', script, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

function processesWith(word: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
