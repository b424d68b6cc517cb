import { lstatSync, realpathSync } from 'node:fs';
import { absolutePath } from '../model/brands.ts';
import type { Sandbox } from '../model/sys.ts';
import { ifPresent } from './failure.ts';
import { resolveInside } from './inside.ts';

/**
 * The sandbox with this machine's resolv.conf(5) where programs inside look for it. It is mostly a link into /run,
 * which is empty in a sandbox, and a host root other than `/` may hold one from elsewhere.
 */
export function withNameServers(sandbox: Sandbox): Sandbox {
  if (!sandbox.network) return sandbox;
  const source = ifPresent('resolve', resolvConf, () => realpathSync(resolvConf));
  const target = source === undefined ? undefined : placeInside(sandbox);
  if (source === undefined || target === undefined) return sandbox;
  const bind = { source: absolutePath(source), target, writable: false };
  return { ...sandbox, binds: [...sandbox.binds, bind] };
}

const resolvConf = '/etc/resolv.conf';

// In a root that is seen as a whole a mount point can be made below /run only: it is read-only, and is left as it is
// where it is not.
function placeInside({ root, visible }: Sandbox): string | undefined {
  if (visible !== undefined) return resolvConf;
  const inside = resolveInside(root, resolvConf, true).slice(root === '/' ? 0 : root.length);
  if (inside.startsWith('/run/')) return inside;
  return ifPresent('stat', inside, () => lstatSync(`${root}${inside}`)) === undefined
    ? undefined
    : inside;
}
