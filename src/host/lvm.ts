import type { HostFile } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

interface Lvm {
  readonly files: readonly HostFile[];
  /** Sentences for the user. */
  readonly warnings: readonly string[];
}

/**
 * The file that LVM has the machine's system ID from (lvmsystemid(7)), where its configuration goes into the image. With another
 * system ID than its own a volume group is not activated.
 */
export function readLvm(root: RootFiles, hostFiles: readonly HostFile[]): Lvm {
  const texts = configurations
    .flatMap((name) => hostFiles.find(({ path }) => path === name) ?? [])
    .map((file) => ({ file, text: root.readText(file.path) ?? '' }));
  const setting = (key: string): Setting | undefined =>
    texts.flatMap(({ file, text }) => settingOf(file, text, key) ?? []).at(0);
  const source = setting('system_id_source');
  if (source?.value === 'file') return systemIdFile(root, setting('system_id_file'), source);
  const isMachineId = source !== undefined && /^(?:app)?machineid$/.test(source.value);
  if (!isMachineId) return { files: [], warnings: [] };
  return {
    files: [],
    warnings: [
      `${source.file.path}:${source.line} takes LVM's system ID from the machine id, which never goes into an initrd: volume groups ` +
        'that have it are not activated there. Set system_id_source = "lvmlocal", and system_id in lvmlocal.conf to what ' +
        '"lvm systemid" says',
    ],
  };
}

// lvmlocal.conf comes before lvm.conf (lvm.conf(5)).
const configurations = ['/etc/lvm/lvmlocal.conf', '/etc/lvm/lvm.conf'];

function systemIdFile(root: RootFiles, named: Setting | undefined, source: Setting): Lvm {
  const path = named?.value ?? '';
  const stat = path.startsWith('/') ? root.stat(path) : undefined;
  const { file, line } = named ?? source;
  if (stat === undefined) {
    const warning = `Cannot find the file with LVM's system ID of ${file.path}:${line}, "${path}": volume groups that have one are not activated`;
    return { files: [], warnings: [warning] };
  }
  const at = { type: 'file', file: file.path, line } as const;
  const reason = { type: 'host line', at, text: `system_id_file = "${path}"` } as const;
  return { files: [{ path, reason, secret: false, size: stat.size }], warnings: [] };
}

interface Setting {
  readonly value: string;
  readonly file: HostFile;
  readonly line: number;
}

/** `key = "value"`, also as `section/key = …`; what is commented out is the default. */
function settingOf(file: HostFile, text: string, key: string): Setting | undefined {
  const pattern = new RegExp(`^[ \\t]*(?:\\w+/)?${key}[ \\t]*=[ \\t]*"([^"]*)"`);
  for (const [index, line] of text.split('\n').entries()) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return { value, file, line: index + 1 };
  }
  return undefined;
}
