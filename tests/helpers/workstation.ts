// A Debian 13 as people have it, made by its own apt of its own packages: kernel, generator, boot loader.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { cache, checkout } from './paths.ts';
import { explain, type Ran, runOk } from './run.ts';
import { type ThrowAwayHost, throwAwayHost } from './throw-away-host.ts';

export interface Workstation {
  readonly host: ThrowAwayHost;
  /** Runs a program that has to end well. */
  run(argv: readonly string[]): Promise<Ran>;
  /** apt-get without questions, which has to end well. */
  apt(...args: readonly string[]): Promise<Ran>;
  /** What apt would install and remove, as "Inst NAME" and "Remv NAME". */
  simulate(...args: readonly string[]): Promise<readonly string[]>;
}

/** The path of our package in the workstation. */
export const ourPackage = '/scratch/pkginitrd.deb';

/** `more` are more options of enter-root.sh. */
export async function workstation(
  t: TestContext,
  place: string,
  more: readonly string[] = [],
): Promise<Workstation | undefined> {
  const debs = join(cache, 'workstation-debs');
  mkdirSync(join(debs, 'partial'), { recursive: true });
  await runOk(['cp', await makePackage(), join(place, 'pkginitrd.deb')]);
  const binds = [
    ...['--bind', debs, '/var/cache/apt/archives'],
    ...['--bind', place, '/scratch'],
    ...more,
  ];
  const host = throwAwayHost(t, 'trixie', binds);
  if (host === undefined) return undefined;
  const run: Workstation['run'] = async (argv) => {
    const ran = await host.enter(argv, environment);
    if (ran.code !== 0) throw new Error(explain(argv, ran));
    return ran;
  };
  return {
    host,
    run,
    apt: (...args) => run([...apt, ...args]),
    simulate: async (...args) =>
      (await run([...apt, '-s', ...args])).stdout
        .split('\n')
        .flatMap((line) => /^(?:Inst|Remv|Purg) \S+/.exec(line)?.[0] ?? []),
  };
}

/** The Debian package of this checkout. */
export async function makePackage(
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Promise<string> {
  const script = join(checkout, 'plugin/debian/build.sh');
  await runOk([script, ...options], {
    env: { PATH: process.env['PATH'] ?? '', SOURCE_DATE_EPOCH: '1760000000', ...env },
    cwd: checkout,
  });
  const dist = join(checkout, 'dist');
  const file = readdirSync(dist).find((name) => name.endsWith('_all.deb'));
  return join(dist, file ?? 'no package');
}

/** Initrds of all boot entries, as "ENTRY: FILE". */
export function entryInitrds({ boot }: ThrowAwayHost): readonly string[] {
  const entries = join(boot, 'loader/entries');
  return readdirSync(entries)
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .flatMap((name) =>
      readFileSync(join(entries, name), 'utf8')
        .split('\n')
        .flatMap((line) => /^initrd\s+(.*)$/.exec(line)?.[1] ?? [])
        .map(
          (path) => `${name.replace(/^[0-9a-f]{32}-(.*)\.conf$/, '$1')}: ${path.split('/').at(-1)}`,
        ),
    );
}

const apt = [
  ...['apt-get', '-q', '-y', '--no-install-recommends'],
  ...['-o', 'APT::Sandbox::User=root', '-o', 'APT::Keep-Downloaded-Packages=true'],
];

const environment = {
  DEBIAN_FRONTEND: 'noninteractive',
  SYSTEMD_ESP_PATH: '/efi',
  SYSTEMD_RELAX_ESP_CHECKS: '1',
};
