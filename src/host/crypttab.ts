import { parseCrypttab } from '../formats/crypttab.ts';
import type { CrypttabEntry, CrypttabFacts, HostFile } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

/** Lines of /etc/crypttab that ask for the initrd with x-initrd.attach, and the key files that they name. */
export function readCrypttab(root: RootFiles): CrypttabFacts {
  const entries = parseCrypttab(root.readText('/etc/crypttab') ?? '').filter((entry) =>
    entry.options.includes('x-initrd.attach'),
  );
  const keyFiles: HostFile[] = [];
  const warnings: string[] = [];
  for (const entry of entries) {
    const path = keyFilePath(root, entry);
    if (path === undefined) continue;
    if (root.stat(path)?.type === 'file') {
      keyFiles.push({
        path,
        reason: { type: 'key', entry: entry.name },
        secret: true,
      });
    } else {
      warnings.push(
        `Key file "${path}" of crypttab entry "${entry.name}" is not there, the initrd will ask for a passphrase`,
      );
    }
  }
  return { entries, keyFiles, warnings };
}

// systemd looks at /etc/cryptsetup-keys.d/NAME.key by itself (crypttab(5)); a device or a path on another
// file system ("/key:LABEL=stick") is not a file of this host.
function keyFilePath(root: RootFiles, entry: CrypttabEntry): string | undefined {
  if (entry.keyFile === 'none' || entry.keyFile === '-' || entry.keyFile === '') {
    const byName = `/etc/cryptsetup-keys.d/${entry.name}.key`;
    return root.stat(byName) === undefined ? undefined : byName;
  }
  const isFile =
    entry.keyFile.startsWith('/') &&
    !entry.keyFile.startsWith('/dev/') &&
    !entry.keyFile.includes(':');
  return isFile ? entry.keyFile : undefined;
}
