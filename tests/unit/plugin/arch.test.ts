// What our hooks of libalpm do with kernels that come and go: whose image is built, and when the one before goes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const chosen: Tree = { 'etc/kernel/install.conf': 'layout=bls\ninitrd_generator=pkginitrd\n' };
const inBoot: Tree = { 'etc/kernel/install.conf': 'initrd_generator=pkginitrd\n' };

const kernel = (version: string, pkgbase = 'linux'): Tree => ({
  [`usr/lib/modules/${version}/vmlinuz`]: `kernel ${version}`,
  [`usr/lib/modules/${version}/pkgbase`]: `${pkgbase}\n`,
});

/** A system with our scripts. What kernel-install and our program are called with is noted. */
function system(t: TestContext, tree: Tree) {
  const root = plant(scratch(t), { 'usr/lib/pkginitrd': null, boot: null, ...tree });
  const scripts = ['generator', 'masks', 'package', 'arch/boot-image', 'arch/kernels'];
  for (const script of scripts) {
    const to = join(root, 'usr/lib/pkginitrd', script.replace('arch/', ''));
    cpSync(join(checkout, 'plugin', script), to);
    chmodSync(to, 0o755);
  }
  const waiting = join(root, 'var/lib/pkginitrd/waiting');
  plant(root, {
    // As it is with our plugin 52, which takes back what it has noted, or notes that it cannot build yet.
    'bin/kernel-install': `#!/bin/sh
echo "$1 $2" >>${root}/calls
[ "$1" = add ] || exit 0
case $(cat ${root}/plugin 2>/dev/null) in
    fails) exit 1 ;;
    waits) mkdir -p ${waiting} && : >"${waiting}/$2" ;;
    *) rm -f "${waiting}/$2" ;;
esac
`,
    'bin/pkginitrd': `#!/bin/sh\n[ "$1" != --version ] || exit 0\necho "$1 $2 $3" >>${root}/calls\necho image >"$5"\n`,
  });
  for (const program of ['kernel-install', 'pkginitrd'])
    chmodSync(join(root, 'bin', program), 0o755);
  const env = {
    ...{ PATH: `${root}/bin:/usr/bin:/bin`, ROOT: root },
    PKGINITRD: join(root, 'bin/pkginitrd'),
  };
  const run = (script: string, args: readonly string[], input = '') => {
    const file = join(root, 'usr/lib/pkginitrd', script);
    const ran = spawnSync(file, args, { env, input, encoding: 'utf8' });
    return { code: ran.status, said: ran.stderr };
  };
  return {
    root,
    run,
    calls: (): readonly string[] => {
      const file = join(root, 'calls');
      const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
      rmSync(file, { force: true });
      return lines;
    },
    /** A transaction of libalpm: kernels go, and others come. */
    transaction: (going: readonly string[], coming: Readonly<Record<string, string>>) => {
      const vmlinuz = (each: string): string => `usr/lib/modules/${each}/vmlinuz\n`;
      const paths = [...going, ...Object.keys(coming)].map(vmlinuz).join('');
      const noted = run('kernels', ['note'], going.map(vmlinuz).join(''));
      assert.equal(noted.code, 0, noted.said);
      for (const each of going) {
        rmSync(join(root, 'usr/lib/modules', each), { recursive: true, force: true });
      }
      for (const [version, pkgbase] of Object.entries(coming))
        plant(root, kernel(version, pkgbase));
      return run('kernels', ['build'], paths);
    },
  };
}

const going = 'var/lib/pkginitrd/going';

test('With entries of kernel-install an upgrade removes the old entry once the new one is made', (t) => {
  const { transaction, calls, root } = system(t, { ...chosen, ...kernel('6.1') });
  assert.equal(transaction(['6.1'], { '6.2': 'linux' }).code, 0);
  assert.deepEqual(calls(), ['add 6.2', 'remove 6.1']);
  assert.ok(!existsSync(join(root, going)));
  assert.equal(transaction(['6.2'], {}).code, 0);
  assert.deepEqual(calls(), ['remove 6.2']);
});

for (const how of ['fails', 'waits']) {
  test(`The only boot entry of a package stays where the new kernel's image ${how}, until one is built`, (t) => {
    const { transaction, calls, root, run } = system(t, {
      ...chosen,
      ...kernel('6.1'),
      plugin: how,
    });
    const ran = transaction(['6.1'], { '6.2': 'linux' });
    assert.equal(ran.code, how === 'fails' ? 1 : 0, ran.said);
    assert.deepEqual(calls(), ['add 6.2']);
    const waiting = existsSync(join(root, 'var/lib/pkginitrd/waiting/6.2'));
    assert.equal(waiting, how === 'waits', 'what is put off is not forgotten');
    // Another package's kernel changes nothing about that.
    plant(root, { plugin: 'builds' });
    transaction([], { '6.0-lts': 'linux-lts' });
    assert.deepEqual(calls(), ['add 6.0-lts']);
    assert.equal(run('boot-image', ['add', '6.2']).code, 0);
    assert.deepEqual(calls(), ['add 6.2', 'remove 6.1']);
    assert.ok(!existsSync(join(root, going)));
  });

  test(`A package that goes after its kernel's image ${how} takes all its entries along`, (t) => {
    const { transaction, calls } = system(t, { ...chosen, ...kernel('6.1'), plugin: how });
    transaction(['6.1'], { '6.2': 'linux' });
    calls();
    transaction(['6.2'], {});
    assert.deepEqual(calls(), ['remove 6.1', 'remove 6.2']);
  });
}

test('A transaction that was given up leaves no note that harms, and the last kernel may have no pkgbase', (t) => {
  const tree = { ...chosen, ...kernel('6.1'), 'usr/lib/modules/6.0/vmlinuz': 'by hand' };
  const { run, transaction, calls, root } = system(t, tree);
  const paths = 'usr/lib/modules/6.1/vmlinuz\nusr/lib/modules/6.0/vmlinuz\n';
  assert.equal(run('kernels', ['note'], paths).code, 0);
  assert.equal(readFileSync(join(root, going), 'utf8'), '6.1 linux\n');
  transaction([], { '6.2': 'linux' });
  assert.deepEqual(calls(), ['add 6.2'], '6.1 is still there');
});

test('Of two kernels of one package that of the package has its place in /boot, or else the newest', (t) => {
  const tree = { ...inBoot, ...kernel('6.9'), ...kernel('6.10') };
  const { run, calls, root } = system(t, tree);
  const older = run('boot-image', ['add', '6.9']);
  assert.equal(older.code, 0);
  assert.match(older.said, /Left out 6\.9: 6\.10 has its place in .*boot, both are of the package/);
  assert.deepEqual(calls(), []);
  run('boot-image', ['add', '6.10']);
  assert.deepEqual(calls(), ['kernel-hook replace 6.10']);
  assert.equal(readFileSync(join(root, 'boot/vmlinuz-linux'), 'utf8'), 'kernel 6.10');
  // After a downgrade the newer one is what somebody keeps for the running system.
  const files = 'var/lib/pacman/local/linux-6.9-1/files';
  plant(root, { [files]: '%FILES%\nusr/lib/modules/6.9/vmlinuz\n' });
  run('boot-image', ['add', '6.10']);
  run('boot-image', ['add', '6.9']);
  assert.deepEqual(calls(), ['kernel-hook replace 6.9']);
});

test('A kernel that has no room beside the previous image, which goes in any case, takes its room', (t) => {
  const { run, root } = system(t, {
    ...{ ...inBoot, ...kernel('6.2') },
    'boot/previous-initramfs-linux.img': 'of 6.1',
    'boot/vmlinuz-linux': 'kernel 6.1',
  });
  // Fails while the previous image is there.
  plant(root, {
    'bin/cp': `#!/bin/sh\n[ ! -e ${root}/boot/previous-initramfs-linux.img ] || exit 1\nexec /bin/cp "$@"\n`,
  });
  chmodSync(join(root, 'bin/cp'), 0o755);
  const ran = run('boot-image', ['add', '6.2']);
  assert.equal(ran.code, 0, ran.said);
  assert.match(ran.said, /Removed ".*previous-initramfs-linux\.img", of the kernel that goes/);
  assert.deepEqual(readdirSync(join(root, 'boot')).sort(), [
    'initramfs-linux.img',
    'vmlinuz-linux',
  ]);
});

test('A kernel that is not there is no reason to make room', (t) => {
  const { run, root } = system(t, {
    ...{ ...inBoot, 'usr/lib/modules/6.2/pkgbase': 'linux\n' },
    'boot/previous-initramfs-linux.img': '',
  });
  const ran = run('boot-image', ['add', '6.2']);
  assert.equal(ran.code, 1);
  assert.match(ran.said, /Cannot build an initrd for 6\.2: there is no ".*\/6\.2\/vmlinuz"/);
  assert.deepEqual(readdirSync(join(root, 'boot')), ['previous-initramfs-linux.img']);
});

test('mkinitcpio is let in as soon as pkginitrd is not chosen, and kept out again when it is', (t) => {
  const { run, calls, root } = system(t, { ...kernel('6.1'), 'usr/share/libalpm/hooks': null });
  const masks = (): number => readdirSync(join(root, 'etc/pacman.d/hooks')).length;
  const generator = (verb: string) => run('generator', ['--root', root, verb]);
  assert.match(generator('choose').said, /The hooks of mkinitcpio are masked/);
  assert.equal(masks(), 2);
  assert.match(generator('unchoose').said, /hooks of mkinitcpio are at work again.*mkinitcpio -P/);
  assert.equal(masks(), 0);
  const left = run('boot-image', ['add', '6.1']);
  assert.equal(left.code, 0);
  assert.match(left.said, /The initrd generator is "" .* not "pkginitrd", skipping/);
  assert.deepEqual(calls(), []);
  // By hand, as the manual has it.
  plant(root, inBoot);
  assert.match(run('boot-image', ['add', '6.1']).said, /The hooks of mkinitcpio are masked/);
  assert.equal(masks(), 2);
  plant(root, { 'etc/kernel/install.conf': 'layout=bls\n' });
  assert.match(run('boot-image', ['add', '6.1']).said, /at work again/);
  assert.equal(masks(), 0);
  assert.deepEqual(calls(), ['kernel-hook replace 6.1'], 'no entry without an initrd');
});
