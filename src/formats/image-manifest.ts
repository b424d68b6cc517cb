// What an image of ours tells of itself, read as something that anybody can have written.
import type { ContentManifest, ContentPackage } from '../model/contents.ts';

/** Path in the image. */
export const manifestPath = 'usr/lib/pkginitrd/manifest.json';

/** Undefined where it is no manifest; fields of another form are as if they were not there. */
export function parseImageManifest(json: string): ContentManifest | undefined {
  const manifest = parsed(json);
  if (!isObject(manifest) || manifest['version'] !== 1) return undefined;
  const { kernelVersion, packages, parts, owners } = manifest;
  return {
    kernelVersion: typeof kernelVersion === 'string' ? kernelVersion : undefined,
    packages: list(packages)
      .filter(isPackage)
      .map(({ name, version }) => ({ name, version })),
    parts: list(parts).flatMap((part) =>
      isObject(part) && typeof part['name'] === 'string' ? [part['name']] : [],
    ),
    owners: list(owners).filter(isRun),
  };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isPackage(value: unknown): value is ContentPackage {
  return (
    isObject(value) && typeof value['name'] === 'string' && typeof value['version'] === 'string'
  );
}

function isRun(value: unknown): value is readonly [string | null, number] {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [owner, count]: readonly unknown[] = value;
  if (owner !== null && typeof owner !== 'string') return false;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
}
