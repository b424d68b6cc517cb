import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { readSources } from '../../src/config/read.ts';
import { resolveConfig } from '../../src/config/resolve.ts';
import { parseOsRelease } from '../../src/formats/os-release.ts';
import { absolutePath } from '../../src/model/brands.ts';
import type { Config } from '../../src/model/config.ts';
import { rootFiles } from '../../src/sys/root-files.ts';
import { checkout } from '../helpers/paths.ts';
import { releases, type Release } from './os-releases.ts';

// Which drop-ins, and through them which manager and packages, a distribution gets by its os-release alone.

const dropins = absolutePath(`${checkout}/dropins`);
const profiles = readdirSync(`${dropins}/profiles`).sort();

// Read once: five hundred configurations are made of them.
const sources = readSources(
  { root: rootFiles },
  { hostRoot: absolutePath('/nonexistent'), vendorDirectory: dropins },
);

function configOf({ text, systemd }: Release, wanted: readonly string[]): Config {
  const os = parseOsRelease(text);
  return resolveConfig(sources, {
    facts: {
      distribution: os.id,
      distributionLike: os.idLike,
      release: [os.versionId, os.versionCodename].filter((word) => word !== undefined),
      architecture: 'x86-64',
      systemdVersion: systemd,
      storageKnown: true,
    },
    profiles: wanted,
    suggestedProfiles: [],
    assignments: [],
    generic: false,
    hostPath: absolutePath,
    exists: () => false,
  });
}

/** A line for each thing that a distribution's own drop-ins say; those that every distribution has are passed over. */
function describe(release: Release, common: Common): string {
  const plain = configOf(release, []);
  const rows = [
    `manager     ${plain.packageManager?.value ?? 'unknown'}`,
    `drop-ins    ${plain.files
      .filter((file) => !common.has(file))
      .map(shortName)
      .join(' ')}`,
    `packages    ${words(plain.packages, common)}`,
    `removed     ${words(plain.removePackages, common)}`,
    ...profiles.flatMap((profile) => {
      const own = new Set([...common, ...plain.packages.map(({ value }) => value)]);
      const brought = words(configOf(release, [profile]).packages, own);
      return brought === '' ? [] : [`${profile.padEnd(12)}${brought}`];
    }),
  ];
  return rows.map((row) => `  ${row}`.trimEnd()).join('\n');
}

type Common = ReadonlySet<string>;

function words(items: readonly { readonly value: string }[], left: Common): string {
  return items
    .map(({ value }) => value)
    .filter((value) => !left.has(value))
    .sort()
    .join(' ');
}

const shortName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);

test('each distribution gets its own drop-ins, manager and packages', () => {
  const unknown = configOf({ text: 'ID=unknown\n', systemd: '257' }, []);
  const common = new Set([...unknown.files, ...unknown.packages.map(({ value }) => value)]);
  const same = new Map<string, string[]>();
  for (const [name, release] of Object.entries(releases)) {
    const body = describe(release, common);
    same.set(body, [...(same.get(body) ?? []), name]);
  }
  const text = [...same].map(([body, names]) => `${names.join('\n')}\n${body}\n`).join('\n');
  const path = new URL('distributions.txt', import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
});
