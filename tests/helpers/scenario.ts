// One row of the table of roots: its disks made in a guest, the host captured there, an image built for it, and booted.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absolutePath } from '../../src/model/brands.ts';
import { rootReached } from './disk.ts';
import { deploy } from './kernel-install.ts';
import { cache } from './paths.ts';
import { makeRemote, type Remote, type UnlockWay } from './remote.ts';
import { makeSenses } from './senses.ts';
import { makeServer, type Server } from './servers.ts';
import { boot, type Boot, unpackErrors } from './qemu.ts';
import { plant, type Tree } from './scratch.ts';
import { bare, openHost, type HostName, type ThrowAwayHost } from './throw-away-host.ts';
import { makeUnlocker } from './unlockers.ts';
import { buildIn, makeDisks, type Made, type Work } from './workshop.ts';

export interface Scenario {
  /** A few words, different from all other rows'. */
  readonly name: string;
  /** A row of `npm test` too; the others are for `npm run test:matrix`. */
  readonly isQuick?: true;
  /** `host`: for the captured machine, `generic`: for any. */
  readonly image: 'host' | 'generic';
  /** A Debian 13 by default. */
  readonly on?: HostName;
  readonly work: Work;
  /**
   * The words that the captured host was started with, and that its disks are booted with. `@word@` stands for what making the disks has
   * said, `@port@` and `@port+1@` for ports of the server.
   */
  readonly commandLine: string;
  /** Files of the host that are not on the disks. */
  readonly hostFiles?: Readonly<Record<string, string>>;
  /** Stands for what would be captured in a guest, where a guest of ours cannot have it. */
  readonly machine?: Tree;
  /** Profiles that the host chooses by itself, in the order of the alphabet. */
  readonly profiles?: readonly string[];
  /** Options of `pkginitrd build`. */
  readonly options?: readonly string[];
  /** The guest, as far as it is not the usual one. */
  readonly guest?: Partial<Omit<Boot, 'kernel' | 'initrd' | 'commandLine' | 'disks'>>;
  /** Milliseconds between the network that is there and the start of its server. */
  readonly serverAfter?: number;
  /** The passphrase is entered from elsewhere when the console asks for it. */
  readonly remote?: UnlockWay;
  /** What the braille display shows at the question, for which the speaker beeps. */
  readonly braille?: RegExp;
  /** How many disks are still there; all by default. */
  readonly disksThere?: number;
  /** True: systemd waits for a disk no longer than it does by itself. */
  readonly isHurried?: true;
  /** Boots one after the other with the same disks; one by default. */
  readonly boots?: readonly Leg[];
  /** What systemd may say of units that did not come up. */
  readonly fails?: readonly RegExp[];
  /** Each has to match what the console says in every boot that is not to power the guest off. */
  readonly seen: readonly RegExp[];
}

interface Leg {
  /** More words of its command line. */
  readonly words?: string;
  /** The line that ends it, by default that of a root that was reached; or the guest powers itself off. */
  readonly until?: RegExp | 'power off';
}

// A busy machine takes longer than systemd waits for a disk.
const patient = 'systemd.default_device_timeout_sec=800';

/**
 * The rows of a lane come one after the other, and share what their builds have cached.
 * @throws AssertionError with the console's words where the row is not as it should be
 */
export async function runScenario(row: Scenario, directory: string, lane = 0): Promise<void> {
  const parts = join(cache, 'scenarios', `parts-${lane}`);
  mkdirSync(parts, { recursive: true });
  const host = openHost(directory, row.on ?? 'trixie', ['--bind', parts, '/var/cache/pkginitrd']);
  assert.ok(host, 'no fixtures: run tests/helpers/setup.sh');
  await deploy(host, {});
  // The cache of a lane lasts, and old parts go.
  host.write('/etc/pkginitrd/test.conf', '[Output]\nCacheSize=500M\n');
  const made = await makeDisks(host, directory, row.work);
  const { served: serving } = row.work;
  const server =
    serving === undefined
      ? undefined
      : await makeServer(serving, join(directory, 'server'), made.served);
  const filled = (words: string): string =>
    words
      .replaceAll('@word@', made.word)
      .replaceAll('@port@', `${server?.port ?? ''}`)
      .replaceAll('@port+1@', `${(server?.port ?? 0) + 1}`);
  const commandLine = filled(row.commandLine);
  const unlocker = row.work.unlocker && makeUnlocker(row.work.unlocker, made.memory);
  const senses = row.braille && makeSenses(join(directory, 'senses'));
  const remote = row.remote && (await makeRemote(join(directory, 'remote')));
  // An image for any machine takes none of the host's files.
  const place = row.image === 'generic' ? '/etc/pkginitrd/extra' : '';
  for (const [path, text] of Object.entries(remote?.files ?? {})) {
    host.write(`${place}${path}`, text, 0o600);
  }
  const initrd = await builtFor(row, host, commandLine, made);
  const disks = made.disks.slice(0, row.disksThere ?? made.disks.length);
  for (const { words = '', until = rootReached } of row.boots ?? [{}]) {
    if (row.serverAfter === undefined) await server?.start();
    await unlocker?.start();
    const { transcript, end } = await boot({
      kernel: host.kernel.image,
      initrd,
      disks,
      timeout: 900_000,
      ...row.guest,
      ...(server === undefined ? {} : clientOf(row, server)),
      ...(remote === undefined ? {} : unlockedBy(row, remote)),
      ...(unlocker === undefined ? {} : { more: unlocker.options }),
      ...(senses === undefined ? {} : { more: senses.options, machine: senses.machine }),
      commandLine: [commandLine, filled(words), row.isHurried === true ? '' : patient].join(' '),
      until: until === 'power off' ? /^never$/m : orEmergency(until),
    }).finally(() => {
      server?.stop();
      unlocker?.stop();
    });
    assert.deepEqual(unpackErrors(transcript), []);
    assert.equal(end, until === 'power off' ? 'exit' : 'reached', transcript);
    assert.ok(until === 'power off' || until.test(transcript), transcript);
    assert.deepEqual(
      failedUnits(transcript).filter((each) => !row.fails?.some((pattern) => pattern.test(each))),
      [],
      transcript,
    );
    if (until === 'power off') continue;
    if (senses !== undefined && row.braille !== undefined) {
      assert.match(senses.felt(), row.braille);
      assert.ok(senses.isHeard(), 'no beep');
    }
    for (const pattern of row.seen) assert.match(transcript, pattern);
  }
}

/** A boot that stops in the initrd does not go on by itself. */
function orEmergency(until: RegExp): RegExp {
  return new RegExp(`${until.source}|^You are in emergency mode`, 'm');
}

/** A guest of the server, which may be started when the guest has been waiting for it for a while. */
function clientOf({ guest, serverAfter }: Scenario, server: Server): Partial<Boot> {
  const more = [...server.options, ...(guest?.more ?? [])];
  if (serverAfter === undefined) return { more };
  const late = {
    prompt: /network-online\.target/,
    after: serverAfter,
    run: () => server.start(),
  };
  return { more, dialogue: [late] };
}

function unlockedBy({ remote, guest }: Scenario, by: Remote): Partial<Boot> {
  const way = remote ?? 'by a command';
  const run = (): Promise<void> => by.unlock(way, 'correct horse');
  return {
    more: [...by.options, ...(guest?.more ?? [])],
    dialogue: [{ prompt: /enter passphrase for disk/i, run }],
  };
}

async function builtFor(
  { image, machine, hostFiles = {}, profiles, options = [] }: Scenario,
  host: ThrowAwayHost,
  commandLine: string,
  made: Made,
): Promise<string> {
  if (image === 'generic') return buildIn(host, 'initrd', ['--generic', ...options]);
  if (machine === undefined) await made.capture(host.upper);
  else plant(absolutePath(host.upper), machine);
  plant(absolutePath(host.upper), { ...hostFiles, 'proc/cmdline': `${commandLine}\n` });
  const initrd = await buildIn(host, 'initrd', ['--host-root', bare, ...options]);
  if (profiles !== undefined) assert.deepEqual(profilesOf(initrd), profiles);
  return initrd;
}

function profilesOf(initrd: string): readonly string[] {
  const manifest = readFileSync(`${initrd}.manifest.json`, 'utf8');
  const [, words = ''] = /"Profiles": \[([^\]]*)\]/.exec(manifest) ?? [];
  return [...words.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name).sort();
}

/** What systemd says on the console of units that did not come up. */
function failedUnits(transcript: string): readonly string[] {
  return transcript.match(/^\[(?:FAILED|DEPEND| TIME )\].*$/gm) ?? [];
}
