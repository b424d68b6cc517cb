import { createHash } from 'node:crypto';
import { readBoot } from '../host/boot.ts';
import { readMachine } from '../host/machine.ts';
import type { ImageRequest } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';

/** Digest of what the running kernel tells of the machine: the same, and a plan cannot be another for its sake. */
export function machineDigest(sys: Sys, request: ImageRequest): string {
  const facts = { boot: readBoot(sys, request), machine: readMachine(sys, request) };
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
