import type { ExplanationLine } from './explanation.ts';

/** The words of an initrd that did not come to its root, as keep-record in the image wrote them. Plain JSON. */
export interface BootRecord {
  readonly kernelVersion: string;
  /** Of the modules in the image; null where it did not tell. */
  readonly imageKernel: string | null;
  /** By the machine's clock, as `2026-11-27T19:16:03Z`; null where it is not known. */
  readonly time: string | null;
  /** SHA-256 in hex of the manifest in the image; null where it had none. */
  readonly image: string | null;
  /** Without passwords. */
  readonly commandLine: string;
  /** True for an image for any machine, false for one of a host; null where it did not tell. */
  readonly isGeneric: boolean | null;
  /** In the same sense. */
  readonly profiles: readonly string[] | null;
  /** Names with `_` for `-`; null in the same sense, and where the record had no room. */
  readonly modules: readonly string[] | null;
  /** Devices that some unit waited for: `/dev/disk/by-uuid/…`. */
  readonly neverCame: readonly string[];
  readonly failed: readonly FailedUnit[];
  readonly disks: readonly SeenDisk[];
  /** Devices on the way to disks that no driver had taken. */
  readonly undriven: readonly UndrivenDevice[];
  /** The last lines of the journal. */
  readonly journal: readonly string[];
}

export interface FailedUnit {
  readonly unit: string;
  /** `exit-code`, `timeout` and the like, see systemd.exec(5). */
  readonly result: string;
  /** 203 where the program could not be started. */
  readonly status: number;
  readonly program: string | null;
}

export interface SeenDisk {
  /** The kernel's name: `sda2`. */
  readonly name: string;
  readonly mebibytes: number;
  /** What lies on it, as blkid(8) calls it: `ext4`, `crypto_LUKS`; null where that is not known. */
  readonly type: string | null;
  readonly uuid: string | null;
  readonly label: string | null;
  readonly partitionUuid: string | null;
  readonly partitionLabel: string | null;
}

export interface UndrivenDevice {
  readonly bus: string;
  readonly name: string;
  readonly modalias: string;
  /** Names of modules that the image had for it. */
  readonly modules: readonly string[];
}

/** By which a boot tells that it needs the disks above another one. */
export interface LayerSigns {
  /** The type of a node in a storage stack, or the file system that has its own disks. */
  readonly node: string;
  /** In the command line, and in the names of devices that are waited for. */
  readonly words: RegExp;
}

/** A thing that the boot asked for and that was not in the image. */
export type LeftOut =
  | { readonly type: 'driver'; readonly module: string; readonly device: UndrivenDevice }
  | { readonly type: 'module'; readonly module: string; readonly disk: SeenDisk }
  | { readonly type: 'profile'; readonly profile: string; readonly disk: SeenDisk }
  | { readonly type: 'program'; readonly path: string; readonly unit: string };

/** Why it was not in the image. */
export interface Diagnosis {
  readonly leftOut: LeftOut;
  /** True where a build now takes it: `lines` then say what for. */
  readonly isTakenNow: boolean;
  readonly lines: readonly ExplanationLine[];
}

/** What a record tells besides. */
export type Observation =
  /** The modules in the image are of another kernel, which loads none of them. */
  | { readonly type: 'other kernel'; readonly kernelVersion: string; readonly imageKernel: string }
  /** Neither a disk nor a device on the way to one that lacks a driver. */
  | { readonly type: 'no disk' }
  /** The image had drivers for it, and none of them took it. */
  | { readonly type: 'idle driver'; readonly device: UndrivenDevice }
  /** The image had the driver by its list, and modprobe(8) did not find it for the device. */
  | { readonly type: 'unfound driver'; readonly device: UndrivenDevice; readonly module: string }
  /** The image could not set up what lies on a disk, and nothing tells that the boot needed that. */
  | {
      readonly type: 'unasked layer';
      readonly leftOut: Extract<LeftOut, { readonly type: 'module' | 'profile' }>;
    }
  /** No disk of these bears the name that was waited for. */
  | { readonly type: 'not among the disks'; readonly device: string };

/** A thing that was left out in a few words. */
export function describeLeftOut(leftOut: LeftOut): string {
  switch (leftOut.type) {
    case 'driver': {
      const { bus, name, modalias } = leftOut.device;
      return `driver ${leftOut.module} of the device ${bus} ${name} (${modalias})`;
    }
    case 'module':
      return `module ${leftOut.module}, for ${leftOut.disk.type ?? 'what lies'} on ${leftOut.disk.name}`;
    case 'profile':
      return `profile ${leftOut.profile}, for ${leftOut.disk.type ?? 'what lies'} on ${leftOut.disk.name}`;
    case 'program':
      return `program ${leftOut.path}, which ${leftOut.unit} could not start`;
    default:
      return leftOut satisfies never;
  }
}

export function describeObservation(observation: Observation): string {
  switch (observation.type) {
    case 'other kernel': {
      const { kernelVersion, imageKernel } = observation;
      return `The kernel was ${kernelVersion}, and the modules in the image are of ${imageKernel}: it could load none of them; the boot loader's entry names a kernel and an image that do not belong together`;
    }
    case 'no disk':
      return 'There was no disk, and no device of a kind that leads to one without a driver: the disk is not connected, or switched off in the firmware';
    case 'idle driver': {
      const { bus, name, modalias, modules } = observation.device;
      return `The device ${bus} ${name} (${modalias}) was taken by no driver, though ${modules.join(', ')} was in the image: firmware may be missing, or a blacklist forbids it; the journal says more`;
    }
    case 'unfound driver': {
      const { device, module } = observation;
      return `The driver ${module} of the device ${device.bus} ${device.name} (${device.modalias}) is in the image, but modprobe did not find it there`;
    }
    case 'unasked layer': {
      const { leftOut } = observation;
      const word = leftOut.type === 'profile' ? leftOut.profile : leftOut.module;
      return `The image had no ${describeLeftOut(leftOut)}: that matters if what was waited for lies in there; "pkginitrd why ${word}" says why not`;
    }
    case 'not among the disks':
      return `None of the disks is "${observation.device}": it has another name now, or what it lies on was not set up`;
    default:
      return observation satisfies never;
  }
}
