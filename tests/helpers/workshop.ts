// Disks with a root of ours on layers that only a kernel can make: a guest makes them, booted with an initrd of ours.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { rootDisk } from './disk.ts';
import { digestOf } from './image.ts';
import { keepNewest } from './keep-newest.ts';
import { cache } from './paths.ts';
import { boot } from './qemu.ts';
import { explain, runOk } from './run.ts';
import { makeServer, type Serving } from './servers.ts';
import type { ThrowAwayHost } from './throw-away-host.ts';
import { makeUnlocker, type UnlockerKind } from './unlockers.ts';

export interface Work {
  /**
   * Serves the first disk, which is then no disk of the guest's, or the root of ours as a directory: to steps that have a network,
   * at 10.0.2.2 and the port "$port".
   */
  readonly served?: Serving;
  /** Is there for the steps, and for the guests that boot from the disks. */
  readonly unlocker?: UnlockerKind;
  /** Packages with the programs that the steps call. */
  readonly packages: readonly string[];
  /** MiB of the blank disks /dev/vda, /dev/vdb and so on. */
  readonly disks: readonly number[];
  /**
   * Shell commands, all of which have to succeed. They make the layers and mount them at "$root"; an empty file system gets the
   * root of ours, which is mounted at "$plain".
   */
  readonly make: readonly string[];
  /** Steps on the filled root at "$root". What they write to /run/etc belongs to the host's /etc, and is not on its disks. */
  readonly finish?: readonly string[];
  /** Takes the layers down, when "$root" is unmounted. */
  readonly close: readonly string[];
  /** Files of the root, and so of the host that is captured. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Made {
  readonly disks: readonly string[];
  /** The directory or disk for a server. */
  readonly served: string;
  /** The unlocker's memory. */
  readonly memory: string;
  /** What the steps have written to /run/word. */
  readonly word: string;
  /** Puts what the guest's kernel said of the root, its disks' headers and its /etc where a host has them. */
  capture(host: string): Promise<void>;
}

/** The disks are the caller's to write to. Those that were made once are kept, since their guest takes as long as a boot does. */
export async function makeDisks(host: ThrowAwayHost, directory: string, work: Work): Promise<Made> {
  const plain = await rootDisk({
    ...{ directory, label: 'plain', uuid: '00000000-1111-4222-8333-444444444444' },
    files: work.files ?? {},
  });
  const sizes = work.disks.join(' ');
  const salt = `${host.kernel.version} ${sizes} ${scriptOf(work, '', '').toString()}`;
  const kept = join(cache, 'scenarios', 'disks', digestOf([join(directory, 'root')], salt));
  if (!existsSync(kept)) {
    await inGuest(host, directory, work, plain);
    await copyDisks(directory, work, `${kept}.${process.pid}`);
    // Another run may have made the same.
    await runOk([
      'sh',
      '-c',
      'mv -T "$0" "$1" 2>/dev/null || rm -r "$0"',
      `${kept}.${process.pid}`,
      kept,
    ]);
  } else {
    await copyDisks(kept, work, directory);
    utimesSync(kept, new Date(), new Date());
  }
  keepNewest(join(cache, 'scenarios', 'disks'), mostBytes);
  rmSync(plain);
  return {
    served: join(directory, work.disks.length === 0 ? 'root' : diskName(0)),
    disks: ownDisks(work).map((_, index) => join(directory, diskName(index))),
    memory: join(directory, memoryName),
    word: readFileSync(join(directory, 'word'), 'utf8'),
    capture: (target) => unpack(join(directory, 'bench'), target),
  };
}

// Some times what the rows of today take.
const mostBytes = 3 * 2 ** 30;

/** Sizes of the disks that a guest has itself. */
function ownDisks({ served, disks }: Work): readonly number[] {
  return served === undefined ? disks : [];
}

const memoryName = 'memory';

/** Profiles that have what an unlocker is used by. */
const profilesOf = {
  tpm2: ['clevis', 'tpm2'],
  tang: ['tang'],
} as const satisfies Record<UnlockerKind, readonly string[]>;

function diskName(index: number): string {
  return `disk-${index}`;
}

async function copyDisks(source: string, { disks, unlocker }: Work, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const files = [...disks.map((_, index) => diskName(index)), 'bench', 'word'];
  const paths = [...files, ...(unlocker === undefined ? [] : [memoryName])].map((file) =>
    join(source, file),
  );
  await runOk(['cp', '-r', '--sparse=always', '-t', target, ...paths]);
}

async function inGuest(
  host: ThrowAwayHost,
  directory: string,
  work: Work,
  plain: string,
): Promise<void> {
  const disks = work.disks.map((size, index) => blank(join(directory, diskName(index)), size));
  const bench = blank(join(directory, 'bench'), benchSize);
  const own = ownDisks(work).length;
  const [source = '', table = ''] = [own, own + 1].map(
    (index) => `/dev/vd${'abcdefgh'[index] ?? ''}`,
  );
  const script = scriptOf(work, source, table);
  writeFileSync(bench, script, { flag: 'r+' });
  const profiles = [
    ...(work.served === undefined ? [] : ['network', work.served]),
    ...(work.unlocker === undefined ? [] : profilesOf[work.unlocker]),
  ];
  const initrd = await buildIn(host, 'workshop', [
    ...['rescue', ...profiles].flatMap((name) => ['--profile', name]),
    ...['--packages', ['less', ...work.packages].join(',')],
  ]);
  const server =
    work.served === undefined
      ? undefined
      : await makeServer(
          work.served,
          join(directory, 'server'),
          join(directory, disks.length === 0 ? 'root' : diskName(0)),
        );
  await server?.start();
  const unlocker = work.unlocker && makeUnlocker(work.unlocker, join(directory, memoryName));
  await unlocker?.start();
  const commands = [
    ...setUp,
    // udev does not wait for the disks.
    `until [ -b ${table} ]; do sleep 1; done`,
    `head -c ${script.length} ${table} >/run/script`,
    `port=${server?.port ?? ''} bash /run/script; echo made: $((40 + $?))`,
    'sleep 1h',
  ];
  const made = await boot({
    kernel: host.kernel.image,
    initrd,
    // A shell and udev alone: the steps call nothing else, and an emulated systemd takes its time. What is typed into a shell
    // that is not ready yet is lost, so that it gets its commands with its start.
    commandLine: `quiet rdinit=/usr/bin/bash -- -c "${commands.join('; ')}"`,
    disks: [...disks.slice(0, own), plain, bench],
    more: [...(server?.options ?? []), ...(unlocker?.options ?? [])],
    until: /^made: \d+$/m,
    // The steps make file systems and keys, on a machine that may be busy.
    timeout: 900_000,
  }).finally(() => {
    server?.stop();
    unlocker?.stop();
  });
  assert.match(made.transcript, /^made: 40$/m);
  writeFileSync(join(directory, 'word'), /^word: (\S+)$/m.exec(made.transcript)?.[1] ?? '');
}

/** `pkginitrd build` in the host; the image's path as this machine sees it. */
export async function buildIn(
  host: ThrowAwayHost,
  name: string,
  options: readonly string[],
): Promise<string> {
  const argv = ['pkginitrd', 'build', '-k', host.kernel.version, '-O', '/var/tmp', '-o', name];
  const ran = await host.enter([...argv, ...options]);
  assert.equal(ran.code, 0, explain([...argv, ...options], ran));
  return join(host.upper, 'var/tmp', name);
}

const setUp = [
  'mount -t proc proc /proc',
  'mount -t sysfs sysfs /sys',
  'mount -t devtmpfs devtmpfs /dev',
  'mount -t tmpfs tmpfs /run',
  '/usr/lib/systemd/systemd-udevd --daemon',
  'udevadm trigger --action=add --subsystem-match=pci --subsystem-match=virtio --subsystem-match=block',
];

// MiB: the script in the first one, then a tar archive.
const benchSize = 96;

function blank(file: string, size: number): string {
  writeFileSync(file, '');
  truncateSync(file, size * 2 ** 20);
  return file;
}

async function unpack(bench: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const archive = `tail -c +${2 ** 20 + 1} '${bench}'`;
  await runOk([
    'sh',
    '-c',
    `${archive} | tar -x --no-same-owner --no-overwrite-dir -C '${target}'`,
  ]);
}

function scriptOf({ make, finish = [], close }: Work, source: string, bench: string): Buffer {
  return Buffer.from(
    [
      'set -ex',
      `plain=/run/plain root=/run/host captured=/run/captured bench=${bench}`,
      'mkdir -p $plain $root /run/etc',
      `mount -o ro ${source} $plain`,
      ...make,
      '[ -e $root/etc/os-release ] || cp -a $plain/. $root/',
      ...finish,
      'udevadm settle',
      '[ ! -s /run/word ] || echo "word: $(cat /run/word)"',
      capture,
      'umount -R $root',
      ...close,
      'sync',
      '',
    ].join('\n'),
  );
}

// Files of the kernel's say other sizes than they have, so that each is copied before it is packed.
const capture = `
(
  set +x
  mkdir -p $captured/proc/self $captured/proc/sys/kernel $captured/dev
  mount --bind /proc $root/proc
  chroot $root /usr/bin/cat /proc/self/mountinfo | grep -v ' - proc ' >$captured/proc/self/mountinfo
  umount $root/proc
  cd /
  for file in modules swaps cpuinfo sys/kernel/osrelease; do cat proc/$file >$captured/proc/$file; done
  places='sys/block sys/class/block sys/class/input sys/class/dmi sys/dev/block sys/bus sys/devices sys/module sys/fs sys/power'
  find $places -type d -print0 | (cd $captured && xargs -0 mkdir -p)
  find $places \\( -type l -o -name modalias -o -name uevent -o -name dev -o -name partition -o -name initstate -o -name bind \\
    -o -name level -o -name backing_file -o -name checksum -o -name transport -o -name proc_name -o -path '*/dm/name' -o -path '*/dm/uuid' -o -path '*/power/resume*' \\) \\
    -print0 | xargs -0 cp -a --parents -t $captured 2>/dev/null || :
  find dev -mindepth 2 -type l ! -path 'dev/char/*' -print0 | xargs -0 cp -a --parents -t $captured
  for device in $(ls sys/class/block); do head -c 64K dev/$device >$captured/dev/$device || :; done
  mkdir $captured/etc && cp -a $root/etc/. /run/etc/. $captured/etc/
  rm -f $captured/etc/os-release
  tar -C $captured -c . | dd of=$bench bs=1M seek=1 iflag=fullblock conv=fsync 2>/dev/null
)`;
