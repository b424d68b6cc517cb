// Our Debian package: what is in it, what apt does with it, what it leaves behind.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { bundle } from '../helpers/paths.ts';
import { need } from '../helpers/need.ts';
import { runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';
import { makePackage, ourPackage, workstation, type Workstation } from '../helpers/workstation.ts';

test('The package is the same bytes wherever and whenever it is made', async (t) => {
  if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return;
  const first = readFileSync(await makePackage());
  const again = await makePackage({ TMPDIR: scratch(t), LC_ALL: 'C.UTF-8', TZ: 'Asia/Tokyo' });
  assert.ok(first.equals(readFileSync(again)));
  const codec = /\/zstd-codec\.mjs$/m;
  assert.match((await runOk(['dpkg-deb', '-c', again])).stdout, codec);
  const without = await makePackage({}, ['--without-codec']);
  assert.doesNotMatch((await runOk(['dpkg-deb', '-c', without])).stdout, codec);
});

test('The package has man pages, completions and the licence of every module in the bundle', async (t) => {
  if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return;
  const root = scratch(t);
  await runOk(['dpkg-deb', '-x', await makePackage(), root]);
  for (const page of ['man8/pkginitrd.8', 'man5/pkginitrd.conf.5', 'man8/update-initramfs.8']) {
    const { stdout } = await runOk(['zcat', join(root, `usr/share/man/${page}.gz`)]);
    assert.match(stdout, /^\.TH "[A-Z.\\-]+" \d/);
    assert.doesNotMatch(stdout, /`/, page);
  }
  for (const file of [
    'bash-completion/completions/pkginitrd',
    'zsh/vendor-completions/_pkginitrd',
    'fish/vendor_completions.d/pkginitrd.fish',
  ]) {
    assert.match(readFileSync(join(root, 'usr/share', file), 'utf8'), /compress-output/, file);
  }
  const doc = join(root, 'usr/share/doc/pkginitrd');
  const { stdout } = await runOk(['zcat', join(doc, 'bundled-licences.gz')]);
  for (const name of ['yargs', 'execa', 'fast-glob', 'debug', 'ini', 'zstd-codec', 'micromatch']) {
    assert.match(stdout, new RegExp(`^${name} [0-9.]+ \\((?:MIT|ISC)\\)$`, 'm'));
  }
  assert.match(readFileSync(join(doc, 'copyright'), 'utf8'), /Permission is hereby granted/);
});

/** Makes packages look installed in a copy of dpkg's status, with all that they depend on. */
async function pretend(
  machine: Workstation,
  ...names: readonly string[]
): Promise<readonly string[]> {
  const script = `
    cp /var/lib/dpkg/status /scratch/status
    apt-get -s --no-install-recommends install "$@" | sed -n 's/^Inst \\([^ ]*\\).*/\\1/p' | while read -r name; do
      apt-cache show --no-all-versions "$name" | sed 's/^\\(Package: .*\\)/\\1\\nStatus: install ok installed/'
    done >>/scratch/status`;
  await machine.run(['sh', '-euc', script, 'sh', ...names]);
  return ['-o', 'Dir::State::status=/scratch/status'];
}

for (const [old, gone] of [
  ['initramfs-tools', ['initramfs-tools']],
  ['dracut', ['dracut', 'dracut-core']],
] as const) {
  test(`apt puts the package in the place of ${old}; kernel and plymouth stay`, async (t) => {
    const machine = await ready(t);
    if (machine === undefined) return;
    const status = await pretend(machine, old, 'linux-image-amd64', 'plymouth');
    const install = await machine.simulate(...status, 'install', ourPackage);
    assert.deepEqual(removed(install), [...gone]);
    assert.ok(install.includes('Inst pkginitrd'));
  });
}

test('apt goes back to either; a kernel and plymouth need nothing but ours', async (t) => {
  const machine = await ready(t);
  if (machine === undefined) return;
  const fresh = await machine.simulate('install', 'linux-image-amd64', 'plymouth', ourPackage);
  assert.ok(!fresh.some((line) => /initramfs-tools|dracut/.test(line)), fresh.join('\n'));
  assert.ok(fresh.includes('Inst plymouth'));

  await machine.apt('install', ourPackage);
  const status = await pretend(machine, 'linux-image-amd64', 'plymouth');
  for (const old of ['initramfs-tools', 'dracut']) {
    assert.deepEqual(
      removed(await machine.simulate(...status, 'install', old)),
      ['pkginitrd'],
      old,
    );
  }
});

test('The package chooses itself, builds in the place of an older image, and gives back', async (t) => {
  const machine = await ready(t);
  if (machine === undefined) return;
  const { host } = machine;
  const { version } = host.kernel;
  const initrd = join(host.upper, `boot/initrd.img-${version}`);
  host.write(`/boot/initrd.img-${version}`, 'of another generator');
  const { stderr, stdout } = await machine.apt('install', ourPackage);
  const said = stdout + stderr;
  assert.match(
    said,
    /^pkginitrd: Chosen as initrd generator in \/etc\/kernel\/install\.conf; to go back,/m,
  );
  assert.equal(said.match(/^pkginitrd: Building /gm)?.length, 1, said);
  assert.match(said, /^pkginitrd: Initrd for .*: \/boot\/initrd\.img-.* in \d/m);
  assert.equal(statSync(initrd).mode & 0o777, 0o600);
  assert.ok(statSync(initrd).size > 1_000_000);
  const previous = join(host.upper, `boot/previous-initrd.img-${version}`);
  assert.equal(readFileSync(previous, 'utf8'), 'of another generator');

  await machine.apt('purge', 'pkginitrd');
  assert.ok(existsSync(initrd), 'the machine has to boot');
  const left = readdirSync(host.upper, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.includes('pkginitrd'))
    .map((entry) => join(entry.parentPath, entry.name).slice(host.upper.length));
  assert.deepEqual(
    left.filter((path) => !path.startsWith('/var/log/')),
    [],
  );
  assert.ok(!existsSync(join(host.upper, 'etc/kernel/install.conf')));
});

async function ready(t: TestContext): Promise<Workstation | undefined> {
  if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return undefined;
  return workstation(t, scratch(t));
}

function removed(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /^(?:Remv|Purg) (.*)$/.exec(line)?.[1] ?? []).sort();
}
