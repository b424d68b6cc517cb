import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as apt from '../../../src/packages/apt/visible.ts';
import { forFetching } from '../../../src/packages/pacman/visible.ts';
import { openPacman } from '../../../src/packages/pacman/host.ts';
import { dnf4FrontEnd, dnf5FrontEnd } from '../../../src/packages/rpm/dnf.ts';
import { readConfiguration } from '../../../src/packages/rpm/repositories.ts';
import * as rpm from '../../../src/packages/rpm/visible.ts';
import { zypperFrontEnd } from '../../../src/packages/rpm/zypper.ts';
import { fetching, programs, seeing } from '../../../src/packages/shared/visible.ts';
import type { Visible } from '../../../src/model/sys.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { requestFor } from '../../helpers/package-request.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const pathsOf = (seen: readonly Visible[]): readonly string[] => seen.map(({ path }) => path);

test('no list of what a manager sees holds what is secret, or a whole directory with secrets in it', () => {
  const lists = [
    ...[programs, fetching, apt.unpacking, apt.choosing, apt.downloading],
    ...[rpm.installing, rpm.querying, rpm.downloading],
  ];
  const secret =
    /^\/(?:|root|home|boot|srv|opt|mnt|var|var\/(?:lib|cache|spool|log)|etc|etc\/(?:shadow|gshadow|ssh|ssl|pki|pki\/tls)|usr|usr\/local)(?:\/private.*)?$/;
  for (const list of lists) {
    for (const { path, why } of list) {
      assert.doesNotMatch(path, secret);
      assert.match(why, /\w{3}/, path);
    }
  }
});

test('rpm sees programs alone while scripts run', () => {
  const outside = pathsOf(rpm.installing).filter((path) => !/^\/(?:usr|s?bin|lib)/.test(path));
  assert.deepEqual(
    outside.filter((path) => !path.startsWith('/etc/')),
    [],
  );
});

test('dnf and zypper see the repositories, keys and certificates that their configuration names', (t) => {
  const files = rootFiles(
    plant(scratch(t), {
      'etc/dnf/dnf.conf':
        '[main]\nsslclientkey=/root/keys/client.key\nlogdir=/var/log\ninstallroot=/\n',
      'etc/yum.repos.d/a.repo':
        '[a]\nbaseurl=file:///srv/$basearch/os\ngpgkey=file:///opt/a.asc https://x/b.asc\n  /opt/c.asc\n',
      'etc/zypp/repos.d/a.repo': '[a]\nbaseurl=dir:///mnt/dvd\nmirrorlist=file:/etc/mirrors\n',
      'srv/x86_64/os': null,
    }),
  );
  for (const frontEnd of [dnf4FrontEnd, dnf5FrontEnd]) {
    const seen = pathsOf(rpm.ofConfiguration(frontEnd, readConfiguration(files, frontEnd)));
    for (const path of [
      '/srv/x86_64/os',
      '/opt/a.asc',
      '/opt/c.asc',
      '/root/keys/client.key',
      '/etc/yum.repos.d',
    ]) {
      assert.ok(seen.includes(path), `${frontEnd.program}: ${path} of ${seen.join(' ')}`);
    }
    for (const path of ['/', '/var/log', '/b.asc']) assert.ok(!seen.includes(path), path);
  }
  const seen = pathsOf(
    rpm.ofConfiguration(zypperFrontEnd, readConfiguration(files, zypperFrontEnd)),
  );
  for (const path of ['/mnt/dvd', '/etc/mirrors', '/etc/zypp'])
    assert.ok(seen.includes(path), path);
});

test('pacman sees its public keys, databases and repositories on this disk, and no secret key', async (t) => {
  const hostRoot = plant(scratch(t), {
    'etc/pacman.conf':
      '[options]\nGPGDir = /srv/keys/\nDBPath = /srv/db\n[own]\nInclude = /etc/own.list\n',
    'etc/own.list': 'Server = file:///srv/$repo/$arch\n',
    'srv/own/x86_64': null,
  });
  const sys = makeSys({ searchPath: '/usr/bin:/bin' });
  const { host } = await openPacman(sys, requestFor({ manager: 'pacman' }, { hostRoot }));
  const seen = pathsOf(forFetching(host));
  for (const path of ['/srv/own/x86_64', '/srv/db/sync']) assert.ok(seen.includes(path), path);
  assert.ok(seen.some((path) => /^\/srv\/keys\/+pubring\.gpg$/.test(path)));
  assert.ok(!seen.some((path) => /^\/srv\/keys\/*$|private-keys|openpgp-revocs/.test(path)));
});

test('apt sees what its configuration names, but for comments and directories of the root itself', (t) => {
  const files = rootFiles(
    plant(scratch(t), {
      'etc/apt/apt.conf':
        'Acquire::https::CaInfo "/srv/ca.pem";\n// "/root/comment"\nDir "/";\nX "/home";\n',
      'etc/apt/sources.list':
        '# deb file:/old ./\ndeb [signed-by=/root/key.gpg arch=amd64] file:/repository ./\n',
      'etc/apt/sources.list.d/a.sources':
        'Types: deb\nURIs: copy:///srv/mirror\nSigned-By: /opt/a.gpg\n',
    }),
  );
  assert.deepEqual(pathsOf(apt.namedByApt(files)).toSorted(), [
    ...['/opt/a.gpg', '/repository', '/root/key.gpg', '/srv/ca.pem', '/srv/mirror'],
  ]);
});

test('seeing() adds to a sandbox with a view, and leaves one of a whole root as it is', () => {
  const sandbox = {
    ...{ root: requestFor().hostRoot, rootWritable: false, binds: [] },
    ...{ network: false, suppressSync: true },
  };
  const more = [{ path: '/x', why: 'a test' }];
  const command = { argv: ['x'], purpose: 'Test', sandbox } as const;
  assert.equal(seeing(command, more), command);
  const limited = { ...command, sandbox: { ...sandbox, visible: programs } };
  assert.deepEqual(seeing(limited, more).sandbox?.visible, [...programs, ...more]);
});
