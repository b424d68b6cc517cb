import type { DeviceFacts } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';
import { sysfsAttribute, sysfsLink } from './sysfs.ts';

// Devices of classes that have a modalias without being on a bus: keyboards ask for evdev, machines for quirks.
const classes = ['dmi', 'input'];

/**
 * Every device of the host that says what it is or is driven by something. The lists of the buses are read instead of
 * the whole tree below /sys/devices: the same devices, and a tenth of the directories.
 */
export function readDevices(root: RootFiles): readonly DeviceFacts[] {
  return [
    ...root.list('sys/bus').map((bus) => ({ bus, directory: `sys/bus/${bus}/devices` })),
    ...classes.map((bus) => ({ bus, directory: `sys/class/${bus}` })),
  ].flatMap(({ bus, directory }) =>
    root.list(directory).flatMap((name) => {
      const path = `${directory}/${name}`;
      const modalias = modaliasOf(root, path);
      const driver = sysfsLink(root, `${path}/driver`);
      return modalias === null && driver === null ? [] : [{ bus, name, modalias, driver }];
    }),
  );
}

/** Some buses have no file modalias, and say it in uevent only. */
export function modaliasOf(root: RootFiles, path: string): string | null {
  const own = sysfsAttribute(root, `${path}/modalias`);
  if (own !== null) return own;
  return /^MODALIAS=(.+)$/m.exec(sysfsAttribute(root, `${path}/uevent`) ?? '')?.[1] ?? null;
}
