import { describeOrigin, type Origin } from './origin.ts';

/** Why something is in the plan: a setting's place, or a fact of the host or the kernel. Plain JSON. */
export type Reason = Origin | HostReason | ModuleReason;

/** A fact of the host. */
export type HostReason =
  /** No other package manager is installed. */
  | { readonly type: 'only manager' }
  | UnderReason
  | {
      readonly type: 'device';
      readonly bus: string;
      readonly name: string;
      readonly modalias: string;
    }
  /** `as`: the name there, null where this kernel's module has the same. */
  | { readonly type: 'loaded'; readonly as: string | null }
  /** Built into the running kernel and in use. */
  | { readonly type: 'built in' }
  | { readonly type: 'crypttab entry'; readonly entry: string }
  | { readonly type: 'crypttab option'; readonly option: string; readonly entry: string }
  | { readonly type: 'key'; readonly entry: string }
  /** The partition that the boot loader was started from, as it says. */
  | { readonly type: 'boot loader' }
  /** What is mounted there is the ESP. */
  | { readonly type: 'mounted'; readonly at: string }
  /** A line of veritytab(5) or integritytab(5). */
  | { readonly type: 'line of'; readonly file: string; readonly name: string }
  | { readonly type: 'kernel option'; readonly option: string }
  /** `target`: where its microcode lies in the image. */
  | { readonly type: 'processor'; readonly target: string };

/** A layer of the storage below a mount point, swap or the resume device. */
export interface UnderReason {
  readonly type: 'under';
  /** `/`, `/usr`, `swap`, … */
  readonly purpose: string;
  readonly layer: LayerName;
}

export type LayerName =
  | { readonly type: 'file system' | 'checksum'; readonly name: string }
  /** `luks2 root`, `raid1 md0`, `lvm vg-root`, `disk sda`, `loop /images/root`. */
  | { readonly type: 'layer'; readonly kind: string; readonly name: string }
  /** A device on the way to a disk, or one that only gives it clock, power or interrupts. */
  | {
      readonly type: 'driver';
      readonly role: 'parent' | 'supplier';
      readonly bus: string;
      readonly name: string;
    };

/** A pattern of the configuration, or a module that asks for another or for firmware. */
export type ModuleReason =
  /** A word of KernelModules=, HostModules= or HostFiles=. */
  | { readonly type: 'pattern'; readonly at: Origin; readonly word: string }
  /** A line of a file of the host that a program reads there, as modprobe.d(5). */
  | { readonly type: 'host line'; readonly at: Origin; readonly text: string }
  | { readonly type: 'needed by'; readonly module: string }
  | {
      readonly type: 'soft dependency' | 'weak dependency' | 'firmware';
      readonly module: string;
      /** True where the module is part of the kernel itself. */
      readonly isBuiltin: boolean;
    };

/** A reason in a few words, as the plan and `why` print it. */
export function describeReason(reason: Reason): string {
  switch (reason.type) {
    case 'file':
    case 'flag':
    case 'default':
      return describeOrigin(reason);
    case 'only manager':
      return 'the only one installed';
    case 'under':
      return `under ${reason.purpose}: ${describeLayer(reason.layer)}`;
    case 'device':
      return `device ${reason.bus} ${reason.name}, ${reason.modalias}`;
    case 'loaded':
      return reason.as === null ? 'loaded on the host' : `loaded on the host as ${reason.as}`;
    case 'built in':
      return 'built into the running kernel';
    case 'crypttab entry':
      return `/etc/crypttab: ${reason.entry}`;
    case 'crypttab option':
      return `${reason.option}= of crypttab entry "${reason.entry}"`;
    case 'key':
      return `key of crypttab entry "${reason.entry}"`;
    case 'boot loader':
      return 'the boot loader was started from there';
    case 'mounted':
      return `mounted at ${reason.at}`;
    case 'line of':
      return `${reason.file}: ${reason.name}`;
    case 'kernel option':
      return `kernel command line: ${reason.option}`;
    case 'processor':
      return `for the processor, in ${reason.target}`;
    case 'pattern':
      return `${describeOrigin(reason.at)} "${reason.word}"`;
    case 'host line':
      return `${describeOrigin(reason.at)} "${reason.text}"`;
    case 'needed by':
      return `needed by ${reason.module}`;
    case 'soft dependency':
    case 'weak dependency':
    case 'firmware': {
      const of = `${reason.type} of ${reason.module}`;
      return reason.isBuiltin ? `${of}, which is built in` : of;
    }
    default:
      return reason satisfies never;
  }
}

function describeLayer(layer: LayerName): string {
  switch (layer.type) {
    case 'file system':
    case 'checksum':
      return `${layer.type} ${layer.name}`;
    case 'layer':
      return `${layer.kind} ${layer.name}`;
    case 'driver':
      return `${layer.role === 'supplier' ? 'supplier ' : ''}${layer.bus} ${layer.name}`;
    default:
      return layer satisfies never;
  }
}
