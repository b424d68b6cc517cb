import type { Compression, Config } from '../model/config.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { HostFacts } from '../model/facts.ts';
import type {
  FirmwarePlan,
  HostEntry,
  MicrocodePlan,
  ModulePlan,
  PartPlan,
} from '../model/plan.ts';

const kernelOptions = {
  zstd: 'CONFIG_RD_ZSTD',
  xz: 'CONFIG_RD_XZ',
  gzip: 'CONFIG_RD_GZIP',
} as const satisfies Record<Exclude<Compression, 'none'>, string>;

const levels = { zstd: 9, xz: 6, gzip: 6, none: 0 } as const satisfies Record<Compression, number>;

/** Compressions that the kernel can unpack, by its configuration where that is known; the best first. */
export function unpackable(facts: HostFacts): readonly Compression[] {
  const { config } = facts.kernel;
  const known = (['zstd', 'xz', 'gzip'] as const).filter(
    (compression) => config === undefined || config.get(kernelOptions[compression]) === 'y',
  );
  return [...known, 'none'];
}

// Without these a kernel boots no initrd with systemd in it, whatever is in there.
const indispensable = ['CONFIG_BLK_DEV_INITRD', 'CONFIG_TMPFS', 'CONFIG_DEVTMPFS'];

/** The image's members in their order, and how each is compressed. */
export function planParts(
  config: Config,
  facts: HostFacts,
  content: {
    readonly microcode: readonly MicrocodePlan[];
    readonly modules: ModulePlan;
    readonly firmware: FirmwarePlan;
    readonly host: readonly HostEntry[];
  },
): { readonly parts: readonly PartPlan[]; readonly warnings: readonly string[] } {
  assertUsable(facts);
  const { compression, warnings } = chooseCompression(config.compressOutput, facts);
  const level = levelFor(config, compression);
  const packed = { compression, level };
  const plain = { compression: 'none', level: 0 } as const;
  return {
    warnings,
    parts: [
      ...(content.microcode.length === 0 ? [] : [{ name: 'microcode', ...plain } as const]),
      { name: 'base', ...packed },
      // Compressed modules get no smaller, but their indexes do, and it costs no time to speak of.
      { name: 'kernel', ...packed },
      ...(content.host.length === 0 && config.rootPassword === undefined
        ? []
        : [{ name: 'host', ...packed } as const]),
    ],
  };
}

function assertUsable({ kernel: { config, version } }: HostFacts): void {
  const lacking = indispensable.filter(
    (option) => config !== undefined && config.get(option) !== 'y',
  );
  if (lacking.length === 0) return;
  throw new BuildError(
    `Cannot boot kernel ${version} with an initrd: ${lacking.join(', ')} not set`,
    {
      hint: 'Build the kernel with these options, or choose another one with --kernel-version',
    },
  );
}

// A kernel that cannot unpack the image does not boot; its configuration decides where it is known.
function chooseCompression(
  wanted: Compression,
  facts: HostFacts,
): { readonly compression: Compression; readonly warnings: readonly string[] } {
  const known = unpackable(facts);
  if (known.includes(wanted)) return { compression: wanted, warnings: [] };
  const instead = known[0] ?? 'none';
  return {
    compression: instead,
    warnings: [
      `Kernel ${facts.kernel.version} cannot unpack ${wanted}, the image is compressed with ${instead}`,
    ],
  };
}

function levelFor(config: Config, compression: Compression): number {
  const level = config.compressLevel ?? levels[compression];
  if (compression === 'zstd' && level > 19) {
    throw new UsageError(
      `Cannot compress with level ${level}: above 19 zstd needs a window that a booting machine may not have`,
    );
  }
  return compression === config.compressOutput ? level : levels[compression];
}
