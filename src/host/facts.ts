import type { AbsolutePath, KernelVersion } from '../model/brands.ts';
import type { Architecture } from '../model/config.ts';
import type { BootFacts, HostFacts, OsFacts } from '../model/facts.ts';
import type { ManagerName } from '../model/managers.ts';
import type { Sourced } from '../model/origin.ts';
import type { Sys } from '../model/sys.ts';
import { chooseKernel, readKernelConfig } from './kernels.ts';
import { readConnections } from './connections.ts';
import { readHostFiles } from './host-files.ts';
import { readHostLines } from './host-lines.ts';
import { readInitramfsAddress } from './initramfs-tools.ts';
import { readLvm } from './lvm.ts';
import { readMachine, type MachineFacts } from './machine.ts';
import { chooseManager } from './manager.ts';
import { readModprobe } from './modprobe.ts';
import { readModulesLoad } from './modules-load.ts';
import { readFirmwareIndex, readModuleIndex } from './module-index.ts';

export interface HostRequest {
  readonly hostRoot: AbsolutePath;
  readonly kernelRoot: AbsolutePath | undefined;
  readonly kernelVersion: KernelVersion | undefined;
  readonly loadedModulesFile: AbsolutePath | undefined;
  readonly generic: boolean;
  readonly architecture: Architecture;
  readonly os: OsFacts;
  readonly boot: BootFacts;
  /** Where it is read already. */
  readonly machine?: MachineFacts;
  /** PackageManager= of the drop-ins and flags. */
  readonly packageManager?: Sourced<ManagerName> | undefined;
  /** True where the image loads the keymap of the host. */
  readonly takesKeymap?: boolean;
  /** HostFiles= of the drop-ins and flags. */
  readonly hostFiles?: readonly Sourced<string>[];
}

/** Everything the plan needs to know of the host, read in one go. */
export function readHostFacts(sys: Sys, request: HostRequest): HostFacts {
  const root = sys.root(request.hostRoot);
  const kernelRoot = request.kernelRoot === undefined ? root : sys.root(request.kernelRoot);
  const kernel = chooseKernel(kernelRoot, request.kernelVersion);
  const { machine = readMachine(sys, request) } = request;
  const { storage, crypttab, setupTabs, commandLine } = request.boot;
  const keyboard = request.takesKeymap === true ? request.boot.keyboard : undefined;
  const patterns = request.generic ? [] : (request.hostFiles ?? []);
  const hostFiles = readHostFiles(root, patterns, [...crypttab.files, ...(keyboard?.files ?? [])]);
  const lvm = readLvm(root, hostFiles.files);
  const hostLines = readHostLines(root, hostFiles.files);
  const initramfsAddress = request.generic ? undefined : readInitramfsAddress(root);
  return {
    root: request.hostRoot,
    os: request.os,
    architecture: request.architecture,
    ...chooseManager(root, request.packageManager),
    kernel: {
      version: kernel.version,
      root: kernelRoot.path,
      modulesDirectory: kernel.directory,
      modules: readModuleIndex(kernelRoot, kernel.directory),
      firmware: readFirmwareIndex(kernelRoot),
      config: readKernelConfig(kernelRoot, kernel.version, kernel.directory),
    },
    loadedModules: machine.loadedModules,
    builtinInUse: machine.builtinInUse,
    devices: machine.devices,
    storage,
    crypttab: crypttab.entries,
    commandLine: request.boot.commandLine,
    commandLines: request.boot.commandLines,
    hostFiles: [...hostFiles.files, ...lvm.files],
    connections: request.generic ? [] : readConnections(root, hostFiles.files),
    resume: request.boot.resume,
    modprobe: readModprobe(root, hostFiles.files, commandLine),
    modulesLoad: readModulesLoad(hostLines, commandLine),
    hostLines,
    setupTabs,
    cpu: machine.cpu,
    ...(request.boot.esp === undefined ? {} : { esp: request.boot.esp }),
    ...(initramfsAddress === undefined ? {} : { initramfsAddress }),
    warnings: [
      ...machine.warnings,
      ...crypttab.warnings,
      ...setupTabs.flatMap(({ warnings }) => warnings),
      ...(keyboard?.warnings ?? []),
      ...hostFiles.warnings,
      ...lvm.warnings,
    ],
  };
}
