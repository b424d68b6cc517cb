import type { CpuFacts, HostFacts } from '../model/facts.ts';
import type { MicrocodePlan } from '../model/plan.ts';

/** Early microcode for this processor, or for every one when the image is for any machine; empty where there is none. */
export function selectMicrocode(
  facts: HostFacts,
  options: { readonly generic: boolean },
): readonly MicrocodePlan[] {
  const { architecture, cpu } = facts;
  if (options.generic) return architecture === 'x86-64' ? everyProcessor(facts) : [];
  if (cpu === undefined) return [];
  const name = candidates(cpu).flatMap((each) => shipped(facts, each))[0];
  return name === undefined ? [] : [planOf(facts, cpu.vendor, [name])];
}

type Vendor = CpuFacts['vendor'];

// Documentation/arch/x86/microcode.rst of the kernel.
const targets = {
  amd: 'kernel/x86/microcode/AuthenticAMD.bin',
  intel: 'kernel/x86/microcode/GenuineIntel.bin',
} as const satisfies Record<Vendor, string>;

// Beside them lie README files and signatures, which a kernel would take for damaged microcode.
const names = {
  amd: /^amd-ucode\/microcode_amd(?:_fam[0-9a-f]+h)?\.bin$/,
  intel: /^intel-ucode\/[0-9a-f]{2}-[0-9a-f]{2}-[0-9a-f]{2}(?:\.initramfs)?$/,
} as const satisfies Record<Vendor, RegExp>;

const suffixes = ['', '.zst', '.xz'] as const;

/** The containers of all families are simply put one after the other. */
function everyProcessor(facts: HostFacts): readonly MicrocodePlan[] {
  const { files } = facts.kernel.firmware;
  const plain = new Set([...files.keys()].map((path) => path.replace(/\.(?:xz|zst)$/, '')));
  return (['amd', 'intel'] as const).flatMap((vendor) => {
    const sources = [...plain]
      .filter((path) => names[vendor].test(path))
      // Where both are there, the one for early loading is the later one.
      .filter((path) => !plain.has(`${path}.initramfs`))
      .sort()
      .flatMap((path) => shipped(facts, path).slice(0, 1));
    return sources.length === 0 ? [] : [planOf(facts, vendor, sources)];
  });
}

function planOf(facts: HostFacts, vendor: Vendor, sources: readonly string[]): MicrocodePlan {
  const { directory } = facts.kernel.firmware;
  return { target: targets[vendor], sources: sources.map((path) => `${directory}/${path}`) };
}

function shipped(facts: HostFacts, path: string): readonly string[] {
  const { files } = facts.kernel.firmware;
  return suffixes
    .map((suffix) => path + suffix)
    .filter((each) => ['file', 'symlink'].includes(files.get(each)?.type ?? ''));
}

function candidates(cpu: CpuFacts): readonly string[] {
  switch (cpu.vendor) {
    case 'intel': {
      const name = [cpu.family, cpu.model, cpu.stepping]
        .map((part) => part.toString(16).padStart(2, '0'))
        .join('-');
      // Debian ships what must not be loaded late under this suffix.
      return [`intel-ucode/${name}.initramfs`, `intel-ucode/${name}`];
    }
    case 'amd':
      return cpu.family > 0x14
        ? [`amd-ucode/microcode_amd_fam${cpu.family.toString(16)}h.bin`]
        : ['amd-ucode/microcode_amd.bin'];
    default:
      return cpu.vendor satisfies never;
  }
}
