// Checks of an image that is to be unlocked by ssh that somebody can log in, and that clients can know it by its key.
import { findProgram, placesOf } from './programs.ts';
import { keptBytes, type ImageFiles } from './file-facts.ts';
import type { Finding, Report } from './report.ts';
import { authorizedKeys, keysOfDropbear, ownKeys } from './ssh-files.ts';

const unit = 'usr/lib/systemd/system/pkginitrd-ssh.service';

/** An image for any machine has nobody's keys by itself, and can be unlocked at the machine: for that it is a warning. */
export function checkSsh(overlay: ImageFiles, severity: 'error' | 'warning', report: Report): void {
  if (overlay.lookup(unit).type !== 'found') return;
  const refuse = (message: string, hint: string): void =>
    report({ severity, check: 'ssh', path: '', message, hint } satisfies Finding);
  const starts = (program: string): boolean =>
    placesOf(program).some((path) => findProgram(overlay, path).type === 'starts');
  const isDropbear = starts('dropbear');
  if (!isDropbear && !starts('sshd')) {
    refuse(
      'Nobody can unlock by ssh: there is neither "dropbear" nor "sshd"',
      'Add the package that ships one of them to Packages=, or look for what removes it',
    );
  }
  const texts = (pattern: RegExp): readonly string[] =>
    filesOf(overlay, pattern).map((path) => keptBytes(overlay, path)?.toString('latin1') ?? '');
  if (!texts(authorizedKeys).some((text) => text.split('\n').some(isPublicKey))) {
    refuse(
      'Nobody can unlock by ssh: there is no public key that may log in',
      'Write public keys to /etc/pkginitrd/ssh/authorized_keys, a line each',
    );
  }
  const isKnown =
    texts(ownKeys).some(isPrivateKey) ||
    (isDropbear && filesOf(overlay, keysOfDropbear).length > 0);
  if (!isKnown) {
    refuse(
      'Nobody can unlock by ssh: the initrd has no key of its own without a passphrase, by which clients know it',
      'Make one, once: mkdir -p /etc/pkginitrd/ssh && ssh-keygen -t ed25519 -N "" -f /etc/pkginitrd/ssh/ssh_host_ed25519_key',
    );
  }
}

function filesOf(overlay: ImageFiles, pattern: RegExp): readonly string[] {
  return [...overlay.entries()]
    .filter(([path, node]) => pattern.test(path) && node.type === 'file')
    .filter(([, node]) => node.type === 'file' && node.facts.type !== 'empty')
    .map(([path]) => path);
}

/** A line of authorized_keys, sshd(8): options may come first. */
function isPublicKey(line: string): boolean {
  return /^(?:[^#\s].*\s)?(?:ssh-(?:rsa|ed25519)|ecdsa-sha2-nistp\d+|sk-[\w-]+@openssh\.com)\s+AAAA/.test(
    line,
  );
}

/** PROTOCOL.key of OpenSSH, its cipher being "none"; or PEM. */
function isPrivateKey(text: string): boolean {
  if (/^-----BEGIN OPENSSH PRIVATE KEY-----\s+/.test(text)) {
    return /^-----BEGIN OPENSSH PRIVATE KEY-----\s+b3BlbnNzaC1rZXktdjEAAAAABG5vbmU/.test(text);
  }
  return (
    /^-----BEGIN (?:\w+ )?PRIVATE KEY-----/.test(text) && !/^Proc-Type:.*ENCRYPTED/m.test(text)
  );
}
