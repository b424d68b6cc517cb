import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { BuildError } from '../../../src/model/errors.ts';
import type { RootTree } from '../../../src/model/packages.ts';
import type { RootFiles } from '../../../src/model/sys.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { differences, failureOf, listTree } from '../../packages/apt/support.ts';
import { cache } from '../paths.ts';
import { runOk } from '../run.ts';
import { ports, serve, type RpmManager } from './hosts.ts';
import type { ManagerFacts } from './managers.ts';
import {
  cleanUp,
  needsRpm,
  rpmRequest,
  sys,
  throwAwayRpmHost,
  type RpmHost,
  type Wishes,
} from './request.ts';

/** One throw-away host for the tests of a file, and what they do with it. */
export interface RpmBench {
  readonly facts: ManagerFacts;
  /** A test after which the host must be as it was before. */
  readonly check: (name: string, body: () => Promise<void>) => void;
  readonly host: () => RpmHost;
  readonly files: () => RootFiles;
  readonly install: (wishes: Wishes) => Promise<RootTree>;
  readonly failure: (wishes: Wishes) => Promise<BuildError>;
  readonly inHost: (...argv: readonly [string, ...string[]]) => Promise<void>;
  /** Runs `body` without a file or directory of the host, and throws away what it puts there. */
  readonly aside: (path: string, body: () => Promise<void>) => Promise<void>;
  /** Runs `body` with another content of a file of the host. */
  readonly changed: (
    path: string,
    edit: (content: Buffer) => Buffer,
    body: () => Promise<void>,
  ) => Promise<void>;
  /** Runs `body` while the repository of the host answers. */
  readonly withServer: (body: () => Promise<void>) => Promise<void>;
  /**
   * Runs `body` with a repository on the disk of the host, with the packages that `wanted` names: one more than the
   * usual one, or alone.
   */
  readonly withLocal: (
    wanted: (file: string) => boolean,
    body: () => Promise<void>,
    alone?: 'alone',
  ) => Promise<void>;
}

/** `world` says what of its rpm database the host really has: nothing but the entries, or the files, too. */
export function rpmBench(facts: ManagerFacts, world: 'recorded' | 'installed'): RpmBench {
  const { manager } = facts;
  let made: RpmHost | undefined;
  let pristine: readonly string[] = [];
  const host = (): RpmHost => made ?? assert.fail('there is no host');
  // Who may only read does not write the index of the journal; the host's own manager does so when it reads.
  const ignored = ['usr', 'var/cache/pkginitrd', 'var/lib/rpm/rpmdb.sqlite-shm'];
  const state = (): readonly string[] => listTree(host().root, ignored);
  const files = (): RootFiles => sys.root(host().root);

  before(async () => {
    made = await throwAwayRpmHost(manager, world);
    if (made !== undefined) pristine = state();
  });
  after(cleanUp);

  const bench: RpmBench = {
    ...{ facts, host, files },
    check: (name, body) => {
      test(`${manager}: ${name}`, async (t: TestContext) => {
        if (!needsRpm(t, manager)) return;
        await body();
        assert.deepEqual(differences(pristine, state()), [], 'the host has changed');
      });
    },
    install: async (wishes) => installPackages(sys, rpmRequest(host(), wishes)),
    failure: async (wishes) => failureOf(bench.install(wishes)),
    inHost: async (...argv) => {
      const sandbox = {
        ...{ root: host().root, rootWritable: true, binds: [] },
        ...{ network: false, suppressSync: true },
      };
      await sys.run({ argv, sandbox, purpose: 'Change the host' });
    },
    aside: async (path, body) => {
      const away = join(host().root, awayFrom(path));
      renameSync(join(host().root, path), away);
      try {
        await body();
      } finally {
        rmSync(join(host().root, path), { recursive: true, force: true });
        renameSync(away, join(host().root, path));
      }
    },
    changed: async (path, edit, body) => {
      const content = readFileSync(join(host().root, path));
      const mode = files().stat(path)?.mode ?? 0o644;
      await bench.aside(path, async () => {
        // A file of its own: others share what was there.
        files().write(path, edit(content), mode);
        await body();
      });
    },
    withServer: async (body) => {
      const server = await serve(join(cache, 'rpm/repository'), ports[manager]);
      try {
        await body();
      } finally {
        server.close();
        server.closeAllConnections();
      }
    },
    withLocal: async (wanted, body, alone) => withLocal(bench, wanted, body, alone),
  };
  return bench;
}

/** Where aside() keeps what it takes away. */
export function awayFrom(path: string): string {
  // A name that no manager takes for a file of its own.
  return join(dirname(path), `.away-${basename(path)}~`);
}

// Both managers copy metadata of such a repository into their caches, and no package.
async function withLocal(
  bench: RpmBench,
  wanted: (file: string) => boolean,
  body: () => Promise<void>,
  alone?: 'alone',
): Promise<void> {
  const fill = async (local: string): Promise<void> => {
    const repository = join(cache, 'rpm/repository/Packages');
    const chosen = readdirSync(repository).filter(wanted);
    await runOk(['cp', '--link', ...chosen.map((name) => join(repository, name)), local]);
  };
  const isChecked = bench.facts.manager !== 'zypper';
  await withRepository(bench, { fill, isChecked }, async () => {
    if (alone === undefined) await body();
    else await bench.aside(bench.facts.repositoryFile, body);
  });
}

/** Runs `body` with one more repository on the disk of the host, whose packages `fill` puts into a directory. */
export async function withRepository(
  { facts, host, files, inHost, aside }: RpmBench,
  { fill, isChecked }: LocalRepository,
  body: () => Promise<void>,
): Promise<void> {
  const { manager, repositoryFile } = facts;
  const local = join(host().root, 'srv/local/Packages');
  mkdirSync(local, { recursive: true });
  const file = join(dirname(repositoryFile), 'local.repo');
  try {
    await fill(local);
    const text = readFileSync(join(host().root, repositoryFile), 'utf8')
      .replace('[test]', '[local.disk]')
      .replace(/^baseurl=.*$/m, 'baseurl=file:///srv/local')
      .replace(/^gpgcheck=1$/m, `gpgcheck=${isChecked ? 1 : 0}`);
    files().write(file, text, 0o644);
    await inHost('createrepo_c', '--quiet', '/srv/local');
    await aside(facts.cache, async () => {
      const away = join(host().root, awayFrom(facts.cache));
      await runOk(['cp', '-a', away, join(host().root, facts.cache)]);
      await inHost(...refreshLocal[manager]);
      await body();
    });
  } finally {
    const logs = ['var/log/zypp', 'var/log/zypper.log', 'var/log/dnf5.log'];
    for (const path of ['srv/local', file, ...logs]) files().remove(path);
  }
}

interface LocalRepository {
  readonly fill: (directory: string) => Promise<void>;
  /** The signatures of its packages are checked. */
  readonly isChecked: boolean;
}

const refreshLocal: Readonly<Record<RpmManager, readonly [string, ...string[]]>> = {
  dnf4: [
    ...(['dnf', '-q', '--setopt=logdir=/tmp', '--setopt=persistdir=/tmp'] as const),
    ...['--repo=local.disk', 'makecache'],
  ],
  dnf5: ['dnf5', '-q', '--setopt=logdir=/tmp', '--repo=local.disk', 'makecache'],
  zypper: ['zypper', '-n', '-q', 'refresh', 'local.disk'],
};
