import { basename, dirname } from 'node:path';
import { entryFiles, withFiles, withOneInitrd, withValue } from '../formats/loader-entry.ts';
import { rescueMark, withoutMarks } from './booted.ts';
import { rescueDirectoryInEntry } from './rescue-place.ts';

/** Files of a rescue image by their names in its directory. */
export interface RescueNames {
  readonly kernelVersion: string;
  readonly linux: string;
  readonly initrd: string;
  /** Of others that the entry names in the kernel's own directory, as device trees, by the names that they have there. */
  readonly others: ReadonlyMap<string, string>;
}

/** The entry of the rescue image, out of a kernel's own. It is sorted behind all, and a boot of it can be told. */
export function asRescueEntry(main: string, names: RescueNames): string {
  const { kernelVersion, linux, initrd, others } = names;
  const directory = rescueDirectoryInEntry(main, kernelVersion);
  const kernel = entryFiles(main).find(({ key }) => key === 'linux')?.path;
  const own = filesBeside(main);
  const led = withFiles(withOneInitrd(main, `${directory}/${initrd}`), (path) => {
    if (path === kernel) return `${directory}/${linux}`;
    const copy = own.includes(path) ? others.get(basename(path)) : undefined;
    return copy === undefined ? path : `${directory}/${copy}`;
  });
  const values: readonly (readonly [key: string, change: (value: string) => string])[] = [
    ['title', (title) => `${title} (rescue initrd)`],
    ['version', () => `0-rescue-${kernelVersion}`],
    ['id', (id) => `${id}~rescue`],
    ['options', (options) => `${withoutMarks(options)} ${rescueMark}`],
  ];
  const text = values.reduce((sum, [key, change]) => withValue(sum, key, change), led);
  return /^options\s/m.test(text) ? text : `${text.replace(/\n*$/, '\n')}options ${rescueMark}\n`;
}

/** Paths of an entry's files that lie beside its kernel and are neither that nor an initrd. */
export function filesBeside(main: string): readonly string[] {
  const files = entryFiles(main);
  const kernel = files.find(({ key }) => key === 'linux')?.path ?? '/';
  return files
    .filter(({ key, path }) => key.startsWith('devicetree') && dirname(path) === dirname(kernel))
    .map(({ path }) => path);
}

/** What the entry in GRUB's menu reads when it is chosen: see /etc/grub.d/45_pkginitrd. */
export function asRescueForGrub({ kernelVersion, linux, initrd }: RescueNames): string {
  return [
    '# Read by the entry of the rescue initrd in the menu of GRUB, written by pkginitrd',
    `set pkginitrd_rescue_version='${kernelVersion}'`,
    `set pkginitrd_rescue_linux='${linux}'`,
    `set pkginitrd_rescue_initrd='${initrd}'`,
    '',
  ].join('\n');
}
