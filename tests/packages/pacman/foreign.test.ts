import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { after, test } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { runOk } from '../../helpers/run.ts';
import { cleanUp, leavesAlone, refuses, sys, temporary } from '../apt/support.ts';
import { hostFor, pacmanRequest, releases } from './support.ts';

// Packages that were built on the host, and databases of another time than the system.

after(cleanUp);

for (const release of releases) {
  test(`pacman ${release}: an installed package that no repository has is made of its files`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    await installForeign(host, 'toolbox', '2:1.0-1', ['less', 'libtoolbox.so=1-64']);
    await installForeign(host, 'libtoolbox', '1-1', [], ['libtoolbox.so=1-64']);
    const request = pacmanRequest(host, ['filesystem', 'toolbox']);
    const tree = await leavesAlone(host, () => installPackages(sys, request));
    const origins = new Map(tree.packages.map(({ name, origin }) => [name, origin]));
    assert.equal(origins.get('toolbox'), 'installed');
    assert.equal(origins.get('libtoolbox'), 'installed');
    assert.equal(origins.get('less'), 'cache');
    assert.equal(sys.root(tree.root).readText('usr/share/toolbox/version'), '2:1.0-1\n');
    assert.deepEqual(tree.warnings, []);
    await refuses(pacmanRequest(host, ['toolbox'], { sources: ['cache', 'network'] }), {
      message: /^Cannot install "toolbox" \(test\.conf:1\): pacman knows no such package$/,
      hint: /^Run "pacman -Syu" if/,
    });
  });

  test(`pacman ${release}: a package that fits the installed system alone takes that along`, async (t) => {
    const host = await hostFor(t, release);
    if (host === undefined) return;
    await installForeign(host, 'toolbox', '1.0-1', ['less=1-1']);
    await reversion(host, 'less', '1-1');
    const request = pacmanRequest(host, ['filesystem', 'toolbox']);
    const { packages } = await installPackages(sys, request);
    const less = packages.find(({ name }) => name === 'less');
    assert.deepEqual([less?.version, less?.origin], ['1-1', 'installed']);
  });
}

test('versions that the system does not have are named where they go into the image', async (t) => {
  const host = await hostFor(t);
  if (host === undefined) return;
  await reversion(host, 'less', '1-1');
  const { warnings, packages } = await installPackages(
    sys,
    pacmanRequest(host, ['filesystem', 'less']),
  );
  const less = packages.find(({ name }) => name === 'less');
  assert.equal(less?.origin, 'cache');
  assert.equal(
    warnings.join('\n'),
    `The databases of pacman have other versions than this system, which go into the image: "less" ${less.version}, here 1-1. Run "pacman -Syu" to have the same`,
  );
});

test('a package whose libraries are of another time than the databases is named', async (t) => {
  const host = await hostFor(t);
  if (host === undefined) return;
  await installForeign(host, 'toolbox', '1.0-1', ['libgone.so=1-64']);
  await refuses(pacmanRequest(host, ['filesystem', 'toolbox']), {
    message: /^Cannot resolve the packages for "toolbox" \(test\.conf:2\): .*libgone\.so/,
    hint: /^Run "pacman -Syu"/,
  });
});

/** Installs a package of one file, as makepkg and "pacman -U" do it. */
async function installForeign(
  host: AbsolutePath,
  name: string,
  version: string,
  depends: readonly string[],
  provides: readonly string[] = [],
): Promise<void> {
  const tree = temporary('foreign');
  mkdirSync(`${tree}/usr/share/${name}`, { recursive: true });
  writeFileSync(`${tree}/usr/share/${name}/version`, `${version}\n`);
  const info = [
    ...[`pkgname = ${name}`, `pkgver = ${version}`, 'arch = any', 'builddate = 1', 'size = 8'],
    ...depends.map((word) => `depend = ${word}`),
    ...provides.map((word) => `provides = ${word}`),
  ];
  writeFileSync(`${tree}/.PKGINFO`, `${info.join('\n')}\n`);
  const options = '--options=!all,use-set,type,uid,gid,mode,time,size,sha256,link';
  await runOk(['bsdtar', '-czf', '.MTREE', '--format=mtree', options, '.PKGINFO', 'usr'], {
    cwd: tree,
  });
  const archive = `${tree}/${name}-${version}-any.pkg.tar`;
  await runOk(['bsdtar', '-cf', archive, '.MTREE', '.PKGINFO', 'usr'], { cwd: tree });
  writeFileSync(`${tree}/pacman.conf`, '[options]\nLocalFileSigLevel = Never\n');
  await runOk([
    ...['pacman', '--config', `${tree}/pacman.conf`, '--root', host, '--noconfirm'],
    ...['--dbpath', `${host}/var/lib/pacman`, '--cachedir', tree, '--logfile', '/dev/null'],
    ...['--hookdir', '/nonexistent', '--nodeps', '--nodeps', '--upgrade', archive],
  ]);
}

/** Gives an installed package another version: the databases are newer than the system, or older. */
async function reversion(host: AbsolutePath, name: string, version: string): Promise<void> {
  const local = sys.root(host).glob(`var/lib/pacman/local/${name}-[0-9]*`)[0];
  assert.ok(local !== undefined);
  const moved = `${host}/var/lib/pacman/local/${name}-${version}`;
  renameSync(`${host}/${local}`, moved);
  const desc = readFileSync(`${moved}/desc`, 'utf8');
  writeFileSync(`${moved}/desc`, desc.replace(/(?<=^%VERSION%\n).*$/m, version));
}
