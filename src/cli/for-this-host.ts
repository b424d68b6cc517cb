import { absolutePath, kernelVersion } from '../model/brands.ts';
import type { ImageRequest } from '../model/invocation.ts';

/** What kernel-install and the hooks of kernel packages ask for: an image of the running host, as its drop-ins say. */
export function forThisHost(version: string): ImageRequest {
  return {
    kernelVersion: kernelVersion(version),
    hostRoot: absolutePath('/'),
    kernelRoot: undefined,
    loadedModulesFile: undefined,
    generic: false,
    offline: false,
    assignments: [],
    profiles: [],
  };
}
