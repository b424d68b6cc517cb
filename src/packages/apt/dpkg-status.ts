import { parseControl, type Stanza } from '../../formats/deb-control.ts';
import type { RootFiles } from '../../model/sys.ts';

// dpkg's word on what is installed. A build often runs in the middle of a transaction: kernels are upgraded together
// with libraries, and the scripts of both are not done yet.

/** States of dpkg(1) in which some files of a package may be of another version, or absent. */
export type UnfinishedState = 'unpacked' | 'half-installed' | 'reinst-required';

export interface DpkgStatus {
  /** Packages that are there in their version, by keyOf(); of those that are only unpacked the scripts are to come. */
  readonly stanzas: ReadonlyMap<string, Stanza>;
  /** Those whose installed files do not make up the archive, by keyOf(). */
  readonly unfinished: ReadonlyMap<string, UnfinishedState>;
}

export function readStatus(host: RootFiles): DpkgStatus {
  const all = new Map<string, Stanza>();
  for (const path of ['var/lib/dpkg/status', ...journal(host)]) {
    for (const stanza of parseControl(host.readText(path) ?? '')) {
      all.set(keyOf(stanza.get('package'), stanza.get('architecture')), stanza);
    }
  }
  const stanzas = new Map<string, Stanza>();
  const unfinished = new Map<string, UnfinishedState>();
  for (const [key, stanza] of all) {
    const [, flag, state = ''] = stanza.get('status')?.split(' ') ?? [];
    if (flag === 'reinstreq') unfinished.set(key, 'reinst-required');
    else if (state === 'half-installed') unfinished.set(key, state);
    else if (complete.has(state)) stanzas.set(key, stanza);
    else if (state === 'unpacked') {
      stanzas.set(key, stanza);
      // The files of the new version lie beside those of the old one until the package is configured.
      if (stanza.has('conffiles')) unfinished.set(key, state);
    }
  }
  return { stanzas, unfinished };
}

export function keyOf(name: string | undefined, architecture: string | undefined): string {
  return `${name}:${architecture}`;
}

// All files are in their places; at most scripts are to come. libc-bin is in the second one whenever a library is new.
const complete: ReadonlySet<string> = new Set([
  'installed',
  'triggers-pending',
  'triggers-awaited',
  'half-configured',
]);

// A dpkg that runs writes each change here, and into the status file when it ends.
function journal(host: RootFiles): readonly string[] {
  return host
    .list('var/lib/dpkg/updates')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => `var/lib/dpkg/updates/${name}`);
}
