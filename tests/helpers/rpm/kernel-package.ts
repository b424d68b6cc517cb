import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { need } from '../need.ts';
import { bundle } from '../paths.ts';
import { runOk } from '../run.ts';
import type { PackageHost } from '../package-host.ts';

/** True where our package and those of the tests can be built. */
export function canBuild(t: TestContext): boolean {
  return (
    need(t, existsSync(bundle), 'no bundle: run npm run build') &&
    need(t, existsSync('/usr/bin/rpmlint'), 'no rpmlint: run tests/helpers/setup.sh rpm')
  );
}

/** Builds a package of SPEC, a spec file's text without its name, and gives its path in the host. */
async function build({ place }: PackageHost, name: string, spec: string): Promise<string> {
  const work = join(place, `build-${name}`);
  mkdirSync(work);
  writeFileSync(join(work, `${name}.spec`), `${preamble}${spec}`);
  const options = ['--define', `_topdir ${work}`, '--define', `_rpmdir ${work}/rpms`];
  await runOk(['rpmbuild', '-bb', '--quiet', ...options, join(work, `${name}.spec`)]);
  const file = readdirSync(join(work, 'rpms'), { recursive: true, encoding: 'utf8' }).find((each) =>
    each.endsWith('.rpm'),
  );
  return `/scratch/build-${name}/rpms/${file ?? 'none'}`;
}

const preamble =
  '%global debug_package %{nil}\n%global __os_install_post %{nil}\nAutoReqProv: no\n';

const head = (name: string, version: string): string =>
  `Name: ${name}\nVersion: ${version}\nRelease: 1\nSummary: Test\nLicense: MIT\nBuildArch: noarch\n`;

/** A kernel with the scriptlets that Fedora's and RHEL's kernel-core has. */
export function kernelPackage(
  host: PackageHost,
  version: string,
  { kernel, image }: { readonly kernel: string; readonly image?: string } = {
    kernel: `${version}-1.fc42`,
  },
): Promise<string> {
  return build(
    host,
    `kernel-core-${version}`,
    `${head('kernel-core', version)}Provides: installonlypkg(kernel)
%description
Test
%install
mkdir -p %{buildroot}/usr/lib/modules/${kernel}
${image === undefined ? `echo kernel ${version} >` : `cp ${image} `}%{buildroot}/usr/lib/modules/${kernel}/vmlinuz
%posttrans
if [ -x /usr/sbin/weak-modules ]
then
    /usr/sbin/weak-modules --add-kernel ${kernel} || exit $?
fi
/bin/kernel-install add ${kernel} /lib/modules/${kernel}/vmlinuz || exit $?
%preun
/bin/kernel-install remove ${kernel} || exit $?
%files
/usr/lib/modules/${kernel}/vmlinuz
`,
  );
}

/** A package that has what ours wants and the fixture's database does not. */
export function standIns(host: PackageHost): Promise<string> {
  const names = ['/usr/bin/bwrap', '/usr/bin/xz', '/usr/bin/zstd', '/usr/bin/flock', 'kmod', 'dnf'];
  return build(
    host,
    'stand-ins',
    `${head('stand-ins', '1')}${names.map((name) => `Provides: ${name}\n`).join('')}Provides: nodejs = 1:22.1
%description
Test
%files
`,
  );
}

/** A package with a file below /usr/lib and a script that runs after those of the packages it wants. */
export function laterPackage(host: PackageHost, script: string): Promise<string> {
  return build(
    host,
    'later',
    `${head('later', '1')}Requires: kernel-core
%description
Test
%install
mkdir -p %{buildroot}/usr/lib/later
: >%{buildroot}/usr/lib/later/file
%posttrans
${script}
%files
/usr/lib/later
`,
  );
}
