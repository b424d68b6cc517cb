import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadConfig } from '../../../src/config/load.ts';
import { readOs } from '../../../src/host/os.ts';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { makeInitrdRoot } from '../../../src/root/make-initrd-root.ts';
import { skipFor } from '../../helpers/need.ts';
import { cache, checkout } from '../../helpers/paths.ts';
import { aptRequest, cleanUp, skip, sys, temporary } from './support.ts';

// The units that presets enable in an image. systemd 258 and later reads initrd-preset/ for it, those before
// system-preset/.

const hosts: readonly Host[] = [
  ...(isDebian12() ? [{ name: 'Debian 12', fixture: undefined, update: false }] : []),
  { name: 'Debian 13', fixture: 'trixie', update: false },
  // Debian 14 is not out: its packages are others from day to day.
  { name: 'Debian 14', fixture: 'dnf5-tools', update: true },
];

interface Host {
  readonly name: string;
  /** undefined: this machine. */
  readonly fixture: string | undefined;
  readonly update: boolean;
}

const mounts: string[] = [];

after(async () => {
  for (const path of mounts) {
    await sys.run({ argv: ['umount', path], purpose: 'Clean up after the test' });
  }
  cleanUp();
});

for (const { name, fixture, update } of hosts) {
  const isThere = fixture === undefined || existsSync(join(cache, fixture));
  const missing = isThere ? false : skipFor(`no ${fixture} fixture: run tests/helpers/setup.sh`);
  test(`units enabled in an image of ${name}`, { skip: skip || missing }, async () => {
    const root = fixture === undefined ? absolutePath('/') : await overlayOf(join(cache, fixture));
    const sandbox = { root, rootWritable: true, binds: [], network: true, suppressSync: true };
    if (update) await sys.run({ argv: updateLists, sandbox, purpose: 'Fetch the lists' });
    compare(name, await enabledUnits(root));
  });
}

// A mirror that lags behind is good enough here.
const updateLists = ['apt-get', '-o', 'Acquire::Check-Valid-Until=false', 'update'] as const;

async function enabledUnits(hostRoot: AbsolutePath): Promise<string> {
  const os = readOs(sys.root(hostRoot));
  const config = loadConfig(sys, {
    hostRoot,
    vendorDirectory: absolutePath(`${checkout}/dropins`),
    facts: {
      distribution: os.id,
      distributionLike: os.idLike,
      release: [os.versionId, os.versionCodename].filter((word) => word !== undefined),
      architecture: 'x86-64',
      systemdVersion: undefined,
      storageKnown: false,
    },
    profiles: ['network'],
    suggestedProfiles: [],
    assignments: [],
    generic: true,
  });
  // A release of apt may say in other words what it does not know.
  const words = [...config.packages.map(({ value }) => value), 'no-such-package|'];
  const tree = await installPackages(sys, aptRequest(words, { hostRoot }));
  const plan = {
    locale: config.locale,
    extraTrees: config.extraTrees.map(({ value, from }) => ({ ...value, from })),
    ...{ postinst: [], finalize: [], ownPackages: [] },
    removeFiles: config.removeFiles,
    removeUnusedLibraries: config.removeUnusedLibraries,
    cleanPackageMetadata: true,
    environment: {},
    rootPassword: 'locked',
  } as const;
  await makeInitrdRoot(sys, tree, plan, {
    hostRoot,
    distribution: { id: os.id, version: os.versionId ?? null },
    architecture: 'x86-64',
    epoch: tree.newestPackageTime,
  });
  for (const name of ['reboot', 'poweroff', 'halt']) {
    assert.ok(sys.root(tree.root).stat(`usr/sbin/${name}`), `no ${name} for the emergency shell`);
  }
  const links = [...sys.root(tree.root).walk('etc/systemd/system')]
    .filter(({ type }) => type === 'symlink')
    .map(({ path, target }) => `${path.replace('etc/systemd/system/', '')} -> ${target}`);
  return links.map((line) => `  ${line}\n`).join('');
}

function compare(name: string, units: string): void {
  const path = new URL('enabled-units.txt', import.meta.url);
  const golden = new Map(
    readFileSync(path, 'utf8')
      .split(/^(?=\S)/m)
      .map((block) => [block.slice(0, block.indexOf('\n')), block.slice(block.indexOf('\n') + 1)]),
  );
  if (process.env['UPDATE_GOLDEN'] === '1') {
    golden.set(name, units);
    const blocks = [...golden]
      .filter(([, body]) => body !== '')
      .map(([each, body]) => `${each}\n${body}`);
    writeFileSync(path, blocks.sort().join(''));
  }
  assert.equal(units, golden.get(name));
}

/** A root that takes what is written, over one that stays as it is. */
async function overlayOf(lower: string): Promise<AbsolutePath> {
  const directory = temporary('host');
  const [upper, work, root] = ['upper', 'work', 'root'].map((name) => join(directory, name));
  for (const path of [upper, work, root]) mkdirSync(path ?? '');
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const argv = ['mount', '-t', 'overlay', '-o', options, 'overlay', root ?? ''] as const;
  await sys.run({ argv, purpose: 'Prepare the test' });
  mounts.push(root ?? '');
  return absolutePath(root ?? '');
}

function isDebian12(): boolean {
  return /^VERSION_CODENAME=bookworm$/m.test(readFileSync('/etc/os-release', 'utf8'));
}
