import { readElf, isElf } from '../../../src/formats/elf.ts';
import { contentOf } from './faults.ts';
import type { Files } from './image-files.ts';

/** Modules of an ext4 root on a virtio disk. */
export const rootModules: readonly string[] =
  'ext4 jbd2 mbcache crc16 virtio_blk virtio_pci virtio virtio_ring'.split(' ');

/**
 * The files that a boot to the real root goes through, as the image itself names them. It shares no code with what judges
 * images: names are followed by their words alone.
 */
export function bootPath(files: Files, modules: readonly string[]): readonly string[] {
  const paths = new Set<string>();
  const at = (path: string): string | undefined => resolve(files, path, paths);
  const programs = new Set(['/init', ...firstPrograms]);
  for (const unit of unitsOf(files, at)) {
    for (const [, program = ''] of unit.matchAll(/^Exec\w+=[-@:+!|]*(\S+)/gm))
      programs.add(program);
  }
  const loaded = new Set<string>();
  for (const program of programs) {
    const places = program.startsWith('/') ? [''] : ['/usr/bin/', '/usr/sbin/'];
    for (const place of places) addLibraries(files, at(`${place}${program}`), at, loaded);
  }
  for (const path of files.keys()) {
    if (whole.some((pattern) => pattern.test(path))) at(path);
    const name = /\/([^/]+)\.ko(?:\.\w+)?$/.exec(path)?.[1]?.replaceAll('-', '_');
    if (name !== undefined && modules.includes(name)) paths.add(path);
  }
  return [...paths].sort();
}

const firstPrograms = [
  '/usr/lib/systemd/systemd-executor',
  ...['mount', 'umount', 'systemctl', 'udevadm', 'modprobe', 'kmod', 'sulogin', 'sh'],
];

const whole = [
  /^etc\/(?:initrd-release|passwd|group|ld\.so\.(?:cache|preload)|nsswitch\.conf)$/,
  /^usr\/lib\/systemd\/system-generators\//,
  /^usr\/lib\/udev\/rules\.d\//,
  /^usr\/lib\/modules\/[^/]+\/modules\.[a-z.]+$/,
];

const firstUnits = [
  ...['initrd.target', 'initrd-switch-root.target', 'initrd-root-device.target'],
  ...['systemd-udevd.service', 'systemd-udev-trigger.service', 'emergency.target'],
];

function unitsOf(files: Files, at: (path: string) => string | undefined): readonly string[] {
  const seen = new Set<string>();
  const pending = [...firstUnits];
  const texts: string[] = [];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const path = at(`/usr/lib/systemd/system/${name}`) ?? at(`/etc/systemd/system/${name}`);
    if (path === undefined) continue;
    const text = Buffer.from(contentOf(files.get(path))).toString();
    texts.push(text);
    for (const [, words = ''] of text.matchAll(/^(?:Requires|Wants|BindsTo|Sockets)=(.*)$/gm)) {
      pending.push(...words.split(/\s+/).filter((word) => /^[\w.@-]+\.\w+$/.test(word)));
    }
    for (const other of files.keys()) {
      const wanted = /^(?:usr\/lib|etc)\/systemd\/system\/(.+)\.(?:wants|requires)\/(.+)$/.exec(
        other,
      );
      if (wanted?.[1] === name && wanted[2] !== undefined) pending.push(wanted[2]);
    }
  }
  return texts;
}

/** Where a path leads, links followed; every link on the way and the end are noted. */
function resolve(files: Files, path: string, noted: Set<string>): string | undefined {
  let parts: string[] = [];
  const todo = path.split('/').toReversed();
  for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      parts.pop();
      continue;
    }
    const here = [...parts, part].join('/');
    const entry = files.get(here);
    if (entry === undefined) return undefined;
    if (entry.type !== 'symlink') {
      parts.push(part);
      continue;
    }
    // A link of a whole directory, as /bin, is no file of the boot's.
    if (here.includes('/') || here === 'init') noted.add(here);
    if (entry.target.startsWith('/')) parts = [];
    todo.push(...entry.target.split('/').toReversed());
  }
  const end = parts.join('/');
  if (files.get(end)?.type === 'file') noted.add(end);
  return end;
}

function addLibraries(
  files: Files,
  path: string | undefined,
  at: (path: string) => string | undefined,
  loaded: Set<string>,
): void {
  if (path === undefined || loaded.has(path)) return;
  loaded.add(path);
  const bytes = Buffer.from(contentOf(files.get(path)));
  if (!isElf(bytes)) return;
  const { needed, interpreter } = readElf((offset, length) =>
    bytes.subarray(offset, offset + length),
  );
  if (interpreter !== undefined) at(interpreter);
  for (const name of needed) {
    const places = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/systemd', '/usr/lib64', '/usr/lib'];
    const found = places.map((place) => at(`${place}/${name}`)).find((each) => each !== undefined);
    addLibraries(files, found, at, loaded);
  }
}
