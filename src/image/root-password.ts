import { createHash } from 'node:crypto';
import { sha512Crypt } from '../formats/sha512-crypt.ts';
import type { Base } from '../model/base.ts';
import { BuildError } from '../model/errors.ts';
import type { Entry } from '../model/image.ts';

/**
 * The base's /etc/shadow with root's password set, as an entry of the host part. A plain password is salted with
 * the machine id alone: the same build gives the same bytes, two machines do not share a hash. The salt stands in
 * the image, so nothing of the password may go into it: a guess would cost one SHA-256 instead of 5,000 rounds.
 */
export function shadowEntry(
  shadow: Base['shadow'],
  password: string,
  machineId: string,
  mtime: number,
): Entry {
  if (shadow === undefined || !/^root:/m.test(shadow.text)) {
    throw new BuildError(
      'Cannot set RootPassword=: the packages brought no etc/shadow with a line for root',
    );
  }
  const { text, mode, uid, gid } = shadow;
  const hash = hashed(password, machineId);
  return {
    type: 'file',
    path: 'etc/shadow',
    mode,
    uid,
    gid,
    mtime,
    content: {
      type: 'bytes',
      bytes: Buffer.from(text.replace(/^root:[^:]*/m, () => `root:${hash}`)),
    },
  };
}

function hashed(password: string, machineId: string): string {
  if (password.startsWith('hashed:')) return password.slice('hashed:'.length);
  const salt = createHash('sha256')
    .update(`pkginitrd RootPassword ${machineId}`)
    .digest('hex')
    .slice(0, 16);
  return sha512Crypt(password, salt);
}
