import { parseCpuinfo } from '../formats/cpuinfo.ts';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { HostFacts } from '../model/facts.ts';
import type { Sys } from '../model/sys.ts';
import { readDevices } from './devices.ts';
import { readLoadedModules } from './loaded.ts';
import { readBuiltinInUse } from './running.ts';

/** The facts that the running kernel tells: files of /proc and /sys, whose times say nothing about their content. */
export interface MachineFacts extends Pick<
  HostFacts,
  'loadedModules' | 'builtinInUse' | 'devices' | 'cpu'
> {
  readonly warnings: readonly string[];
}

/** Reads what is special to this machine; nothing with `generic`. */
export function readMachine(
  sys: Pick<Sys, 'root'>,
  request: {
    readonly hostRoot: AbsolutePath;
    readonly loadedModulesFile: AbsolutePath | undefined;
    readonly generic: boolean;
  },
): MachineFacts {
  if (request.generic) {
    return { loadedModules: [], builtinInUse: [], devices: [], cpu: undefined, warnings: [] };
  }
  const root = sys.root(request.hostRoot);
  const loaded = readLoadedModules(root, sys.root(absolutePath('/')), request.loadedModulesFile);
  const devices = readDevices(root);
  return {
    loadedModules: loaded.names,
    builtinInUse: readBuiltinInUse(root, loaded.names, devices),
    devices,
    cpu: parseCpuinfo(root.readText('/proc/cpuinfo') ?? ''),
    warnings: loaded.warnings,
  };
}
