import { parseEnvFile } from '../formats/env-file.ts';
import type { InitramfsAddress } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

/** The last IP= of initramfs-tools' files (initramfs.conf(5)); undefined where there is none, or an empty one. */
export function readInitramfsAddress(root: RootFiles): InitramfsAddress | undefined {
  // As mkinitramfs(8) chooses them.
  const more = root
    .glob('/etc/initramfs-tools/conf.d/*')
    .map((path) => `/${path.replace(/^\//, '')}`)
    .filter((path) => /\/[A-Za-z0-9][\w.-]*$/.test(path) && !path.includes('.dpkg-'))
    .sort();
  let last: InitramfsAddress | undefined;
  for (const file of ['/etc/initramfs-tools/initramfs.conf', ...more]) {
    if (root.stat(file)?.type !== 'file') continue;
    const value = parseEnvFile(root.readText(file) ?? '').get('IP');
    if (value !== undefined) last = { file, value };
  }
  return last?.value === '' ? undefined : last;
}
