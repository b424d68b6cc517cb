import type { DriverFacts, Transport } from '../model/storage.ts';
import type { RootFiles } from '../model/sys.ts';
import { modaliasOf } from './devices.ts';
import { sysfsAttribute, sysfsLink, sysfsTarget } from './sysfs.ts';

/** Every driver between a disk and the root of its bus, with the devices that supply those on the way. */
export function driversOfDisk(root: RootFiles, disk: string): readonly DriverFacts[] {
  const found = new Map<string, DriverFacts>();
  for (const start of controllers(root, disk)) climb(root, start, 'parent', found);
  return [...found.values()];
}

/**
 * The network behind which a disk lies; undefined for one of this machine. No driver in sysfs shows it: such disks hang on
 * devices that no bus has.
 */
export function transportOfDisk(root: RootFiles, disk: string): Transport | undefined {
  if (/\/nbd[0-9]+$/.test(disk)) return { type: 'nbd', by: 'nbd' };
  const [, host] = /^(.*\/host[0-9]+)\/session[0-9]+\//.exec(disk) ?? [];
  if (host !== undefined) {
    const number = host.slice(host.lastIndexOf('/') + 1);
    const by = sysfsAttribute(root, `${host}/scsi_host/${number}/proc_name`) ?? 'iscsi_tcp';
    return { type: 'iscsi', by };
  }
  const [by] = [...controllers(root, disk), disk.slice(0, disk.lastIndexOf('/'))]
    .flatMap((directory) => sysfsAttribute(root, `${directory}/transport`) ?? [])
    .filter((transport) => ofFabrics.has(transport));
  return by === undefined ? undefined : { type: 'nvmf', by };
}

// The others are pcie, apple-nvme and loop.
const ofFabrics: ReadonlySet<string> = new Set(['tcp', 'rdma', 'fc']);

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
