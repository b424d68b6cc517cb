import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { kernelBelow } from '../helpers/kernel.ts';
import { isRoot, need } from '../helpers/need.ts';
import { cache, checkout } from '../helpers/paths.ts';
import { explain, run } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

// A Debian entered as installers, rescue systems and arch-chroot do it: with mounts and plain chroot(8). $1 the root,
// $2 a scratch directory, $3 the kind, $4 the checkout, the rest is run. The namespace keeps the machine clean.
const inChroot = `
  root=$1 scratch=$2 kind=$3 checkout=$4
  shift 4
  mount -t tmpfs tmpfs "$scratch" && mkdir "$scratch/upper" "$scratch/work" "$scratch/r" "$scratch/a" || exit 99
  case $kind in
    plain) mount --make-rshared / && mount --make-shared "$scratch" &&
      mount -t overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$scratch/a" &&
      for d in $(cd "$scratch/a" && ls | grep -vxE 'proc|sys|dev|run|tmp|mnt'); do
        if [ -L "$scratch/a/$d" ]; then cp -a "$scratch/a/$d" "$scratch/r/"; continue; fi
        mkdir "$scratch/r/$d" && mount --bind "$scratch/a/$d" "$scratch/r/$d"
      done && mkdir -p "$scratch/r/proc" "$scratch/r/sys" "$scratch/r/dev" "$scratch/r/run" "$scratch/r/tmp" "$scratch/r/mnt";;
    shared) mount --make-rshared / && mount --make-shared "$scratch" &&
      mount -t overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$scratch/r";;
    private) mount --make-rprivate / &&
      mount -t overlay -o "lowerdir=$root,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$scratch/r";;
  esac || exit 99
  r=$scratch/r
  mkdir -p "$r/mnt/checkout"
  mount --bind "$checkout" "$r/mnt/checkout" && mount -t proc proc "$r/proc" && mount --rbind /sys "$r/sys" &&
    mount --rbind /dev "$r/dev" && mount -t tmpfs tmpfs "$r/run" || exit 99
  cp --remove-destination -L /etc/resolv.conf "$r/etc/resolv.conf" || exit 99
  before=$(cat /proc/self/mountinfo)
  chroot "$r" /bin/bwrap --ro-bind / / true 2>/dev/null && echo BWRAP-WORKS
  chroot "$r" "$@" && [ "$before" = "$(cat /proc/self/mountinfo)" ] && echo SAME-MOUNTS && cp "$r/root/out/initrd.manifest.json" "$OUTPUT"
`;

for (const [kind, alone] of [
  ['plain', false],
  ['shared', false],
  ['private', true],
] as const) {
  test(`a build in a chroot, its root ${kind}`, { timeout: 900_000 }, async (t) => {
    await buildsInChroot(t, kind, alone);
  });
}

async function buildsInChroot(t: TestContext, kind: string, alone: boolean): Promise<void> {
  const root = join(cache, 'trixie');
  const kernel = kernelBelow(root);
  if (!need(t, isRoot(), 'needs root to make a chroot')) return;
  if (!need(t, kernel !== undefined, 'no trixie fixture: run tests/helpers/setup.sh')) return;
  const directory = scratch(t);
  mkdirSync(join(directory, 'host'));
  const command = [
    ...[
      '/usr/bin/node',
      '/mnt/checkout/dist/pkginitrd.mjs',
      'build',
      '--loaded-modules',
      '/mnt/checkout/tests/helpers/loaded-modules',
    ],
    ...['-k', kernel?.version ?? '', '-O', '/root/out', '-o', 'initrd'],
  ];
  const output = join(directory, 'manifest.json');
  const argv = [
    ...['unshare', '--mount', 'sh', '-c', inChroot, 'sh', root, join(directory, 'host'), kind],
    ...[checkout, ...command],
  ];
  const ran = await run(argv, {
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', OUTPUT: output },
  });
  assert.equal(ran.code, 0, explain(command, ran));
  assert.equal(ran.stdout.includes('BWRAP-WORKS'), alone, 'the chroot is not of the kind meant');
  assert.match(ran.stdout, /^SAME-MOUNTS$/m);
  assert.match(readFileSync(output, 'utf8'), /"systemd"/);
}
