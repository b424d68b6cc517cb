import { createHash } from 'node:crypto';
import { sha512Crypt } from '../formats/sha512-crypt.ts';
import { BuildError } from '../model/errors.ts';
import type { Entry } from '../model/image.ts';
import type { RootFiles } from '../model/sys.ts';

/**
 * The root's /etc/shadow with root's password set, as an entry of the host part. A plain password is salted with
 * the machine id: the same build gives the same bytes, two machines do not share a hash.
 */
export function shadowEntry(
  root: RootFiles,
  password: string,
  machineId: string,
  mtime: number,
): Entry {
  const stat = root.stat('etc/shadow');
  const text = root.readText('etc/shadow');
  if (stat === undefined || text === undefined || !/^root:/m.test(text)) {
    throw new BuildError(
      'Cannot set RootPassword=: the packages brought no etc/shadow with a line for root',
    );
  }
  const hash = hashed(password, machineId);
  return {
    type: 'file',
    path: 'etc/shadow',
    mode: stat.mode,
    uid: stat.uid,
    gid: stat.gid,
    mtime,
    content: {
      type: 'bytes',
      bytes: Buffer.from(text.replace(/^root:[^:]*/m, () => `root:${hash}`)),
    },
  };
}

function hashed(password: string, machineId: string): string {
  if (password.startsWith('hashed:')) return password.slice('hashed:'.length);
  const salt = createHash('sha256').update(`${machineId}:${password}`).digest('hex').slice(0, 16);
  return sha512Crypt(password, salt);
}
