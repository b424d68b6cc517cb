import assert from 'node:assert/strict';
import test from 'node:test';
import { errorOf, load, values } from './load-fixture.ts';

const locale = (value: string): string => `[Content]\nLocale=C.${value}\nPackages=${value}\n`;

test('loadConfig reads the files of all directories by name, whatever the directory', (t) => {
  const config = load(t, {
    'vendor/30-d.conf': locale('d'),
    'usr/lib/pkginitrd/20-c.conf': locale('c'),
    'usr/local/lib/pkginitrd/40-e.conf': locale('e'),
    'run/pkginitrd/10-b.conf': locale('b'),
    'etc/pkginitrd/05-a.conf': locale('a'),
  });
  assert.deepEqual(values(config.packages), ['a', 'b', 'c', 'd', 'e']);
  assert.equal(config.locale, 'C.e');
  assert.deepEqual(
    config.files.map((file) => file.slice(config.host.length)),
    [
      '/etc/pkginitrd/05-a.conf',
      '/run/pkginitrd/10-b.conf',
      '/usr/lib/pkginitrd/20-c.conf',
      '/vendor/30-d.conf',
      '/usr/local/lib/pkginitrd/40-e.conf',
    ],
  );
});

for (const [index, higher] of ['usr/lib', 'usr/local/lib', 'run', 'etc'].entries()) {
  const lower = ['vendor', 'usr/lib/pkginitrd', 'usr/local/lib/pkginitrd', 'run/pkginitrd'][index];
  test(`a file in /${higher}/pkginitrd replaces the one in ${lower}`, (t) => {
    const config = load(t, {
      [`${lower}/10-a.conf`]: locale('low'),
      [`${higher}/pkginitrd/10-a.conf`]: locale('high'),
    });
    assert.deepEqual(values(config.packages), ['high']);
  });
}

const masks = {
  'an empty file': '',
  'a link to /dev/null': { link: '/dev/null' },
  'a relative link to /dev/null': { link: '../../dev/null' },
} as const;

for (const [name, mask] of Object.entries(masks)) {
  test(`${name} masks a drop-in, a script and a profile's drop-in`, (t) => {
    const config = load(
      t,
      {
        'vendor/10-a.conf': locale('a'),
        'vendor/20-b.conf': locale('b'),
        'vendor/postinst.d/x': '#!/bin/sh\n',
        'vendor/profiles/p/10-c.conf': locale('c'),
        'vendor/profiles/p/20-d.conf': locale('d'),
        'etc/pkginitrd/10-a.conf': mask,
        'etc/pkginitrd/postinst.d/x': mask,
        'etc/pkginitrd/profiles/p/10-c.conf': mask,
      },
      { executable: ['vendor/postinst.d/x'], profiles: ['p'] },
    );
    assert.deepEqual(values(config.packages), ['b', 'd']);
    assert.deepEqual(config.postinstScripts, []);
  });
}

test('a link to a drop-in elsewhere is no mask', (t) => {
  const config = load(t, {
    'srv/a.conf': locale('a'),
    'etc/pkginitrd/10-a.conf': { link: '/srv/a.conf' },
  });
  assert.deepEqual(values(config.packages), ['a']);
});

test('a file that holds nothing but comments is read, not a mask', (t) => {
  const config = load(t, { 'etc/pkginitrd/10-a.conf': '# nothing\n' });
  assert.equal(config.files.length, 1);
});

for (const vendor of ['usr/lib/pkginitrd', 'opt/link']) {
  test(`a directory is read once when the vendor directory is ${vendor}`, (t) => {
    const tree = {
      'usr/lib/pkginitrd/10-a.conf': locale('a'),
      'usr/lib/pkginitrd/extra/etc/x': '',
      'opt/link': { link: '../usr/lib/pkginitrd' },
    };
    const config = load(t, tree, { vendor });
    assert.deepEqual(values(config.packages), ['a']);
    assert.equal(config.extraTrees.length, 1);
  });
}

test('two host directories that are one are read once', (t) => {
  const config = load(t, {
    'etc/pkginitrd/extra/x': '',
    'usr/local/lib/pkginitrd': { link: '/etc/pkginitrd' },
  });
  assert.equal(config.extraTrees.length, 1);
});

test('other files and directories are left alone', (t) => {
  const config = load(t, {
    'etc/pkginitrd/README': 'text',
    'etc/pkginitrd/10-a.conf.dpkg-old': 'nonsense',
    'etc/pkginitrd/old/10-a.conf': 'nonsense',
  });
  assert.deepEqual(config.files, []);
});

test('extra trees come lowest directory first, then the profiles in order, then ExtraTrees=', (t) => {
  const config = load(
    t,
    {
      'vendor/extra/a': '',
      'etc/pkginitrd/extra/b': '',
      'vendor/profiles/p/extra/c': '',
      'vendor/profiles/q/extra/d': '',
      'etc/pkginitrd/10-a.conf': '[Content]\nExtraTrees=tree:/opt\n',
      'etc/pkginitrd/tree/f': '',
    },
    { profiles: ['q', 'p'] },
  );
  assert.deepEqual(
    values(config.extraTrees).map(({ source, target }) => [
      source.slice(config.host.length),
      target,
    ]),
    [
      ['/vendor/extra', '/'],
      ['/etc/pkginitrd/extra', '/'],
      ['/vendor/profiles/q/extra', '/'],
      ['/vendor/profiles/p/extra', '/'],
      ['/etc/pkginitrd/tree', '/opt'],
    ],
  );
});

test('scripts replace each other by name, are sorted, and .chroot runs inside the root', (t) => {
  const scripts = [
    'vendor/postinst.d/20-b',
    'vendor/postinst.d/10-a.chroot',
    'etc/pkginitrd/postinst.d/20-b',
    'vendor/finalize.d/z',
  ];
  const config = load(
    t,
    {
      ...Object.fromEntries(scripts.map((path) => [path, '#!/bin/sh\n'])),
      'vendor/postinst.d/20-b~': 'an old one',
      'vendor/postinst.d/.hidden': 'x',
      'vendor/postinst.d/30.dpkg-dist': 'x',
    },
    { executable: scripts },
  );
  const shown = values(config.postinstScripts).map(({ path, insideRoot }) => [
    path.slice(config.host.length),
    insideRoot,
  ]);
  assert.deepEqual(shown, [
    ['/vendor/postinst.d/10-a.chroot', true],
    ['/etc/pkginitrd/postinst.d/20-b', false],
  ]);
  assert.equal(config.finalizeScripts.length, 1);
});

test('a script that cannot be run is an error that says what to do', (t) => {
  assert.deepEqual(
    errorOf(() => load(t, { 'etc/pkginitrd/finalize.d/x': '#!/bin/sh\n' })),
    {
      message: 'UsageError: Cannot run "HOST/etc/pkginitrd/finalize.d/x": not executable',
      hint: 'Run "chmod +x HOST/etc/pkginitrd/finalize.d/x"',
    },
  );
  assert.equal(
    errorOf(() =>
      load(t, {
        'etc/pkginitrd/a.conf': '[Content]\nFinalizeScripts=run\n',
        'etc/pkginitrd/run': 'x',
      }),
    ).message,
    'UsageError: HOST/etc/pkginitrd/a.conf:2: Cannot run "HOST/etc/pkginitrd/run": not executable',
  );
});

test('a tree that is not there is an error; a file goes to the root under its name', (t) => {
  assert.equal(
    errorOf(() => load(t, { 'etc/pkginitrd/a.conf': '[Content]\nExtraTrees=none\n' })).message,
    'UsageError: HOST/etc/pkginitrd/a.conf:2: Cannot copy "HOST/etc/pkginitrd/none": no such file',
  );
  const config = load(t, {
    'etc/pkginitrd/a.conf': '[Content]\nExtraTrees=motd /srv/issue:/etc/issue\n',
    'etc/pkginitrd/motd': 'x',
    'srv/issue': 'x',
  });
  assert.deepEqual(
    values(config.extraTrees).map(({ target }) => target),
    ['/motd', '/etc/issue'],
  );
});

test('an absolute path of a drop-in stays inside the host root, links too', (t) => {
  const config = load(t, {
    'etc/pkginitrd/a.conf': '[Content]\nExtraTrees=/srv/link\n',
    'srv/link': { link: '/srv/tree' },
    'srv/tree/x': '',
  });
  assert.equal(values(config.extraTrees)[0]?.source, `${config.host}/srv/tree`);
});
