import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const kernel = execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim();
const before = new Date(1_000_000_000_000);

const proc = (words: string): Tree => ({
  'proc/cmdline': words,
  'proc/stat': 'btime 1500000000\n',
});

/** Runs the program of the unit in a machine; all but `fresh` files are older than its boot. */
function booted(t: TestContext, tree: Tree, fresh: readonly string[] = []) {
  const root = plant(scratch(t), tree);
  for (const [file, content] of Object.entries(tree)) {
    if (content !== null && !fresh.includes(file)) utimesSync(join(root, file), before, before);
  }
  const known = join(root, 'var/lib/pkginitrd/booted', kernel);
  return {
    root,
    known,
    run: () => {
      const { stderr, status } = spawnSync(join(checkout, 'plugin/booted'), {
        env: { ...process.env, ROOT: root },
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr);
      return {
        stderr,
        noted: existsSync(known) ? readFileSync(known, 'utf8').trim().split('\n') : [],
      };
    },
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

test('booted notes the images of the running kernel that are older than its boot', (t) => {
  const machine = booted(
    t,
    {
      ...proc('quiet'),
      [`boot/initrd.img-${kernel}`]: 'boot',
      [`boot/previous-initrd.img-${kernel}`]: 'previous',
      'boot/initrd.img-9.9': 'of another kernel',
      [`efi/loader/entries/token-${kernel}+2-1.conf`]: `linux /token/${kernel}/linux\ninitrd /token/${kernel}/initrd\n`,
      [`efi/token/${kernel}/initrd`]: 'esp',
      [`efi/EFI/Linux/token-${kernel}.efi`]: 'newer than the boot',
    },
    [`efi/EFI/Linux/token-${kernel}.efi`],
  );
  assert.deepEqual(machine.run().noted, [digest('esp'), digest('boot')]);

  // Read once: what is known is not read again.
  const time = statSync(machine.known).mtimeMs;
  machine.run();
  assert.equal(statSync(machine.known).mtimeMs, time);
});

test('booted of a previous image notes that one and tells how to go back', (t) => {
  const machine = booted(t, {
    ...proc('quiet pkginitrd.previous'),
    [`boot/initrd.img-${kernel}`]: 'bad',
    [`boot/previous-initrd.img-${kernel}`]: 'good',
    [`efi/loader/entries/token-${kernel}.conf`]: `initrd /token/${kernel}/initrd\n`,
    [`efi/loader/entries/token-${kernel}-previous.conf`]: `initrd /token/${kernel}/previous-initrd\n`,
    [`efi/token/${kernel}/initrd`]: 'bad',
    [`efi/token/${kernel}/previous-initrd`]: 'good too',
  });
  const { noted, stderr } = machine.run();
  assert.deepEqual(noted, [digest('good too'), digest('good')]);
  assert.match(stderr, /Booted with the previous initrd of .*"pkginitrd rollback"/);
});

test('booted knows images by the names that Fedora and Arch Linux give them', (t) => {
  const tree = {
    [`usr/lib/modules/${kernel}/pkgbase`]: 'linux\n',
    [`boot/loader/entries/id-${kernel}.conf`]: `initrd /initramfs-${kernel}.img\n`,
    [`boot/loader/entries/id-${kernel}~previous.conf`]: `initrd /previous-initramfs-${kernel}.img\n`,
    [`boot/initramfs-${kernel}.img`]: 'fedora',
    [`boot/previous-initramfs-${kernel}.img`]: 'fedora, before',
    'boot/initramfs-linux.img': 'arch',
    'boot/previous-initramfs-linux.img': 'arch, before',
  };
  const now = booted(t, { ...proc('quiet'), ...tree });
  assert.deepEqual(now.run().noted, [digest('fedora'), digest('arch')]);
  const before = booted(t, { ...proc('pkginitrd.previous'), ...tree });
  assert.deepEqual(before.run().noted, [digest('fedora, before'), digest('arch, before')]);
});

test('booted has nothing to note where there is no image', (t) => {
  const machine = booted(t, proc('quiet'));
  assert.deepEqual(machine.run(), { noted: [], stderr: '' });
  rmSync(machine.root, { recursive: true });
});

test('booted notes nothing of a boot of the rescue image', (t) => {
  const machine = booted(t, { ...proc('pkginitrd.rescue'), [`boot/initrd.img-${kernel}`]: 'boot' });
  assert.deepEqual(machine.run().noted, []);
});
