import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { after, test } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { pacmanDriver } from '../../../src/packages/pacman/pacman.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { runOk } from '../../helpers/run.ts';
import { spoiltCaches, withSpoiltCache } from '../../helpers/spoilt-cache.ts';
import { cleanUp, failureOf, leavesAlone, refuses, sys, temporary } from '../apt/support.ts';
import { distribution, hostFor, pacmanRequest, releases } from './support.ts';

// Every kind of damage to caches, databases and keys, without the network: what is said, and that the host stays.

const archives: readonly PackageOrigin[] = ['cache', 'network'];
const packages = ['filesystem', 'bash', 'less'];

after(cleanUp);

interface Damage {
  readonly name: string;
  readonly spoil: (host: AbsolutePath) => void | Promise<void>;
  readonly message: RegExp;
  readonly hint: RegExp;
}

const damages: readonly Damage[] = [
  {
    name: 'a missing archive',
    spoil: (host) => rmSync(cached(host, /^less-.*zst$/)),
    message: /^Cannot install without the network: no cache has less 668-1$/,
    hint: /--offline/,
  },
  {
    name: 'a missing signature',
    spoil: (host) => rmSync(cached(host, /^less-.*sig$/)),
    message:
      /^Cannot install "less" without the network: "less-.*zst" is in the cache, its signature "less-.*zst.sig" is not$/,
    hint: /pacman -Sw less/,
  },
  {
    name: 'a corrupt archive',
    spoil: (host) => flip(cached(host, /^less-.*zst$/)),
    message: /^Cannot install "less" without the network: "less-.*zst" in the cache is damaged$/,
    hint: /pacman -Sw less/,
  },
  {
    name: 'the signature of another archive',
    spoil: async (host) => {
      await withoutSignatures(host);
      copyFileSync(cached(host, /^bash-.*sig$/), cached(host, /^less-.*sig$/));
    },
    message: /^Cannot install "less" without the network: "less-.*zst" in the cache is damaged$/,
    hint: /pacman -Sw less/,
  },
  {
    name: 'a missing database',
    spoil: (host) => rmSync(`${host}/var/lib/pacman/sync/fixture.db`),
    message: /^Cannot resolve the packages: pacman has no database of "fixture"$/,
    hint: /pacman -Syu/,
  },
  {
    name: 'a database without its signature',
    spoil: (host) => rmSync(`${host}/var/lib/pacman/sync/fixture.db.sig`),
    message: /^Cannot trust the packages: .*fixture.*signature/,
    hint: /pacman-key --populate/,
  },
  {
    name: 'a database by a key that the keyring lacks',
    spoil: emptyKeyring,
    message: /^Cannot trust the packages: fixture: key "[0-9A-F]{40}" is unknown/,
    hint: /pacman-key --init/,
  },
  {
    name: 'an archive by a key that the keyring lacks',
    spoil: async (host) => {
      await withoutSignatures(host);
      emptyKeyring(host);
    },
    message: /^Cannot trust the packages of "fixture": required key missing from keyring;/,
    hint: /pacman-key --init/,
  },
];

for (const release of releases) {
  for (const { name, spoil, ...words } of damages) {
    test(`pacman ${release}: ${name} is named, with the way out, and nothing of the host changes`, async (t) => {
      const host = await hostFor(t, release);
      if (host === undefined) return;
      await spoil(host);
      await refuses(pacmanRequest(host, packages, { sources: archives }), words);
    });
  }

  test(`pacman ${release}: databases of long ago are good enough`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    const old = new Date('2020-01-01');
    for (const name of readdirSync(`${host}/var/lib/pacman/sync`)) {
      utimesSync(`${host}/var/lib/pacman/sync/${name}`, old, old);
    }
    const request = pacmanRequest(host, packages, { sources: archives });
    const tree = await leavesAlone(host, () => installPackages(sys, request));
    assert.ok(tree.packages.some(({ name }) => name === 'less'));
  });
}

const spoiled: readonly (readonly [path: string, spoil: (file: string) => void])[] = [
  ['usr/bin/less', (file) => writeFileSync(file, 'another')],
  ['usr/bin/less', (file) => rmSync(file)],
  [
    'usr/bin/less',
    (file) => {
      rmSync(file);
      symlinkSync('lesskey', file);
    },
  ],
  [
    'bin',
    (file) => {
      rmSync(file);
      writeFileSync(file, 'a file where a link was');
    },
  ],
];

for (const [index, [path, spoil]] of spoiled.entries()) {
  test(`a changed "${path}" is not taken from the installed system (${index + 1})`, async (t) => {
    const host = await hostFor(t);
    if (host === undefined) return;
    const request = pacmanRequest(host, packages, { sources: ['installed'] });
    const job = await pacmanDriver.open(sys, request);
    const resolution = await pacmanDriver.resolve(job);
    spoil(`${host}/${path}`);
    const error = await failureOf(pacmanDriver.take(job, resolution));
    assert.match(
      error.message,
      new RegExp(`^Cannot take "[a-z-]+" from the installed .*"/${path}"`),
    );
    assert.match(error.hint ?? '', /pacman -S /);
  });
}

test('changed configuration files are left out, said so, and accounts never come along', async (t) => {
  const host = await hostFor(t);
  if (host === undefined) return;
  appendFileSync(`${host}/etc/systemd/journald.conf`, '# mine\n');
  appendFileSync(`${host}/etc/shadow`, 'planted:secret:1::::::\n');
  const names = ['filesystem', 'systemd', 'shadow'];
  const request = pacmanRequest(host, names, { sources: ['installed'] });
  const tree = await installPackages(sys, request);
  assert.match(tree.warnings.join('\n'), /"\/etc\/systemd\/journald.conf".*"systemd" goes into/);
  assert.equal(sys.root(tree.root).stat('etc/systemd/journald.conf'), undefined);
  assert.doesNotMatch(sys.root(tree.root).readText('etc/shadow') ?? '', /planted/);
  const { mode, gid } = sys.root(tree.root).stat('usr/bin/chage') ?? {};
  assert.deepEqual({ mode, gid }, { mode: 0o2755, gid: 42 });
});

test('a corrupt archive is taken from the installed system instead', async (t) => {
  const host = await hostFor(t);
  if (host === undefined) return;
  flip(cached(host, /^less-.*zst$/));
  const tree = await installPackages(sys, pacmanRequest(host, packages));
  const origins = tree.packages.filter(({ origin }) => origin === 'installed');
  assert.deepEqual(
    origins.map(({ name }) => name),
    ['less'],
  );
});

test('what the network brings is checked, kept, and used without it', async (t) => {
  const made = await distribution(t);
  const host = await hostFor(t);
  if (host === undefined || made === undefined) return;
  for (const pattern of [/^less-.*zst$/, /^less-.*sig$/]) rmSync(cached(host, pattern));
  const { port, close } = await serve(made.repository);
  writeFileSync(`${host}/etc/pacman.d/mirrorlist`, `Server = http://127.0.0.1:${port}\n`);
  const originOfLess = async (offline: boolean) => {
    const request = pacmanRequest(host, packages, { offline, sources: archives });
    const { packages: installed } = await leavesAlone(host, () => installPackages(sys, request));
    return installed.find(({ name }) => name === 'less')?.origin;
  };
  assert.equal(await originOfLess(false), 'network');
  close();
  assert.equal(await originOfLess(true), 'cache');
});

test('what is missing is fetched by the proxy of the environment', async (t) => {
  const made = await distribution(t);
  const host = await hostFor(t);
  if (host === undefined || made === undefined) return;
  for (const pattern of [/^less-.*zst$/, /^less-.*sig$/]) rmSync(cached(host, pattern));
  // Nobody answers at the mirror's own address.
  writeFileSync(`${host}/etc/pacman.d/mirrorlist`, 'Server = http://127.0.0.1:9\n');
  const { port, close } = await serve(made.repository);
  const proxies = { http_proxy: `http://127.0.0.1:${port}` };
  const request = pacmanRequest(host, packages, { offline: false, sources: archives });
  const tree = await installPackages(makeSys({ searchPath: '/usr/bin:/bin', proxies }), request);
  close();
  assert.equal(tree.packages.find(({ name }) => name === 'less')?.origin, 'network');
});

for (const kind of spoiltCaches) {
  test(`a ${kind} cache costs a warning, not the build`, async (t) => {
    const made = await distribution(t);
    const host = await hostFor(t);
    if (host === undefined || made === undefined) return;
    for (const pattern of [/^less-.*zst$/, /^less-.*sig$/]) rmSync(cached(host, pattern));
    const { port, close } = await serve(made.repository);
    t.after(close);
    writeFileSync(`${host}/etc/pacman.d/mirrorlist`, `Server = http://127.0.0.1:${port}\n`);
    await withSpoiltCache(host, kind, async () => {
      const request = pacmanRequest(host, packages, { offline: false, sources: archives });
      const tree = await installPackages(sys, request);
      assert.equal(tree.packages.find(({ name }) => name === 'less')?.origin, 'network');
      return tree.warnings;
    });
  });
}

test('a network that does not answer is said to be the matter', async (t) => {
  const host = await hostFor(t);
  if (host === undefined) return;
  rmSync(cached(host, /^less-.*zst$/));
  const request = pacmanRequest(host, packages, { offline: false, sources: archives });
  await refuses(request, { message: /^Cannot fetch "less-.*zst"/, hint: /Check the network/ });
});

async function serve(repository: string) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    try {
      response.end(readFileSync(`${repository}/${decodeURIComponent(pathname)}`));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port, close };
}

function cached(host: AbsolutePath, pattern: RegExp): string {
  const directory = `${host}/var/cache/pacman/pkg`;
  const found = readdirSync(directory).find((name) => pattern.test(name));
  assert.ok(found !== undefined, `${pattern}`);
  return `${directory}/${found}`;
}

function emptyKeyring(host: AbsolutePath): void {
  for (const name of ['pubring.gpg', 'trustdb.gpg']) {
    rmSync(`${host}/etc/pacman.d/gnupg/${name}`);
  }
}

/** Databases are taken without a signature, which is pacman's own default. */
function trustDatabases(host: AbsolutePath): void {
  const conf = `${host}/etc/pacman.conf`;
  writeFileSync(conf, readFileSync(conf, 'utf8').replace('DatabaseRequired', 'DatabaseNever'));
}

/** As newer releases of repo-add make them: an archive's signature is only beside it. */
async function withoutSignatures(host: AbsolutePath): Promise<void> {
  trustDatabases(host);
  const script = `bsdtar -xf "$1" && sed -i '/^%PGPSIG%$/,/^$/d' */desc && bsdtar -czf "$1" *`;
  const database = `${host}/var/lib/pacman/sync/fixture.db`;
  await runOk(['sh', '-euc', script, 'sh', database], { cwd: temporary('database') });
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  writeFileSync(path, bytes);
}
