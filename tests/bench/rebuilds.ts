import { bare, type ThrowAwayHost } from '../helpers/throw-away-host.ts';
import { output } from './generators.ts';
import { type Timed, timed } from './timed.ts';

// What a build costs that finds parts of an earlier one: each row spoils one thing, and is timed alone.

interface Rebuild {
  readonly name: string;
  /** Shell commands before it, untimed, with $K and $N for the kernel and the one that comes after it. */
  readonly before: string;
  readonly argv: (kernel: string, next: string) => readonly string[];
  readonly okExit?: readonly number[];
}

const forget = 'rm -rf /var/cache/pkginitrd/parts /var/lib/pkginitrd/images';
const forgetNext = `cp -a --update=none /boot/config-$K /boot/config-$N
[ -d /usr/lib/modules/$N ] || cp -a /usr/lib/modules/$K /usr/lib/modules/$N`;
// As a kernel's package leaves a host: another database, another /usr/share/doc, another /boot.
const kernelPackage = `d=/tmp/linux-image-next
mkdir -p $d/DEBIAN $d/boot $d/usr/share/doc/linux-image-next
date >$d/usr/share/doc/linux-image-next/changelog
cp /boot/config-$K $d/boot/config-next
printf '%s\\n' 'Package: linux-image-next' "Version: $(date +%s)" 'Architecture: all' \\
  'Maintainer: nobody' 'Description: a kernel' >$d/DEBIAN/control
dpkg-deb --build $d $d.deb
dpkg --install $d.deb`;
const build = `pkginitrd build --host-root ${bare} -O ${output}`;

const ofKernel = (kernel: string): readonly string[] => [
  ...build.split(' '),
  '-k',
  kernel,
  '-o',
  'rebuilt',
];
const unchanged = `${build} -k $K -o rebuilt`;
const ownDropIn = '/etc/pkginitrd/50-bench.conf';

const rebuilds: readonly Rebuild[] = [
  { name: 'first build', before: forget, argv: ofKernel },
  { name: 'unchanged', before: unchanged, argv: ofKernel },
  {
    name: 'new kernel',
    before: `${forgetNext}\n${forget}\n${unchanged}\n${kernelPackage}`,
    argv: (_, next) => ofKernel(next),
  },
  {
    name: 'changed drop-in',
    before: `${forget}\n${unchanged}\nmkdir -p /etc/pkginitrd
printf '[Content]\\nRemoveFiles=/usr/bin/du\\n' >${ownDropIn}`,
    argv: ofKernel,
  },
  {
    name: 'one package more',
    before: `rm -f ${ownDropIn}\n${forget}\n${unchanged}
printf '[Content]\\nPackages=procps\\n' >${ownDropIn}`,
    argv: ofKernel,
  },
  {
    // The one word of difference is 3 (would differ); a first call may have lists to read.
    name: 'status',
    before: `rm -f ${ownDropIn}\n${unchanged}`,
    argv: () => ['pkginitrd', 'status'],
    okExit: [0, 3],
  },
  { name: '--version', before: ':', argv: () => ['pkginitrd', '--version'] },
];

/** Runs each once, in this order. */
export async function rebuildRound(
  host: ThrowAwayHost,
  isWanted: (row: string) => boolean,
  note: (name: string, figures: Timed) => void,
): Promise<void> {
  const kernel = host.kernel.version;
  const next = nextOf(kernel);
  for (const { name, before, argv, okExit } of rebuilds) {
    if (!isWanted(`pkginitrd: ${name}`)) continue;
    const prepared = await host.enter(['sh', '-euc', `K=${kernel} N=${next}\n${before}`]);
    if (prepared.code !== 0) throw new Error(`Cannot prepare ${name}: ${prepared.stderr}`);
    note(name, await timed(host, argv(kernel, next), okExit));
  }
}

// The same modules in a directory of another name.
function nextOf(version: string): string {
  return version.replace(
    /^(\d+\.\d+\.)(\d+)/,
    (_, head: string, patch: string) => `${head}${Number(patch) + 1}`,
  );
}
