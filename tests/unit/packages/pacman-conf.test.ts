import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildConf,
  localConf,
  needsSignature,
  readPacmanConf,
} from '../../../src/packages/pacman/conf.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const conf = `# pacman 7's
[options]
RootDir = /
DBPath = /srv/pacman/
CacheDir = /srv/one /srv/two
HookDir = /etc/pacman.d/hooks
HoldPkg = pacman glibc
XferCommand = /usr/bin/curl -L -C - -f -o %o %u
NoExtract = usr/share/help/* !usr/share/help/en*
IgnorePkg = linux
Architecture = auto
Color
CheckSpace
DownloadUser = alpm
#DisableSandbox
SigLevel    = Required DatabaseOptional
LocalFileSigLevel = Required

[core]
Include = /etc/pacman.d/mirrorlist

[own]
SigLevel = PackageOptional
Server = file:///srv/own/
Server = file:///srv/$repo/$arch
`;

function hostWith(t: Parameters<typeof scratch>[0]) {
  return readPacmanConf(
    rootFiles(
      plant(scratch(t), {
        'etc/pacman.conf': conf,
        'etc/pacman.d/mirrorlist':
          '# all\nServer = https://a/$repo/os/$arch\nServer = https://b/$repo\n',
      }),
    ),
  );
}

test('readPacmanConf() takes paths from the host, or the defaults of pacman', (t) => {
  const host = hostWith(t);
  assert.equal(host.database, '/srv/pacman');
  assert.deepEqual(host.caches, ['/srv/one', '/srv/two']);
  assert.deepEqual(host.localRepositories, ['/srv/own', '/srv/own/*']);
  assert.equal(host.keyring, '/etc/pacman.d/gnupg');
  const plain = readPacmanConf(rootFiles(plant(scratch(t), { 'etc/pacman.conf': '[options]\n' })));
  assert.equal(plain.database, '/var/lib/pacman');
  assert.deepEqual(plain.caches, ['/var/cache/pacman/pkg']);
});

test("buildConf() keeps the host's repositories and signature levels, not what reaches for the host", (t) => {
  assert.equal(
    buildConf(hostWith(t), true),
    `[options]
XferCommand = /usr/bin/curl -L -C - -f -o %o %u
NoExtract = usr/share/help/* !usr/share/help/en*
Architecture = auto
SigLevel = Required DatabaseOptional
LocalFileSigLevel = Required

[core]
Server = https://a/$repo/os/$arch
Server = https://b/$repo

[own]
SigLevel = PackageOptional
Server = file:///srv/own/
Server = file:///srv/$repo/$arch
`,
  );
});

test('buildConf() leaves documentation out where it is not asked for', (t) => {
  assert.match(
    buildConf(hostWith(t), false),
    /^NoExtract = usr\/share\/doc\/\* .*usr\/share\/man\/\*$/m,
  );
});

test('localConf() takes unsigned files, and has no repository', (t) => {
  const text = localConf(hostWith(t), true);
  assert.match(text, /^SigLevel = Required DatabaseOptional$/m);
  assert.match(text, /^LocalFileSigLevel = Optional$/m);
  assert.doesNotMatch(text, /\[core\]/);
});

test('needsSignature() goes by the repository, then by the options', (t) => {
  const host = hostWith(t);
  assert.equal(needsSignature(host, 'core'), true);
  assert.equal(needsSignature(host, 'own'), false);
});

test('readPacmanConf() says what is missing', (t) => {
  assert.throws(() => readPacmanConf(rootFiles(scratch(t))), /no "\/etc\/pacman.conf" in/);
});
