import type { LayerName } from '../../model/reason.ts';
import type { StorageNode, Transport } from '../../model/storage.ts';

/** The needs of one layer of the storage. */
export interface LayerNeeds {
  /** The words that reports use for it. */
  readonly name: Extract<LayerName, { readonly type: 'layer' }>;
  readonly profiles: readonly string[];
  /** Names of modules without which the layer does not come up. */
  readonly modules: readonly string[];
  /** Names and aliases that the layer asks the kernel for by itself. */
  readonly asksFor: readonly string[];
  /** File names of programs of which one has to be there, wherever it lies; empty where the kernel does it alone. */
  readonly programs: readonly string[];
}

type Kind = StorageNode['type'];
type NodeOf<T extends Kind> = Extract<StorageNode, { readonly type: T }>;
type Rows = { readonly [T in Kind]: (node: NodeOf<T>) => Partial<LayerNeeds> };

/**
 * The one table of storage layers. A new layer is a type in model/storage.ts with its detection in host/, a row here, a
 * folder in dropins/profiles and a boot scenario.
 */
const layers: Rows = {
  crypt: ({ format, name, algorithms, tokens }) => ({
    name: layer(format, name),
    profiles: ['cryptsetup', ...tokens.flatMap((token) => tokenProfiles.get(token) ?? [])],
    modules: [cryptFormats[format].module],
    asksFor: algorithms.flatMap(algorithmAliases),
    programs: cryptFormats[format].programs,
  }),
  lvm: ({ name }) => {
    const checker = poolCheckers.find(([pattern]) => pattern.test(name))?.[1];
    return {
      profiles: checker === undefined ? ['lvm'] : ['lvm', 'lvm-thin'],
      modules: ['dm_mod'],
      // The volume above it needs lvm itself.
      programs: [checker ?? 'lvm'],
    };
  },
  raid: ({ level, name }) => ({
    name: layer(level, name),
    profiles: ['raid'],
    // A container of firmware RAID holds the disks, and no data of its own.
    modules: ['md_mod', ...(level === 'container' ? [] : [raidModules.get(level) ?? level])],
    programs: ['mdadm'],
  }),
  multipath: () => ({
    profiles: ['dm', 'multipath'],
    modules: ['dm_multipath'],
    asksFor: ['dm_service_time', 'dm_queue_length', 'dm_round_robin'],
    programs: ['multipathd'],
  }),
  mapper: () => ({ profiles: ['dm'], modules: ['dm_mod'] }),
  bcache: () => ({ profiles: ['bcache'], modules: ['bcache'], programs: ['bcache-register'] }),
  loop: ({ file }) => ({ name: layer('loop', file), modules: ['loop'] }),
  partition: () => ({}),
  disk: ({ device, transport }) => ({
    name: layer('disk', device),
    ...(transport === undefined ? {} : transportNeeds(transport)),
  }),
};

/** By the names that LVM gives to a pool's own volumes, what it runs before it activates one. */
const poolCheckers: readonly (readonly [RegExp, program: string])[] = [
  [/-tpool$|_tdata\b/, 'thin_check'],
  [/_(?:cdata|cvol)\b/, 'cache_check'],
];

/** The needs of `node` alone; the layers below it have needs of their own. */
export function layerNeeds(node: StorageNode): LayerNeeds {
  const row = rowOf(node.type, node);
  const name = layer(node.type, node.type === 'disk' ? node.device : node.name);
  return { name, profiles: [], modules: [], asksFor: [], programs: [], ...row };
}

/** A node and all that lies below it, from the top. */
export function* layersOf(node: StorageNode): Generator<StorageNode> {
  yield node;
  if (node.type !== 'disk') for (const each of node.below) yield* layersOf(each);
}

// The kind and the node belong together, which only a type parameter can say.
function rowOf<T extends Kind>(kind: T, node: NodeOf<T>): Partial<LayerNeeds> {
  return layers[kind](node);
}

function layer(kind: string, name: string): LayerNeeds['name'] {
  return { type: 'layer', kind, name };
}

type CryptFormat = NodeOf<'crypt'>['format'];

const luks = { module: 'dm_crypt', programs: ['systemd-cryptsetup', 'cryptsetup'] };

const cryptFormats = {
  luks1: luks,
  luks2: luks,
  plain: luks,
  verity: { module: 'dm_verity', programs: ['systemd-veritysetup', 'veritysetup'] },
  integrity: { module: 'dm_integrity', programs: ['systemd-integritysetup', 'integritysetup'] },
} as const satisfies Record<CryptFormat, { module: string; programs: readonly string[] }>;

/** Types of LUKS2 tokens that open it without a passphrase. */
export const tokenProfiles: ReadonlyMap<string, string> = new Map([
  ['systemd-fido2', 'fido2'],
  ['systemd-tpm2', 'tpm2'],
  ['systemd-pkcs11', 'pkcs11'],
  ['clevis', 'clevis'],
  ['clevis:tang', 'tang'],
  ['clevis:tpm2', 'tpm2'],
]);

// Three levels are one module, and carry its aliases only as numbers.
const raidModules: ReadonlyMap<string, string> = new Map([
  ['raid4', 'raid456'],
  ['raid5', 'raid456'],
  ['raid6', 'raid456'],
]);

/** The needs of disks that lie behind a network, by the profile's name. */
const transports = {
  iscsi: { programs: ['iscsistart'], modules: new Map([['iscsi_iser', 'ib_iser']]) },
  nbd: { programs: ['nbd-client'], modules: new Map() },
  nvmf: {
    programs: ['nvme'],
    modules: new Map([
      ['tcp', 'nvme_tcp'],
      ['rdma', 'nvme_rdma'],
      ['fc', 'nvme_fc'],
    ]),
  },
} as const satisfies Record<
  Transport['type'],
  { programs: readonly string[]; modules: ReadonlyMap<string, string> }
>;

function transportNeeds({ type, by }: Transport): Partial<LayerNeeds> {
  const { programs, modules } = transports[type];
  return { profiles: [type], modules: [modules.get(by) ?? by], programs };
}

/**
 * `aes-cbc-essiv:sha256`, `hmac(sha256)`: the kernel asks for each word as `crypto-WORD`, and for `essiv` and the like
 * too. `sha3-256` is one word.
 */
function algorithmAliases(algorithm: string): readonly string[] {
  return algorithm
    .split(/-(?!\d)|[:()]/)
    .filter((word) => /^[a-z]/.test(word) && !/^plain(?:64)?$/.test(word))
    .map((word) => `crypto-${word}`);
}
