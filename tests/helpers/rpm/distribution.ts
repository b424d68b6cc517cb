// A small rpm distribution made of Debian 13's packages, in .cache/rpm: setup.sh runs this file once.
//
//   repository/     Packages/*.rpm, signed, with signed metadata
//   hosts/MANAGER/  a system that dnf or zypper keeps, with configuration, keys and filled caches at their real places
//
// With .cache/dnf5-tools, a Debian that has dnf 5, .cache/dnf5 is such a system, too.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache, checkout } from '../paths.ts';
import { runOk } from '../run.ts';
import { readDebs } from './debs.ts';
import { hostDirectory, makeHost } from './hosts.ts';
import { planted } from './planted.ts';
import { signAndIndex } from './repository.ts';
import { writeSpec, type RpmPackage } from './spec.ts';

const work = join(cache, 'tmp/rpm');

async function makeDistribution(): Promise<void> {
  if (existsSync(join(cache, 'rpm'))) return;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'repository/Packages'), { recursive: true });
  const packages = [...(await readDebs(work, inTools)), ...planted(work)];
  await buildAll(packages);
  await signAndIndex(inTools);
  for (const manager of ['dnf4', 'zypper'] as const) {
    await makeHost(manager, work, join(work, 'hosts', manager));
  }
  for (const name of ['trees', 'debs', 'specs', 'build']) {
    rmSync(join(work, name), { recursive: true, force: true });
  }
  renameSync(work, join(cache, 'rpm'));
}

/** Runs a program in the Debian that has the rpm tools, with the working directory at /work. */
async function inTools(...argv: readonly string[]): Promise<string> {
  const enter = join(checkout, 'tests/helpers/enter-root.sh');
  const tools = join(cache, 'rpm-tools');
  const ran = await runOk([
    ...[enter, '--overlay', 'tmpfs', '--bind', work, '/work', tools],
    ...argv,
  ]);
  return ran.stdout;
}

// One process for all: entering the root costs more than a small package.
async function buildAll(packages: readonly RpmPackage[]): Promise<void> {
  mkdirSync(join(work, 'specs'));
  for (const one of packages) writeSpec(one, packages, join(work, 'specs'));
  await inTools('bash', '-o', 'pipefail', '-c', buildScript);
  const built = readdirSync(join(work, 'build/rpms'));
  if (built.length !== packages.length)
    throw new Error(`${built.length} rpms of ${packages.length}`);
  for (const name of built)
    cpSync(join(work, 'build/rpms', name), join(work, 'repository/Packages', name));
}

const buildScript = `
ls /work/specs | xargs -P 2 -I{} sh -c 'rpmbuild -bb --quiet \\
  -D "_topdir /work/build/{}.d" -D "_rpmdir /work/build/rpms" \\
  -D "_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm" \\
  /work/specs/{} >/work/build-{}.log 2>&1 || { cat /work/build-{}.log >&2; exit 255; }; rm -rf /work/build/{}.d /work/build-{}.log'
`;

async function makeDnf5(): Promise<void> {
  if (!existsSync(join(cache, 'dnf5-tools')) || existsSync(hostDirectory('dnf5'))) return;
  const host = join(cache, 'tmp/dnf5');
  rmSync(host, { recursive: true, force: true });
  await makeHost('dnf5', join(cache, 'rpm'), host);
  renameSync(host, hostDirectory('dnf5'));
}

await makeDistribution();
await makeDnf5();
