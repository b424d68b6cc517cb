// The devices that the kernel's command line says to resume from (systemd-hibernate-resume-generator(8)).
import type { ResumeFacts } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';
import { directoryOfSource } from './storage.ts';
import { blockNode, type StorageReader } from './storage-node.ts';

/** Those of which can be seen here whether they exist: none where /dev and /sys are not the host's. */
export function readResume(
  sys: StorageReader['sys'],
  root: RootFiles,
  commandLine: readonly string[],
): readonly ResumeFacts[] {
  if (commandLine.includes('noresume') || root.list('sys/class/block').length === 0) return [];
  const reader: StorageReader = { sys, root, underFile: () => [] };
  return [...new Set(commandLine)].flatMap((option) => {
    const path = devicePath(/^resume=(.+)$/.exec(option)?.[1] ?? '');
    // Without udev there are no links, and nothing can be said of what they would lead to.
    if (path === undefined || (isLink(path) && root.list('dev/disk').length === 0)) return [];
    const directory = directoryOfSource(root, path);
    return [{ option, below: directory === null ? null : [blockNode(reader, directory)] }];
  });
}

function isLink(path: string): boolean {
  return path.startsWith('/dev/disk/');
}

/** undefined for a number, which the kernel resumes from by itself, and for words that name no device. */
function devicePath(word: string): string | undefined {
  const [, tag, value = ''] = /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]+)/.exec(word) ?? [];
  if (tag === undefined) return word.startsWith('/dev/') ? word : undefined;
  const name = tag.endsWith('UUID') ? value.toLowerCase() : value;
  return `/dev/disk/by-${tag.toLowerCase()}/${name}`;
}
