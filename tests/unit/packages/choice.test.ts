import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { readDatabase } from '../../../src/packages/apt/dpkg-installed.ts';
import { debRecords } from '../../../src/packages/apt/take.ts';
import type { Job, PackageDriver, ResolvedArchive } from '../../../src/packages/driver.ts';
import { parseRecords } from '../../../src/packages/rpm/records.ts';
import { choiceOf } from '../../../src/packages/shared/choice.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { requestFor } from '../../helpers/package-request.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin' });

const fetched: ResolvedArchive = {
  ...{ name: 'a', version: '1', architecture: 'amd64', origin: 'network', hostVersion: undefined },
  ...{ size: 5, file: 'a_1_amd64.deb', from: { type: 'repository', id: 'main', uri: undefined } },
  digest: { algorithm: 'sha256', hex: 'aa' },
};
const installed: ResolvedArchive = { ...fetched, origin: 'installed' };

async function choice(
  archives: readonly ResolvedArchive[],
  records: readonly string[] = [],
): Promise<string | undefined> {
  const never = () => assert.fail('not asked for');
  const driver: PackageDriver<null> = {
    ...{ open: never, take: never, download: never, install: never, witnesses: never },
    ...{
      hostOwners: never,
      relations: never,
      resolve: never,
      fetchesInto: never,
      keptArchives: '',
    },
    records: async (_, asked) =>
      new Map(
        asked.flatMap((archive, place) => {
          const record = records[place];
          return record === undefined ? [] : [[archive, record] as const];
        }),
      ),
  };
  const job: Job<null> = { sys, request: requestFor(), host: null };
  return choiceOf(driver, job, { archives, warnings: [] });
}

test('choiceOf() is the same for the same archives, wherever they are taken from', async () => {
  const first = await choice([fetched]);
  assert.ok(first !== undefined);
  assert.equal(await choice([{ ...fetched, origin: 'cache', hostVersion: '1', size: 6 }]), first);
});

const others: Readonly<Record<string, Partial<ResolvedArchive>>> = {
  'another name': { name: 'b' },
  'another version, a downgrade too': { version: '0.9' },
  'another architecture': { architecture: 'all' },
  'another digest of the same version': { digest: { algorithm: 'sha256', hex: 'ab' } },
};

for (const [what, change] of Object.entries(others)) {
  test(`choiceOf() sees ${what}`, async () => {
    assert.notEqual(await choice([{ ...fetched, ...change }]), await choice([fetched]));
  });
}

test('choiceOf() sees a package more, one less, and one that is made of installed files now', async () => {
  const all = [
    await choice([fetched]),
    await choice([]),
    await choice([fetched, { ...fetched, name: 'b' }]),
    await choice([installed], ['record']),
    await choice([installed], ['another record']),
  ];
  assert.equal(new Set(all).size, all.length);
});

test('choiceOf() is not known where nothing stands for an archive', async () => {
  assert.equal(await choice([fetched, installed]), undefined);
  assert.equal(await choice([{ ...fetched, digest: undefined }]), undefined);
  assert.ok((await choice([{ ...fetched, digest: undefined }], ['stamp'])) !== undefined);
});

const status = 'Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n';
const host: Tree = {
  'var/lib/dpkg/status': status,
  'var/lib/dpkg/diversions': '',
  'var/lib/dpkg/statoverride': '',
};

async function recordIn(t: TestContext, tree: Tree): Promise<string | undefined> {
  const hostRoot = plant(scratch(t), { ...host, ...tree });
  const job = {
    ...{ sys, request: requestFor({}, { hostRoot }) },
    host: { database: readDatabase(rootFiles(hostRoot)) },
  };
  return (await debRecords(job, [installed])).get(installed);
}

const changes: Readonly<Record<string, Tree>> = {
  'a package of the same version that is another build': {
    'var/lib/dpkg/status': `${status}Depends: b\n`,
  },
  'a package that is put on hold': {
    'var/lib/dpkg/status': status.replace('install ok', 'hold ok'),
  },
  'a package whose triggers are to come': {
    'var/lib/dpkg/status': status.replace('ok installed', 'ok triggers-pending'),
  },
  'a package that is unpacked over another': {
    'var/lib/dpkg/status': `${status.replace('ok installed', 'ok unpacked')}Conffiles:\n /etc/a x\n`,
  },
  'the journal of a dpkg that runs': {
    'var/lib/dpkg/updates/0001': status.replace('ok installed', 'ok half-configured'),
  },
  'a diversion': { 'var/lib/dpkg/diversions': '/usr/bin/a\n/usr/bin/a.real\nb\n' },
  'an owner set by the administrator': { 'var/lib/dpkg/statoverride': 'root x 755 /usr/bin/a\n' },
};

for (const [what, tree] of Object.entries(changes)) {
  test(`debRecords() sees ${what}`, async (t) => {
    const before = await recordIn(t, {});
    assert.ok(before !== undefined);
    assert.notEqual(await recordIn(t, tree), before);
  });
}

test('debRecords() sees nothing in other packages: a kernel that comes or goes', async (t) => {
  const kernel = `\n${status.replace('Package: a', 'Package: linux-image-7')}`;
  const tree = { 'var/lib/dpkg/status': status + kernel };
  assert.equal(await recordIn(t, tree), await recordIn(t, {}));
});

test('debRecords() has none of a package that is removed or half installed', async (t) => {
  for (const state of ['deinstall ok config-files', 'install reinstreq half-installed']) {
    const tree = { 'var/lib/dpkg/status': status.replace('install ok installed', state) };
    assert.equal(await recordIn(t, tree), undefined);
  }
});

test('debRecords() sees another file of a cache that no list names', async (t) => {
  const of = async (content: string): Promise<string | undefined> => {
    const hostRoot = plant(scratch(t), { ...host, 'var/cache/a.deb': content });
    const archive: ResolvedArchive = {
      ...fetched,
      ...{ origin: 'cache', digest: undefined },
      from: { type: 'superseded', path: '/var/cache/a.deb' },
    };
    const job = {
      ...{ sys, request: requestFor({}, { hostRoot: absolutePath(hostRoot) }) },
      host: { database: readDatabase(rootFiles(hostRoot)) },
    };
    return (await debRecords(job, [archive])).get(archive);
  };
  assert.notEqual(await of('one'), await of('other'));
});

test('parseRecords() of rpm', () => {
  const output =
    'a\t0:1-2\tnoarch\tsha1 sha256 md5 0 0 \nb\t3:1-2\tx86_64\tnone\npackage c is not installed\n';
  assert.deepEqual(
    [...parseRecords(output)],
    [
      ['a-1-2.noarch', 'sha1 sha256 md5 0 0 '],
      ['b-3:1-2.x86_64', 'none'],
    ],
  );
});
