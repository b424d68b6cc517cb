import type { BootFacts } from '../model/facts.ts';
import type { Sourced } from '../model/origin.ts';
import type { Reason, UnderReason } from '../model/reason.ts';
import type { StorageNode, StorageStack } from '../model/storage.ts';
import { fileSystem } from './storage/file-systems.ts';
import { layerNeeds, layersOf } from './storage/layers.ts';
import { profilesOfNetworkWord } from './storage/network-words.ts';

/** Profiles that the host asks for; whether there is such a profile is the configuration's matter. */
export function suggestedProfiles(boot: BootFacts): readonly Sourced<string, Reason>[] {
  const found = new Map<string, Reason>(neededProfiles(boot.storage));
  const suggest = (names: readonly string[], reason: Reason): void => {
    for (const name of names) if (!found.has(name)) found.set(name, reason);
  };
  for (const { name, options } of boot.crypttab.entries) {
    suggest(['cryptsetup', ...profilesOfOptions(options)], { type: 'crypttab entry', entry: name });
  }
  for (const { path, names } of boot.setupTabs) {
    for (const name of names) suggest(['cryptsetup'], { type: 'line of', file: path, name });
  }
  for (const option of boot.commandLine) {
    suggest(profilesOfNetworkWord(option), { type: 'kernel option', option });
    // brltty(1) reads it; installers write it where they have been used with a braille display.
    if (option.startsWith('brltty=')) suggest(['accessibility'], { type: 'kernel option', option });
    if (!cryptOptions.some((pattern) => pattern.test(option))) continue;
    const names = ['cryptsetup', ...profilesOfOptions(option.split(/[=,]/))];
    suggest(names, { type: 'kernel option', option });
  }
  // A layout matters where a passphrase may be typed, and what lies on unknown storage may be encrypted.
  const { layout } = boot.keyboard;
  if (layout !== null && (found.has('cryptsetup') || !isStorageKnown(boot))) {
    suggest(['keymap'], layout.from);
  }
  return [...found]
    .map(([value, from]) => ({ value, from }))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
}

/** What file systems and the layers below them ask for, each with the first that does. */
export function neededProfiles(storage: readonly StorageStack[]): ReadonlyMap<string, UnderReason> {
  const found = new Map<string, UnderReason>();
  const note = (names: readonly string[], reason: UnderReason): void => {
    for (const name of names) if (!found.has(name)) found.set(name, reason);
  };
  for (const { purpose, fileSystem: name, below } of storage) {
    const { profile } = fileSystem(name);
    if (name !== null && profile !== undefined) {
      note([profile], { type: 'under', purpose, layer: { type: 'file system', name } });
    }
    for (const node of below.flatMap((each) => [...layersOf(each)])) {
      const { profiles, name: layer } = layerNeeds(node);
      note(profiles, { type: 'under', purpose, layer });
    }
  }
  return found;
}

/**
 * True where everything that the boot waits for was seen down to its disks, / at least. If not, an image has
 * to be ready for whatever it may be.
 */
export function isStorageKnown({ storage, isContained }: BootFacts): boolean {
  const root = storage.find(({ purpose }) => purpose === '/');
  if (isContained || root === undefined) return false;
  const others = storage.filter((stack) => stack.required && stack !== root);
  return isRootSeen(root) && others.every(isSeen);
}

// A live system and a container have an overlay or tmpfs there, too; that it is the machine's own only fstab can say.
function isRootSeen({ fileSystem: name, below, isInFstab }: StorageStack): boolean {
  const { liesIn } = fileSystem(name);
  if (liesIn === 'network') return true;
  return liesIn === undefined ? reachesDisks(below) : isInFstab === true;
}

// A device that is not there now says nothing of what lies below it; a warning names it.
function isSeen({ purpose, fileSystem: name, below }: StorageStack): boolean {
  if (fileSystem(name).liesIn !== undefined) return true;
  return reachesDisks(below) || (below.length === 0 && purpose !== '/usr');
}

function reachesDisks(nodes: readonly StorageNode[]): boolean {
  return (
    nodes.length > 0 && nodes.every((node) => node.type === 'disk' || reachesDisks(node.below))
  );
}

// systemd-cryptsetup-generator(8), systemd-veritysetup-generator(8). What they name may lie beside /, and nothing but the
// initrd heeds those that begin with "rd.".
const cryptOptions: readonly RegExp[] = [
  /^(?:rd\.)?luks\.(?:uuid|name|key|data|options|crypttab)=/,
  /^(?:rd\.)?luks=(?:1|yes|y|true|t|on)$/,
  /^(?:roothash|usrhash|systemd\.verity\w*|rd\.(?:verity|integrity)tab)=/,
];

// crypttab(5).
function profilesOfOptions(options: readonly string[]): readonly string[] {
  return options.flatMap((option) => optionProfiles.get(option.replace(/=.*$/s, '')) ?? []);
}

const optionProfiles: ReadonlyMap<string, string> = new Map([
  ['fido2-device', 'fido2'],
  ['tpm2-device', 'tpm2'],
  ['pkcs11-uri', 'pkcs11'],
]);
