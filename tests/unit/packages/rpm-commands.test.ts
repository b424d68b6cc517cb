import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../src/model/sys.ts';
import * as check from '../../../src/packages/rpm/check.ts';
import { describeCommand } from '../../../src/packages/rpm/describe.ts';
import { dnf4 as four, dnf5 as five } from '../../../src/packages/rpm/dnf-dialect.ts';
import * as dnfDownload from '../../../src/packages/rpm/dnf-download.ts';
import * as dnfResolve from '../../../src/packages/rpm/dnf-resolve.ts';
import { installedCommand } from '../../../src/packages/rpm/host-rpms.ts';
import { fileOwnersCommand, relationsCommand } from '../../../src/packages/rpm/index.ts';
import { headersCommand } from '../../../src/packages/rpm/installed.ts';
import { ownersCommand } from '../../../src/packages/rpm/owners.ts';
import {
  eraseCommand,
  installCommand,
  recordCommand,
} from '../../../src/packages/rpm/transaction.ts';
import * as zypperDownload from '../../../src/packages/rpm/zypper-download.ts';
import * as zypperResolve from '../../../src/packages/rpm/zypper-resolve.ts';
import { reasoned, requestFor } from '../../helpers/package-request.ts';

const request = requestFor();
const locale = requestFor({ withDocs: true }, { locale: 'de_DE.UTF-8' });
const [repositories, both] = [
  { scope: 'repositories', excludes: 'kept' },
  { scope: 'both', excludes: 'kept' },
] as const;
const lifted = { scope: 'installed', excludes: 'lifted' } as const;
const readable =
  '--setopt=color=never --setopt=debuglevel=2 --setopt=errorlevel=3 --setopt=assumeno=0 --setopt=multilib_policy=best';
const dnf4 = `dnf --installroot=/run/pkginitrd/empty --releasever=/ --setopt=cachedir=/run/pkginitrd/cache --setopt=install_weak_deps=0 ${readable} --setopt=strict=1 --setopt=skip_broken=0`;
const dnf5 = `dnf5 --installroot=/run/pkginitrd/empty --releasever=/ --use-host-config --setopt=cachedir=/run/pkginitrd/cache --setopt=system_cachedir=/run/pkginitrd/cache --setopt=install_weak_deps=0 ${readable} --setopt=skip_broken=0 --setopt=skip_unavailable=0`;
const zypp =
  '--non-interactive --no-refresh --installroot /run/pkginitrd/empty --cache-dir /run/pkginitrd/cache --raw-cache-dir /run/pkginitrd/cache/raw --solv-cache-dir /run/pkginitrd/cache/solv --pkg-cache-dir /run/pkginitrd/cache/packages';
const root = 'rpm --root /run/pkginitrd-root';
const installed =
  '--repofrompath=pkginitrd-installed,file:///run/pkginitrd/installed --setopt=pkginitrd-installed.gpgcheck=0 --setopt=pkginitrd-installed.repo_gpgcheck=0 --setopt=pkginitrd-installed.priority=199';
const relation = (type: string, tag: string) =>
  `[${type}\\t%{${tag}NAME}\\t%{${tag}FLAGS}\\t%{${tag}VERSION}\\n]`;

// prettier-ignore
const commands: readonly [string, Command, string][] = [
  ['dnf 4 resolve', dnfResolve.resolveCommand(four, request, ['a', 'b'], repositories), `${dnf4} --cacheonly --assumeno install a b`],
  ['dnf 4 resolve with what is installed', dnfResolve.resolveCommand(four, request, ['a', 'b'], both), `${dnf4} --cacheonly ${installed} --assumeno install a b`],
  ['dnf 4 resolve among what is installed', dnfResolve.resolveCommand(four, request, ['a'], lifted), `${dnf4} --cacheonly ${installed} --repo=pkginitrd-installed --setopt=disable_excludes=all --assumeno install a`],
  ['dnf 4 check', dnfDownload.downloadCommand(four, request, ['a'], false), `${dnf4} --cacheonly --setopt=disable_excludes=all --setopt=keepcache=1 --downloadonly --assumeyes install a`],
  ['dnf 4 download', dnfDownload.downloadCommand(four, request, ['a'], true), `${dnf4} --setopt=metadata_expire=never --setopt=disable_excludes=all --setopt=keepcache=1 --downloadonly --assumeyes install a`],
  ['dnf 5 resolve', dnfResolve.resolveCommand(five, request, ['a', 'b'], repositories), `${dnf5} --cacheonly --assumeno install a b`],
  ['dnf 5 check', dnfDownload.downloadCommand(five, request, ['a'], false), `${dnf5} --cacheonly --setopt=disable_excludes=* --setopt=keepcache=1 --setopt=tsflags=test --assumeyes install a`],
  ['dnf 5 download', dnfDownload.downloadCommand(five, request, ['a'], true), `${dnf5} --setopt=metadata_expire=never --setopt=cacheonly=metadata --setopt=disable_excludes=* --setopt=keepcache=1 --setopt=tsflags=test --assumeyes install a`],
  ['zypper resolve', zypperResolve.resolveCommand(request, ['a'], repositories), `zypper --xmlout ${zypp} install --dry-run --download in-advance --no-recommends a`],
  ['zypper resolve with what is installed', zypperResolve.resolveCommand(request, ['a'], both), `zypper --xmlout ${zypp} --reposd-dir /run/pkginitrd/repos.d install --dry-run --download in-advance --no-recommends a`],
  ['zypper resolve among what is installed', zypperResolve.resolveCommand(request, ['a'], lifted), `zypper --xmlout ${zypp} --reposd-dir /run/pkginitrd/repos.d install --dry-run --download in-advance --repo pkginitrd-installed --no-recommends a`],
  ['zypper download', zypperDownload.downloadCommand(request, ['a'], true), `zypper ${zypp} install --download-only --no-recommends a`],
  ['rpm installed', installedCommand(request), 'rpm --query --all --queryformat %{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\n'],
  ['rpm keys', check.hostKeysCommand(request), 'rpm --query --all gpg-pubkey --queryformat %{DESCRIPTION}\\n'],
  ['rpm import', check.importKeysCommand(request), 'rpmkeys --root /run/pkginitrd/empty --import /run/pkginitrd/empty/keys.asc'],
  ['rpm describe', describeCommand(request, ['x/a.rpm']), 'rpm --query --package --nosignature --queryformat %{NAME}\\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{BUILDTIME}\\t%{SOURCERPM}\\t%{LICENSE}\\t%{URL}\\t%{BUGURL}\\n /run/pkginitrd/cache/x/a.rpm'],
  ['rpm headers', headersCommand(request, ['a-1-1.noarch']), 'rpm --query --queryformat =%{NAME}\\n%{HEADERIMMUTABLE:base64}\\n-[%{FILESTATES} ]\\n a-1-1.noarch'],
  ['rpm relations', relationsCommand(request), `rpm --query --all --queryformat @%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}\\t%{RELEASE}\\t%{ARCH}\\n${relation('provides', 'PROVIDE')}${relation('requires', 'REQUIRE')}${relation('conflicts', 'CONFLICT')}${relation('obsoletes', 'OBSOLETE')}${relation('recommends', 'RECOMMEND')}${relation('supplements', 'SUPPLEMENT')}`],
  ['rpm file owners', fileOwnersCommand(request, ['/bin/sh']), 'rpm --query --queryformat [%{=NAME}\\t%{FILENAMES}\\n] --whatprovides /bin/sh'],
  ['rpm check', check.checkCommand(request, ['x/a.rpm']), 'rpmkeys --root /run/pkginitrd/empty --checksig --verbose /run/pkginitrd/cache/x/a.rpm'],
  ['rpm record, not install', recordCommand(request, ['x/a.rpm']), 'rpm --root /run/pkginitrd/empty --noplugins --install --justdb --nodeps --noscripts --notriggers --nosignature --nodigest /run/pkginitrd/cache/x/a.rpm'],
  ['rpm install', installCommand(request, 5, ['x/a.rpm']), `${root} --noplugins --upgrade --nosignature --excludedocs --define _netsharedpath /dev:/proc:/sys --define _tmppath /tmp /run/pkginitrd/cache/x/a.rpm`],
  ['rpm install in German', installCommand(locale, 5, ['a.rpm']), `${root} --noplugins --upgrade --nosignature --define _install_langs de_DE.UTF-8:de_DE:de --define _netsharedpath /dev:/proc:/sys --define _tmppath /tmp /run/pkginitrd/cache/a.rpm`],
  ['rpm erase', eraseCommand(request, 5, ['a']), `${root} --noplugins --erase --nodeps --allmatches a`],
  ['rpm owners', ownersCommand(request), `${root} --query --all --queryformat [%{=NAME}\\t%{FILEMODES}\\t%{FILENAMES}\\n]`],
];

for (const [name, command, line] of commands) {
  test(`the command ${name}`, () => {
    assert.equal(command.argv.join(' '), line);
  });
}

test('no command weakens what is demanded of a repository or a package', () => {
  for (const [name, { argv }] of commands) {
    // Installed packages are in no signed repository.
    const text = argv.join(' ').replaceAll(/pkginitrd-installed\.\w*gpgcheck=0/g, '');
    assert.doesNotMatch(text, /gpgcheck|no-gpg|allow-unsigned|nocrypto|--force/i, name);
    if (!name.includes('record')) assert.doesNotMatch(text, /nodigest/, name);
    // Signatures are checked before, by the keys that the root has not.
    if (!/describe|record|install/.test(name)) assert.doesNotMatch(text, /nosignature/, name);
  }
});

test('only a download sees the network, and none writes the host', () => {
  for (const [name, { sandbox }] of commands) {
    assert.equal(sandbox?.network, name.endsWith('download'), name);
    assert.equal(sandbox?.rootWritable, false, name);
    assert.ok(
      sandbox?.binds.every(({ source }) => source.startsWith('/work/')),
      name,
    );
  }
});

test('only what runs scripts gets a chroot, with a /dev of its own', () => {
  const { sandbox } = installCommand(request, 5, []);
  assert.deepEqual(sandbox?.chroots, ['/run/pkginitrd-root']);
  assert.equal(installedCommand(request).sandbox?.chroots, undefined);
});

test('recommended packages are a matter of the request', () => {
  const wish = requestFor({ withRecommends: true, install: reasoned('a') });
  assert.ok(
    dnfResolve
      .resolveCommand(four, wish, ['a'], both)
      .argv.includes('--setopt=install_weak_deps=1'),
  );
  assert.ok(zypperResolve.resolveCommand(wish, ['a'], both).argv.includes('--recommends'));
});
