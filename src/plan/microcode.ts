import type { CpuFacts, HostFacts } from '../model/facts.ts';
import type { MicrocodePlan } from '../model/plan.ts';

/** Early microcode for this processor; null where there is none, or the image is for any machine. */
export function selectMicrocode(facts: HostFacts): MicrocodePlan | null {
  if (facts.cpu === undefined) return null;
  const { directory, files } = facts.kernel.firmware;
  const source = candidates(facts.cpu).find((path) => files.get(path)?.type === 'file');
  if (source === undefined) return null;
  return { target: targets[facts.cpu.vendor], sources: [`${directory}/${source}`] };
}

// Documentation/arch/x86/microcode.rst of the kernel.
const targets = {
  intel: 'kernel/x86/microcode/GenuineIntel.bin',
  amd: 'kernel/x86/microcode/AuthenticAMD.bin',
} as const satisfies Record<CpuFacts['vendor'], string>;

function candidates(cpu: CpuFacts): readonly string[] {
  switch (cpu.vendor) {
    case 'intel': {
      const name = [cpu.family, cpu.model, cpu.stepping]
        .map((part) => part.toString(16).padStart(2, '0'))
        .join('-');
      // Debian ships what must not be loaded late under this suffix.
      return [`intel-ucode/${name}`, `intel-ucode/${name}.initramfs`];
    }
    case 'amd':
      return cpu.family > 0x14
        ? [`amd-ucode/microcode_amd_fam${cpu.family.toString(16)}h.bin`]
        : ['amd-ucode/microcode_amd.bin'];
    default:
      return cpu.vendor satisfies never;
  }
}
