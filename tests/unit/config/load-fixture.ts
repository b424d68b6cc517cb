import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { loadConfig, type LoadOptions } from '../../../src/config/load.ts';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import type { Assignment, Config, MatchFacts } from '../../../src/model/config.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

export const debian13: MatchFacts = {
  distribution: 'debian',
  distributionLike: [],
  release: ['13', 'trixie'],
  architecture: 'x86-64',
  systemdVersion: '257.13-1~deb13u1',
  storageKnown: true,
};

/** `vendor/` stands for the tool's own drop-ins unless another path of the tree does; the rest is the host. */
export function load(
  t: TestContext,
  tree: Tree,
  options: Partial<Omit<LoadOptions, 'hostRoot'>> & {
    readonly executable?: readonly string[];
    readonly vendor?: string;
  } = {},
): Config & { readonly host: AbsolutePath } {
  const host = plant(scratch(t), { vendor: null, ...tree });
  for (const path of options.executable ?? []) chmodSync(join(host, path), 0o755);
  const config = loadConfig(
    { root: rootFiles },
    {
      vendorDirectory: absolutePath(`${host}/${options.vendor ?? 'vendor'}`),
      facts: debian13,
      profiles: [],
      suggestedProfiles: [],
      assignments: [],
      generic: false,
      ...options,
      hostRoot: host,
    },
  );
  return { ...config, host };
}

export function flag(key: string, value: string, section = 'Content'): Assignment {
  return { section, key, value, from: { type: 'flag', flag: `--${key.toLowerCase()}` } };
}

export function values<T>(items: readonly { readonly value: T }[]): readonly T[] {
  return items.map(({ value }) => value);
}

/** Messages name the host's scratch directory; tests name "HOST". */
export function errorOf(action: () => unknown): { message: string; hint: string | undefined } {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const hint = 'hint' in error && typeof error.hint === 'string' ? error.hint : undefined;
    const tidy = (text: string): string => text.replaceAll(/\/\S*pkginitrd-test-\w+/g, 'HOST');
    return { message: `${error.name}: ${tidy(error.message)}`, hint: hint && tidy(hint) };
  }
  throw new Error('Expected an error');
}
