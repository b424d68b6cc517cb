// Words of crypttab that systemd does not know: it logs them and goes on without.
import { nearestName } from '../formats/nearest-name.ts';
import type { ChosenEntry } from '../model/facts.ts';

export interface CrypttabProblem {
  readonly message: string;
  readonly hint: string;
  /** True where a mount that the boot waits for does not come up because of it. */
  readonly isNeeded: boolean;
}

/** Options of crypttab lines for the initrd that do nothing there, or that leave the device closed. */
export function crypttabProblems(entries: readonly ChosenEntry[]): readonly CrypttabProblem[] {
  return entries.flatMap((entry) =>
    entry.options.flatMap((option) => {
      const name = nameOf(option);
      if (known.has(name) || name.startsWith('x-systemd.')) return [];
      return [problem(entry, option, name)];
    }),
  );
}

/** True for a line that the boot can do without, and with which the initrd would only ask for a passphrase that nobody has. */
export function isHopeless(entry: ChosenEntry): boolean {
  return entry.purpose === null && entry.options.some((option) => !opens(option, nameOf(option)));
}

function nameOf(option: string): string {
  return option.replace(/=.*$/s, '');
}

// systemd keeps passphrases in the keyring by itself, which is all that this script does.
function opens(option: string, name: string): boolean {
  return option === keyringScript || (ofDebian.get(name)?.opensAnyway ?? true);
}

const keyringScript = 'keyscript=decrypt_keyctl';

function problem(entry: ChosenEntry, option: string, name: string): CrypttabProblem {
  const foreign = ofDebian.get(name);
  const near = foreign === undefined ? nearestName(name, known) : undefined;
  const instead =
    option === keyringScript
      ? 'systemd keeps a passphrase for the next disk by itself'
      : (foreign?.instead ?? (near === undefined ? 'see crypttab(5)' : `did you mean "${near}"?`));
  const isFatal = !opens(option, name);
  const consequence = !isFatal
    ? 'and goes on without'
    : entry.purpose === null
      ? 'so that the line is left out of the initrd'
      : 'so that the device stays closed';
  const where = entry.purpose === null ? '' : `, on which ${entry.purpose} lies`;
  return {
    message: `systemd does not know "${option}" of crypttab entry "${entry.name}"${where}, ${consequence}: ${instead}`,
    hint: `Change the line "${entry.name}" in /etc/crypttab: ${instead}`,
    isNeeded: isFatal && entry.purpose !== null,
  };
}

interface Foreign {
  /** True where the device is opened as well without it. */
  readonly opensAnyway: boolean;
  readonly instead: string;
}

// crypttab(5) of Debian's cryptsetup.
const ofDebian: ReadonlyMap<string, Foreign> = new Map([
  [
    'keyscript',
    {
      opensAnyway: false,
      instead:
        'use a passphrase, tpm2-device=, fido2-device= or pkcs11-uri= of systemd-cryptenroll(1), or a key on another ' +
        'device as KEYFILE:LABEL=NAME',
    },
  ],
  ['fvault2', { opensAnyway: false, instead: 'systemd opens no FileVault2 device' }],
  ['veracrypt', { opensAnyway: false, instead: 'write tcrypt-veracrypt' }],
  ['tcrypthidden', { opensAnyway: false, instead: 'write tcrypt-hidden' }],
  ['check', { opensAnyway: true, instead: 'what is opened is not checked' }],
  ['checkargs', { opensAnyway: true, instead: 'what is opened is not checked' }],
  ['precheck', { opensAnyway: true, instead: 'what is opened is not checked' }],
  ['loud', { opensAnyway: true, instead: 'messages are in the journal' }],
  ['quiet', { opensAnyway: true, instead: 'messages are in the journal' }],
  ['noearly', { opensAnyway: true, instead: 'systemd has one order only' }],
]);

// crypttab(5) of systemd 262. `initramfs`, Debian's x-initrd.attach, is heeded when the lines are chosen.
const known: ReadonlySet<string> = new Set(
  `allow-discards auto bitlk cipher device-timeout discard fail fido2-cid fido2-device fido2-pin fido2-rp fido2-up fido2-uv
  fixate-volume-key hash header headless initramfs key-slot keyfile-erase keyfile-offset keyfile-size keyfile-timeout
  link-volume-key luks _netdev no-read-workqueue no-write-workqueue noauto nofail offset password-cache password-echo
  pkcs11-uri plain read-only readonly same-cpu-crypt sector-size size skip submit-from-crypt-cpus swap tcrypt tcrypt-hidden
  tcrypt-keyfile tcrypt-system tcrypt-veracrypt timeout tmp token-timeout tpm2-device tpm2-measure-bank
  tpm2-measure-keyslot-nvpcr tpm2-measure-pcr tpm2-pcrlock tpm2-pcrs tpm2-pin tpm2-signature tries try-empty-password verify
  veracrypt-pim veracrypt-query-pim x-initrd.attach`.split(/\s+/),
);
