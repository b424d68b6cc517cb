// Checks of an image that is to be unlocked by ssh that somebody can log in, and that clients can know it by its key.
import { dropbearVerdict, isPublicKey, type DropbearVerdict } from '../formats/authorized-keys.ts';
import { findProgram, placesOf } from './programs.ts';
import { keptBytes, type ImageFiles } from './file-facts.ts';
import type { Finding, Report } from './report.ts';
import { authorizedKeys, keysOfDropbear, ownKeys } from './ssh-files.ts';

const unit = 'usr/lib/systemd/system/pkginitrd-ssh.service';

type Refuse = (message: string, hint: string) => void;

/** An image for any machine has nobody's keys by itself, and can be unlocked at the machine: for that it is a warning. */
export function checkSsh(overlay: ImageFiles, severity: 'error' | 'warning', report: Report): void {
  if (overlay.lookup(unit).type !== 'found') return;
  const refuse: Refuse = (message, hint) =>
    report({
      ...{ severity, check: 'ssh', path: '', hint },
      message: `Nobody can unlock by ssh: ${message}`,
    } satisfies Finding);
  const starts = (program: string): boolean =>
    placesOf(program).some((path) => findProgram(overlay, path).type === 'starts');
  const texts = (pattern: RegExp): readonly string[] =>
    filesOf(overlay, pattern).map((path) => keptBytes(overlay, path)?.toString('latin1') ?? '');
  const lines = texts(authorizedKeys)
    .flatMap((text) => text.split('\n'))
    .filter(isPublicKey);
  const keys = texts(ownKeys).filter(isOpenKey);
  if (starts('dropbear')) {
    checkLines(lines.map(dropbearVerdict), refuse);
    if (filesOf(overlay, keysOfDropbear).length === 0) {
      checkKeysForDropbear(keys, starts('dropbearconvert'), refuse);
    }
    return;
  }
  if (!starts('sshd')) {
    refuse(
      'there is neither "dropbear" nor "sshd"',
      'Add the package that ships one of them to Packages=, or look for what removes it',
    );
  }
  if (lines.length === 0) refuseAll(refuse);
  if (keys.length === 0) refuseUnknown(refuse);
}

function filesOf(overlay: ImageFiles, pattern: RegExp): readonly string[] {
  return [...overlay.entries()]
    .filter(([path, node]) => pattern.test(path) && node.type === 'file')
    .filter(([, node]) => node.type === 'file' && node.facts.type !== 'empty')
    .map(([path]) => path);
}

/** One key that is taken is enough. */
function checkLines(verdicts: readonly DropbearVerdict[], refuse: Refuse): void {
  if (verdicts.some(({ type }) => type === 'taken')) return;
  const options = verdicts.flatMap((each) => (each.type === 'option' ? [`"${each.name}"`] : []));
  if (options.length > 0) {
    refuse(
      `dropbear takes no key with the option ${[...new Set(options)].join(', ')}`,
      'Leave it out in /etc/pkginitrd/ssh/authorized_keys, or have the server of OpenSSH: see UNLOCKING BY SSH in pkginitrd.conf(5)',
    );
  } else if (verdicts.length > 0) {
    refuse(
      'dropbear takes no key behind blanks, or behind more than one',
      'Begin the line in authorized_keys with the key or its options, and write one blank between the words',
    );
  } else {
    refuseAll(refuse);
  }
}

function refuseAll(refuse: Refuse): void {
  refuse(
    'there is no public key that may log in',
    'Write public keys to /etc/pkginitrd/ssh/authorized_keys, a line each',
  );
}

/** dropbearconvert(1) makes them its own, and cannot read the form PKCS#8. */
function checkKeysForDropbear(
  keys: readonly string[],
  hasConverter: boolean,
  refuse: Refuse,
): void {
  const isReadable = keys.some((text) => !text.startsWith('-----BEGIN PRIVATE KEY-----'));
  if (keys.length === 0) {
    refuseUnknown(refuse);
  } else if (!isReadable) {
    refuse(
      'dropbear cannot read the key of the initrd, which has the form PKCS#8',
      'Write it anew in the form of OpenSSH: ssh-keygen -p -N "" -f /etc/pkginitrd/ssh/ssh_host_…_key',
    );
  } else if (!hasConverter) {
    refuse(
      'there is no "dropbearconvert", without which dropbear cannot read the key of the initrd',
      'Add the package that ships it to Packages=, or look for what removes it',
    );
  }
}

function refuseUnknown(refuse: Refuse): void {
  refuse(
    'the initrd has no key of its own without a passphrase, by which clients know it',
    'Make one, once: mkdir -p /etc/pkginitrd/ssh && ssh-keygen -t ed25519 -N "" -f /etc/pkginitrd/ssh/ssh_host_ed25519_key',
  );
}

/** Without a passphrase: PROTOCOL.key of OpenSSH, its cipher being "none"; or PEM. */
function isOpenKey(text: string): boolean {
  if (/^-----BEGIN OPENSSH PRIVATE KEY-----\s+/.test(text)) {
    return /^-----BEGIN OPENSSH PRIVATE KEY-----\s+b3BlbnNzaC1rZXktdjEAAAAABG5vbmU/.test(text);
  }
  return (
    /^-----BEGIN (?!ENCRYPTED )(?:\w+ )?PRIVATE KEY-----/.test(text) &&
    !/^Proc-Type:.*ENCRYPTED/m.test(text)
  );
}
