import type { PackageOrigin } from '../model/packages.ts';
import type { PackagePlan } from '../model/plan.ts';

/** The sources that a build may ask, in their order: what stands after the network is asked only without it. */
export function packageSources(
  configured: readonly PackageOrigin[],
  { offline }: { readonly offline: boolean },
): Pick<PackagePlan, 'offline' | 'sources'> {
  const network = configured.indexOf('network');
  if (network === -1) return { offline: false, sources: configured };
  if (!offline) return { offline: false, sources: configured.slice(0, network + 1) };
  return { offline: true, sources: configured.filter((source) => source !== 'network') };
}
