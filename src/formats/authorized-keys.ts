// Lines of authorized_keys, as sshd(8) and dropbear(8) read them. The latter takes fewer options and is strict about blanks.

/** `blanks`: they are where dropbear expects none; `option`: one that dropbear does not know, by which it refuses the key. */
export type DropbearVerdict =
  | { readonly type: 'taken' }
  | { readonly type: 'blanks' }
  | { readonly type: 'option'; readonly name: string };

/** True for a line with a public key, which sshd takes with any options. */
export function isPublicKey(line: string): boolean {
  return KEY.test(line);
}

/** Of a line that has a public key: what dropbear makes of it (svr-authpubkey.c, svr-authpubkeyoptions.c). */
export function dropbearVerdict(line: string): DropbearVerdict {
  const [, options, between, , behind] = KEY.exec(line) ?? [];
  if (options === undefined) {
    const isPlain = !/^[ \t]/.test(line) && behind === ' ';
    return isPlain ? { type: 'taken' } : { type: 'blanks' };
  }
  for (const option of options.match(OPTION) ?? []) {
    const [name = ''] = option.split('=', 1);
    const isKnown = option.includes('=') ? VALUED.test(name) : WORDS.test(name);
    if (!isKnown) return { type: 'option', name };
  }
  return between?.length === 1 && behind === ' ' ? { type: 'taken' } : { type: 'blanks' };
}

// Options are words and quoted values without a blank outside of the quotes; a backslash keeps a quote from ending one.
const KEY =
  /^[ \t]*(?:(?!#)((?:[^\s"]|"(?:\\.|[^"\\])*")+)([ \t]+))?(ssh-(?:rsa|ed25519)|ecdsa-sha2-nistp\d+|sk-[\w-]+@openssh\.com)([ \t]+)AAAA/;
const OPTION = /(?:[^,"]|"(?:\\.|[^"\\])*")+/g;
const VALUED = /^(?:command|permitopen)$/i;
const WORDS =
  /^(?:no-port-forwarding|no-agent-forwarding|no-x11-forwarding|no-pty|restrict|no-touch-required|verify-required)$/i;
