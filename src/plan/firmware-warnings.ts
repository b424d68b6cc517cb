import type { ModuleInfo } from '../model/facts.ts';
import type { FirmwarePlan, ModulePlan } from '../model/plan.ts';
import { describeReason } from '../model/reason.ts';

const mostNames = 3;

/**
 * About drivers under / and all else that the initrd mounts of whose firmware nothing is there. A driver names files for
 * every chip that it knows: one that is there may be the right one, and one that FirmwareFiles= excludes is the user's word.
 */
export function firmwareWarnings(
  modules: ModulePlan,
  infos: ReadonlyMap<string, ModuleInfo>,
  firmware: FirmwarePlan,
): readonly string[] {
  const missing = new Set(firmware.missing.map(({ value }) => value));
  return modules.files.flatMap(({ name, path, from }) => {
    const files = [...new Set(infos.get(path)?.firmware)];
    const isUnderMount = from.type === 'under' && from.purpose.startsWith('/');
    if (!isUnderMount || files.length === 0) return [];
    if (files.some((file) => !missing.has(file))) return [];
    return [
      `Cannot find firmware ${listed(files)} of driver "${name}" (${describeReason(from)}): the disk may not come up, install the ` +
        'package that ships it, or exclude it in FirmwareFiles= if the driver works without',
    ];
  });
}

function listed(files: readonly string[]): string {
  const others = files.length - mostNames;
  return [
    ...files.slice(0, mostNames).map((file) => `"${file}"`),
    ...(others > 0 ? [`${others} more`] : []),
  ].join(' or ');
}
