import type { CpuFacts } from '../model/facts.ts';

/** /proc/cpuinfo of x86 (arch/x86/kernel/cpu/proc.c): its first processor, undefined where no microcode is known. */
export function parseCpuinfo(text: string): CpuFacts | undefined {
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'm').exec(text)?.[1]?.trim();
  const vendor = VENDORS.get(field('vendor_id') ?? '');
  if (vendor === undefined) return undefined;
  const [family, model, stepping] = ['cpu family', 'model', 'stepping'].map((name) =>
    Number(field(name) ?? Number.NaN),
  );
  // Hypervisors that hide the CPU print "unknown".
  if (family === undefined || model === undefined || stepping === undefined) return undefined;
  if (![family, model, stepping].every(Number.isInteger)) return undefined;
  return { vendor, family, model, stepping };
}

const VENDORS: ReadonlyMap<string, CpuFacts['vendor']> = new Map([
  ['GenuineIntel', 'intel'],
  ['AuthenticAMD', 'amd'],
]);
