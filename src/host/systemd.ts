import type { RootFiles } from '../model/sys.ts';

/**
 * The version of the host's systemd, which the initrd's will be, too: it stands in the name of its private library
 * (libsystemd-shared-257.so, libsystemd-shared-257.9-1.fc42.so). undefined where there is none.
 */
export function systemdVersion(root: RootFiles): string | undefined {
  return ['usr/lib/systemd', 'usr/lib64/systemd', 'usr/lib/*-linux-gnu*/systemd', 'lib/systemd']
    .flatMap((directory) => root.glob(`${directory}/libsystemd-shared-*.so`))
    .map((path) => /libsystemd-shared-([0-9]+(?:\.[0-9]+)*)/.exec(path)?.[1])
    .find((version) => version !== undefined);
}
