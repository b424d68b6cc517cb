import { createHash } from 'node:crypto';
import { readBoot } from '../host/boot.ts';
import { readMachine, type MachineFacts } from '../host/machine.ts';
import type { BootFacts } from '../model/facts.ts';
import type { ImageRequest } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';

/** Everything that the running kernel tells of the machine, and how that is booted. */
export interface Machine {
  readonly boot: BootFacts;
  readonly machine: MachineFacts;
}

export function readWholeMachine(
  sys: Pick<Sys, 'root' | 'openDisk'>,
  request: Pick<ImageRequest, 'hostRoot' | 'loadedModulesFile' | 'generic'>,
): Machine {
  return { boot: readBoot(sys, request), machine: readMachine(sys, request) };
}

/** The same digest, and a plan cannot be another for the machine's sake. */
export function machineDigest(machine: Machine): string {
  return createHash('sha256').update(JSON.stringify(machine)).digest('hex');
}
