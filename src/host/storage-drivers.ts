import type { DriverFacts } from '../model/storage.ts';
import type { RootFiles } from '../model/sys.ts';
import { modaliasOf } from './devices.ts';
import { sysfsAttribute, sysfsLink, sysfsTarget } from './sysfs.ts';

/** Every driver between a disk and the root of its bus, with the devices that supply those on the way. */
export function driversOfDisk(root: RootFiles, disk: string): readonly DriverFacts[] {
  const found = new Map<string, DriverFacts>();
  for (const start of controllers(root, disk)) climb(root, start, 'parent', found);
  return [...found.values()];
}

// With native multipath an NVMe disk hangs on a virtual subsystem that links to its controllers.
function controllers(root: RootFiles, disk: string): readonly string[] {
  const parent = disk.slice(0, disk.lastIndexOf('/'));
  if (!parent.startsWith('sys/devices/virtual/nvme-subsystem/')) return [disk];
  return root
    .list(parent)
    .filter((name) => /^nvme[0-9]+$/.test(name))
    .flatMap((name) => sysfsTarget(root, `${parent}/${name}`) ?? []);
}

function climb(
  root: RootFiles,
  start: string,
  role: DriverFacts['role'],
  found: Map<string, DriverFacts>,
): void {
  for (
    let directory = start;
    directory.startsWith('sys/devices/') && !found.has(directory);
    directory = directory.slice(0, directory.lastIndexOf('/'))
  ) {
    const driver = driverOf(root, directory, role);
    if (driver === null) continue;
    found.set(directory, driver);
    for (const supplier of suppliers(root, directory)) climb(root, supplier, 'supplier', found);
  }
}

function driverOf(
  root: RootFiles,
  directory: string,
  role: DriverFacts['role'],
): DriverFacts | null {
  const driver =
    sysfsLink(root, `${directory}/driver`) ??
    /^DRIVER=(.+)$/m.exec(sysfsAttribute(root, `${directory}/uevent`) ?? '')?.[1] ??
    null;
  const bus = sysfsLink(root, `${directory}/subsystem`);
  const modalias = modaliasOf(root, directory);
  if (bus === null || (driver === null && modalias === null)) return null;
  return {
    device: directory.slice(directory.lastIndexOf('/') + 1),
    bus,
    driver,
    module: sysfsLink(root, `${directory}/driver/module`),
    modalias,
    role,
  };
}

// fw_devlink's `supplier:BUS:NAME` leads to a directory whose own `supplier` is the device.
function suppliers(root: RootFiles, directory: string): readonly string[] {
  return root
    .list(directory)
    .filter((name) => name.startsWith('supplier:'))
    .flatMap((name) => sysfsTarget(root, `${directory}/${name}/supplier`) ?? []);
}
