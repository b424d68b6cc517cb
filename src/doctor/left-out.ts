import { decodeUdevName } from '../formats/udev-name.ts';
import type {
  BootRecord,
  LayerSigns,
  LeftOut,
  Observation,
  SeenDisk,
} from '../model/boot-record.ts';

/** The kernel and the tables that a record is held against. */
export interface Known {
  /** Modules of the kernel that answer to a modalias. */
  readonly driversOf: (modalias: string) => readonly string[];
  readonly isModule: (name: string) => boolean;
  /** The profile and the module for what lies on a disk, by its name at blkid(8). */
  readonly needsOf: (type: string) => Needs;
  /** True where the plan of the image has such a layer under what the boot mounts. */
  readonly isPlanned: (layer: LayerSigns) => boolean;
}

export interface Needs {
  readonly profile?: string | undefined;
  readonly module?: string | undefined;
  /** True where it is a file system: of interest where the boot names it. Anything else has disks above it that nobody has seen. */
  readonly isFileSystem: boolean;
  readonly layer?: LayerSigns | undefined;
}

/** What a boot that failed asked for and its image did not have, the surest first. */
export function findLeftOut(record: BootRecord, known: Known): readonly LeftOut[] {
  return [
    ...missingPrograms(record),
    ...missingOnDisks(record, known).flatMap(({ leftOut, isAsked }) => (isAsked ? [leftOut] : [])),
    ...missingDrivers(record, known),
  ];
}

/** What else there is to say. */
export function observe(record: BootRecord, known: Known): readonly Observation[] {
  const { disks, undriven, neverCame } = record;
  const lacksDriver = undriven.some(({ modules, modalias }) =>
    modules.length === 0 ? known.driversOf(modalias).length > 0 : true,
  );
  return [
    ...otherKernel(record),
    ...(disks.length === 0 && !lacksDriver ? [{ type: 'no disk' } as const] : []),
    ...undriven
      .filter(({ modules }) => modules.length > 0)
      .map((device) => ({ type: 'idle driver', device }) as const),
    ...unfoundDrivers(record, known),
    ...missingOnDisks(record, known).flatMap(({ leftOut, isAsked }) =>
      isAsked ? [] : [{ type: 'unasked layer', leftOut } as const],
    ),
    ...(disks.length === 0
      ? []
      : neverCame
          .filter((device) => tagOf(device) !== undefined && !disks.some(isNamed(device)))
          .map((device) => ({ type: 'not among the disks', device }) as const)),
  ];
}

// systemd.exec(5): the exit code of a program that could not be started.
const cannotStart = 203;

function missingPrograms({ failed }: BootRecord): readonly LeftOut[] {
  return failed.flatMap(({ unit, status, program }) =>
    status === cannotStart && program !== null ? [{ type: 'program', path: program, unit }] : [],
  );
}

interface MissingOnDisk {
  readonly leftOut: Extract<LeftOut, { readonly type: 'module' | 'profile' }>;
  /** False for a layer of which neither the command line nor the plan speaks: disks may have what no boot needs. */
  readonly isAsked: boolean;
}

function missingOnDisks(record: BootRecord, known: Known): readonly MissingOnDisk[] {
  const { disks, profiles, modules, commandLine, neverCame, failed } = record;
  const asked = [
    ...neverCame,
    ...[...commandLine.matchAll(/(?<=(?:^| )(?:root|mount\.usr|resume)=)\S+/g)].map(
      ([word]) => word,
    ),
  ];
  const isAsked = (disk: SeenDisk): boolean => asked.some((word) => isNamed(word)(disk));
  const isHidden = asked.some((word) => !disks.some(isNamed(word)));
  const spoken = [commandLine, ...neverCame].join(' ');
  const seen = new Set<string>();
  return disks.flatMap((disk): readonly MissingOnDisk[] => {
    if (disk.type === null) return [];
    const { profile, module, isFileSystem, layer } = known.needsOf(disk.type);
    if (isFileSystem && !(isAsked(disk) && failed.length > 0)) return [];
    const found: MissingOnDisk['leftOut'][] = [];
    if (profile !== undefined && profiles !== null && !profiles.includes(profile)) {
      found.push({ type: 'profile', profile, disk });
    } else if (module !== undefined && modules !== null && known.isModule(module)) {
      if (!modules.includes(module)) found.push({ type: 'module', module, disk });
    }
    const isLayerAsked =
      layer === undefined || (isHidden && (layer.words.test(spoken) || known.isPlanned(layer)));
    // One disk of each kind says enough.
    return found
      .filter((each) => {
        const key = each.type === 'profile' ? each.profile : each.type;
        return !seen.has(key) && seen.add(key);
      })
      .map((leftOut) => ({ leftOut, isAsked: isLayerAsked }));
  });
}

function missingDrivers({ undriven, modules }: BootRecord, known: Known): readonly LeftOut[] {
  const seen = new Set<string>();
  return undriven.flatMap((device): readonly LeftOut[] => {
    if (device.modules.length > 0) return [];
    return known
      .driversOf(device.modalias)
      .filter((module) => known.isModule(module) && modules?.includes(module) !== true)
      .filter((module) => !seen.has(module) && seen.add(module))
      .map((module) => ({ type: 'driver', module, device }));
  });
}

function otherKernel({ kernelVersion, imageKernel }: BootRecord): readonly Observation[] {
  return imageKernel === null || imageKernel === kernelVersion
    ? []
    : [{ type: 'other kernel', kernelVersion, imageKernel }];
}

function unfoundDrivers({ undriven, modules }: BootRecord, known: Known): readonly Observation[] {
  const inImage = new Set(modules);
  const seen = new Set<string>();
  return undriven
    .filter((device) => device.modules.length === 0)
    .flatMap((device) =>
      known
        .driversOf(device.modalias)
        .filter((module) => inImage.has(module) && !seen.has(module) && seen.add(module))
        .map((module) => ({ type: 'unfound driver', device, module }) as const),
    );
}

/** The tag of a name below /dev/disk, or of fstab's form `UUID=`. */
function tagOf(name: string): readonly [tag: string, value: string] | undefined {
  const [, tag, value] =
    /^\/dev\/disk\/by-(uuid|label|partuuid|partlabel)\/(.+)$/.exec(name) ??
    /^(UUID|LABEL|PARTUUID|PARTLABEL)="?([^"]+)/.exec(name) ??
    [];
  return tag === undefined || value === undefined
    ? undefined
    : [tag.toLowerCase(), decodeUdevName(value)];
}

function isNamed(name: string): (disk: SeenDisk) => boolean {
  const [tag, value] = tagOf(name) ?? [];
  const wanted = value?.toLowerCase();
  return (disk) => {
    switch (tag) {
      case 'uuid':
        return disk.uuid?.toLowerCase() === wanted;
      case 'partuuid':
        return disk.partitionUuid?.toLowerCase() === wanted;
      case 'label':
        return disk.label === value;
      case 'partlabel':
        return disk.partitionLabel === value;
      default:
        return name === `/dev/${disk.name}`;
    }
  };
}
