import type { PackageOrigin } from '../../model/packages.ts';
import type { PackagePlan } from '../../model/plan.ts';

/** The sources that this build may ask, in their order: what stands after the network is asked only without it. */
export function usableSources({ sources, offline }: PackagePlan): readonly PackageOrigin[] {
  if (offline) return sources.filter((source) => source !== 'network');
  const network = sources.indexOf('network');
  return network === -1 ? sources : sources.slice(0, network + 1);
}
