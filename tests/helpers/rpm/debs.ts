import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseControl, type Stanza } from '../../../src/formats/deb-control.ts';
import { runOk } from '../run.ts';
import type { RpmPackage } from './spec.ts';

/** What an initrd of the distribution is made of, as 20-testrpm.conf names it, and what these need. */
export const wanted = [
  ...['systemd', 'systemd-cryptsetup', 'systemd-repart', 'udev', 'bash', 'less', 'gzip', 'kmod'],
  ...['dmsetup', 'libacl1', 'libcryptsetup12', 'libfdisk1', 'libfido2-1', 'liblzma5', 'libzstd1'],
  ...['libseccomp2', 'libtss2-esys-3.0.2-0t64', 'libtss2-rc0t64', 'libtss2-tcti-device0t64'],
  ...['e2fsprogs', 'mount', 'procps', 'util-linux', 'strace', 'coreutils', 'base-files'],
  ...['sed', 'grep', 'findutils', 'libc-bin', 'ncurses-base', 'ncurses-bin', 'tar', 'diffutils'],
  ...['hostname', 'dash', 'mawk', 'passwd', 'libpam-modules-bin', 'lvm2', 'mdadm'],
];

// Only Debian's own maintainer scripts use them.
const dropped = new Set([
  ...['dpkg', 'debconf', 'perl-base', 'init-system-helpers', 'base-passwd', 'adduser', 'usrmerge'],
  ...[
    'libdebconfclient0',
    'debianutils',
    'sensible-utils',
    'usr-is-merged',
    'liblocale-gettext-perl',
  ],
]);

/** Downloads the packages with all they depend on and unpacks each one. */
export async function readDebs(
  work: string,
  inTools: (...argv: readonly string[]) => Promise<string>,
): Promise<readonly RpmPackage[]> {
  mkdirSync(join(work, 'debs/partial'), { recursive: true });
  await inTools(
    ...['apt-get', '-q', '-y', '-o', 'Dir::State::status=/dev/null'],
    ...['-o', 'Dir::Cache::archives=/work/debs', '-o', 'APT::Sandbox::User=root'],
    ...['-o', 'APT::Install-Recommends=false', '--download-only', 'install', ...wanted],
  );
  const packages: RpmPackage[] = [];
  const users = await userFiles(inTools);
  for (const file of readdirSync(join(work, 'debs')).filter((name) => name.endsWith('.deb'))) {
    const deb = join(work, 'debs', file);
    const [stanza] = parseControl((await runOk(['dpkg-deb', '--field', deb])).stdout);
    const name = stanza?.get('package') ?? '';
    if (stanza === undefined || dropped.has(name)) continue;
    const tree = join(work, 'trees', name);
    mkdirSync(tree, { recursive: true });
    await runOk(['dpkg-deb', '--extract', deb, tree]);
    packages.push(convert(stanza, name, tree, name === 'base-files' ? users : {}));
  }
  return packages;
}

function convert(
  stanza: Stanza,
  name: string,
  tree: string,
  files: Readonly<Record<string, string>>,
): RpmPackage {
  const field = (key: string): readonly string[] =>
    (stanza.get(key) ?? '').split(',').filter((term) => term.trim() !== '');
  const [epoch, version, release] = splitVersion(stanza.get('version') ?? '');
  return {
    name,
    ...{ epoch, version, release, tree, files },
    summary: (stanza.get('description') ?? name).split('\n')[0] ?? name,
    requires: [...field('depends'), ...field('pre-depends'), ...(added[name] ?? [])],
    recommends: [],
    provides: [...field('provides'), ...(provided[name] ?? [])],
    scripts: scripts[name] ?? {},
  };
}

/** rpm refuses a `-` in versions and releases. */
function splitVersion(text: string): readonly [string, string, string] {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/.exec(text) ?? [];
  const at = rest.lastIndexOf('-');
  const [version, release] = at === -1 ? [rest, '0'] : [rest.slice(0, at), rest.slice(at + 1)];
  return [epoch, version.replaceAll('-', '.'), release];
}

// What Debian has without a dependency: essential packages, and what only dpkg pulls in. Without liblzma, which libkmod
// opens by name, depmod reads no .ko.xz, and the initrd waits for its disk in vain.
const added: Readonly<Record<string, readonly string[]>> = {
  libc6: ['base-files'],
  libkmod2: ['liblzma5', 'libzstd1'],
  systemd: [
    ...['coreutils', 'sed', 'grep', 'findutils', 'libc-bin', 'ncurses-base', 'ncurses-bin', 'tar'],
    ...['diffutils', 'hostname', 'dash', 'bash'],
  ],
};

const provided: Readonly<Record<string, readonly string[]>> = {
  libc6: ['rtld(GNU_HASH)'],
  dash: ['/bin/sh'],
  bash: ['/bin/bash'],
  'base-files': ['system-release (= 1)', 'system-release(releasever) (= 1)'],
};

const scripts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'libc-bin': { post: '/usr/sbin/ldconfig >/dev/null 2>/dev/null' },
  systemd: {
    posttrans:
      'systemd-sysusers >/dev/null\nsystemd-hwdb update --usr\nsystemctl preset-all 2>/dev/null',
  },
};

/** /etc/passwd and such: on Debian a script of base-passwd makes them. */
async function userFiles(
  inTools: (...argv: readonly string[]) => Promise<string>,
): Promise<Readonly<Record<string, string>>> {
  const master = async (name: string): Promise<string> =>
    inTools('cat', `/usr/share/base-passwd/${name}.master`);
  return {
    'etc/passwd': (await master('passwd')).replaceAll(':*:', ':x:'),
    'etc/group': await master('group'),
    'usr/lib/os-release':
      'ID=testrpm\nNAME="Test rpm distribution"\nPRETTY_NAME="Test rpm distribution 1"\nVERSION_ID=1\n',
  };
}
