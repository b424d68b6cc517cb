import { absolutePath, kernelVersion } from '../../src/model/brands.ts';
import type { ImageRequest } from '../../src/model/invocation.ts';
import type { Surroundings } from '../../src/verbs/verb.ts';
import type { Kernel } from './kernel.ts';
import { checkout } from './paths.ts';

/** Those of root in this checkout, who is told nothing. */
export const surroundings: Surroundings = {
  vendorDirectory: absolutePath(`${checkout}/dropins`),
  architecture: 'x86-64',
  temporaryDirectory: absolutePath('/var/tmp'),
  memoryDirectories: [],
  user: 0,
  tool: () => undefined,
  runtime: '',
  tell: () => {},
  report: () => {},
  inTransaction: false,
};

/** An image for any machine with this machine's packages and a kernel that lies aside. */
export function genericRequest({ root, version }: Kernel): ImageRequest {
  return {
    kernelVersion: kernelVersion(version),
    hostRoot: absolutePath('/'),
    kernelRoot: absolutePath(root),
    loadedModulesFile: undefined,
    generic: true,
    offline: false,
    assignments: [],
    profiles: [],
  };
}
