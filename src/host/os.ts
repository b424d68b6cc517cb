import { parseOsRelease } from '../formats/os-release.ts';
import { BuildError } from '../model/errors.ts';
import type { OsFacts } from '../model/facts.ts';
import type { RootFiles } from '../model/sys.ts';

/** os-release(5) of the host root. */
export function readOs(root: RootFiles): OsFacts {
  const text = root.readText('/etc/os-release') ?? root.readText('/usr/lib/os-release');
  if (text !== undefined) return parseOsRelease(text);
  throw new BuildError(`Cannot tell the distribution: no etc/os-release in "${root.path}"`, {
    hint: 'Give the root of a whole system with --host-root',
  });
}
