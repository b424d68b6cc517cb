import type { Makers } from '../cache/key.ts';
import { openStore, type Store } from '../cache/store.ts';
import { treeDigest } from '../cache/tree-digest.ts';
import { absolutePath } from '../model/brands.ts';
import type { WhyMade } from '../model/cache.ts';
import type { Compression } from '../model/config.ts';
import { BuildError } from '../model/errors.ts';
import type { Sys } from '../model/sys.ts';
import type { Decided } from './decide.ts';
import type { Surroundings } from './verb.ts';

/** The cached parts of one host, and what stands for the programs that make them. */
export interface PartCache {
  readonly store: Store;
  readonly makers: Makers;
}

/** From the host's root. */
export const partDirectory = 'var/cache/pkginitrd/parts';

/** Opens the cache of parts, or says why it is not used. */
export async function openPartCache(
  sys: Sys,
  { config, plan, hostRoot }: Decided,
  { tool, runtime }: Surroundings,
): Promise<PartCache | WhyMade> {
  if (!config.cache) return { type: 'off' };
  const ours = tool();
  if (ours === undefined) return { type: 'from source' };
  try {
    const directory = sys.root(hostRoot).resolve(partDirectory);
    const loss = 'the next build cannot use what this one has made';
    const store = openStore(sys, { directory, limit: config.cacheSize, loss });
    const compression = plan.parts.find(({ name }) => name === 'base')?.compression ?? 'none';
    const program = (await compressor(sys, compression)) ?? runtime;
    return { store, makers: { tool: ours, compressor: program } };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { type: 'unusable', message: error.message };
  }
}

// Another release compresses the same bytes to others, and so may a library that the program is linked with.
async function compressor(sys: Sys, compression: Compression): Promise<string | undefined> {
  const path = compression === 'zstd' || compression === 'xz' ? sys.which(compression) : undefined;
  if (path === undefined) return undefined;
  const program = sys.root(absolutePath('/')).resolve(path);
  const version = await sys.run({ argv: [path, '--version'], purpose: 'Ask for the version' });
  return `${compression} ${treeDigest(sys, program)} ${version.stdout}`;
}
