import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { makeRunner } from '../../../src/sys/run.ts';
import { viewOf } from '../../../src/sys/visible.ts';
import { skipFor } from '../../helpers/need.ts';

const skip = process.getuid?.() !== 0 ? skipFor('needs root') : await lacksBubblewrap();

const root = absolutePath(mkdtempSync(join(tmpdir(), 'visible-test-')));
after(() => rmSync(root, { recursive: true }));

const files = [
  ...['usr/bin/tool', 'usr/lib/lib.so', 'etc/manager/main.conf', 'etc/manager/keys/one.asc'],
  ...['etc/shadow', 'root/secret', 'home/user/secret', 'srv/configuration/more.conf'],
  ...['srv/keys/two.asc', 'opt/manager/cache/list', 'var/lib/other/secret'],
];
const links = {
  bin: 'usr/bin',
  'usr/lib64': '../usr/lib',
  'etc/manager/more.conf': '/srv/configuration/more.conf',
  'etc/manager/keys/two.asc': '../../../srv/keys/two.asc',
  'etc/manager/null': '/dev/null',
  'etc/manager/gone': '/nowhere/at/all',
  'var/cache': '../opt/manager',
  'etc/loop': 'loop',
} as const;
for (const path of files) {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), path);
}
for (const [path, target] of Object.entries(links)) {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

const asked = ['/usr/bin', '/usr/lib', '/usr/lib64', '/bin', '/etc/manager', '/var/cache/cache'];

test('viewOf() binds what is named and what links of the configuration lead to, by their real paths', () => {
  const { binds } = viewOf(root, [...asked, '/etc/absent', '/etc/loop', '/usr/bin/tool', '/']);
  assert.deepEqual(
    binds.map(({ target }) => target),
    [
      ...['/etc/manager', '/opt/manager/cache', '/srv/configuration/more.conf'],
      ...['/srv/keys/two.asc', '/usr/bin', '/usr/lib'],
    ],
  );
  for (const { source, target, writable } of binds) {
    assert.equal(source, `${root}${target}`);
    assert.equal(writable, false);
  }
});

test('viewOf() keeps the links on the way, but those that a bind brings', () => {
  assert.deepEqual(viewOf(root, asked).links, [
    { path: '/bin', target: 'usr/bin' },
    { path: '/usr/lib64', target: '../usr/lib' },
    { path: '/var/cache', target: '../opt/manager' },
  ]);
});

test('viewOf() leaves out what a sandbox has of its own', () => {
  for (const path of ['/proc/1', '/dev/null', '/sys/kernel', '/etc/manager/null']) {
    const { binds } = viewOf(absolutePath('/'), [path]);
    assert.deepEqual(binds, [], path);
  }
});

test(
  'a sandbox with named parts of a root shows these, and nothing can be added',
  { skip },
  async () => {
    const script = `
    find $(ls -d /* | grep -vxE '/(proc|dev|usr|s?bin|lib.*)') -type f | sort
    cat /etc/manager/more.conf /etc/manager/keys/two.asc /var/cache/cache/list; echo
    for at in / /etc /srv /opt /root /home /var; do touch $at/x 2>/dev/null && echo "wrote $at"; done
    ls -d /root /home /boot /etc/shadow 2>/dev/null
    touch /run/x /tmp/x && echo end`;
    const ran = await inside(script, [...asked, '/etc/ld.so.cache'], root);
    assert.deepEqual(ran.stdout.trim().split('\n'), [
      ...['/etc/manager/keys/one.asc', '/etc/manager/main.conf', '/opt/manager/cache/list'],
      ...['/srv/configuration/more.conf', '/srv/keys/two.asc'],
      'srv/configuration/more.confsrv/keys/two.ascopt/manager/cache/list',
      'end',
    ]);
  },
);

test(
  'directories on the way to what can be seen are open to users that a manager becomes',
  { skip },
  async () => {
    const paths = ['/etc/manager/main.conf', '/srv/keys/two.asc'];
    const { stdout } = await inside('stat -c %a / /etc /etc/manager /srv /srv/keys', paths, root);
    assert.equal(stdout, '755\n755\n755\n755\n755\n');
  },
);

// The programs are this machine's own, bound on top of the test's /usr.
async function inside(script: string, paths: readonly string[], at: AbsolutePath) {
  return makeRunner().run({
    argv: ['sh', '-c', script],
    sandbox: {
      ...{ root: at, rootWritable: false, network: false, suppressSync: false },
      visible: paths
        .filter((path) => !path.startsWith('/usr') && path !== '/bin')
        .map((path) => ({ path, why: 'a test' })),
      binds: ['/usr', '/bin', '/lib', '/lib64', '/sbin'].map((path) => ({
        ...{ source: absolutePath(path), target: path, writable: false },
      })),
    },
    purpose: 'Look around',
  });
}

async function lacksBubblewrap(): Promise<string | false> {
  try {
    await inside('true', [], absolutePath('/'));
    return false;
  } catch (error) {
    return skipFor(error instanceof Error ? error.message : 'no bubblewrap');
  }
}
