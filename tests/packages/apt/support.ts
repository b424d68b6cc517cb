import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { BuildError } from '../../../src/model/errors.ts';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import type { TreeEntry } from '../../../src/model/sys.ts';
import type { PackageRequest } from '../../../src/model/package-request.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { skipFor } from '../../helpers/need.ts';
import { reasoned, requestFor } from '../../helpers/package-request.ts';

export const sys = makeSys({ searchPath: '/usr/sbin:/usr/bin:/sbin:/bin' });

/** Why these tests cannot run here, false where they can. */
export const skip = reasonToSkip();

/** Takes packages of caches and the network alone unless told. */
export function aptRequest(
  install: readonly string[],
  { hostRoot = '/', offline = false, remove = [], sources = ['cache', 'network'] }: Asked = {},
): PackageRequest {
  return requestFor(
    { install: reasoned(...install), remove: reasoned(...remove), sources, offline },
    { hostRoot: absolutePath(hostRoot), workspace: temporary('workspace') },
  );
}

export interface Asked {
  readonly hostRoot?: string;
  readonly offline?: boolean;
  readonly remove?: readonly string[];
  readonly sources?: readonly PackageOrigin[];
}

const made: string[] = [];

/** A directory on the disk, not in a tmpfs; removed by cleanUp(). */
export function temporary(name: string): AbsolutePath {
  const path = mkdtempSync(`/var/tmp/apt-test-${name}-`);
  made.push(path);
  return absolutePath(path);
}

export function cleanUp(): void {
  for (const path of made) rmSync(path, { recursive: true, force: true });
}

/** Everything of a tree but its times, one line for each path. */
export function listTree(
  directory: AbsolutePath,
  skipped: readonly string[] = [],
): readonly string[] {
  const entries = [...sys.root(directory).walk('/')];
  return entries
    .filter(({ path }) => !skipped.some((prefix) => `${path}/`.startsWith(`${prefix}/`)))
    .map((entry) => describeEntry(directory, entry));
}

/** The paths of lines of listTree() that are not the same in both. */
export function differences(a: readonly string[], b: readonly string[]): readonly string[] {
  const [inA, inB] = [new Set(a), new Set(b)];
  const lines = [...a.filter((line) => !inB.has(line)), ...b.filter((line) => !inA.has(line))];
  return [...new Set(lines.map((line) => line.split(' ')[0] ?? ''))];
}

export async function failureOf(running: Promise<unknown>): Promise<BuildError> {
  try {
    await running;
  } catch (error) {
    if (error instanceof BuildError) return error;
    throw error;
  }
  throw new Error('It did not fail');
}

/** The part of a host that only we may write. */
const own = ['var/cache/pkginitrd'];

/** Proves that `body` leaves the host as it finds it. */
export async function leavesAlone<T>(host: AbsolutePath, body: () => Promise<T>): Promise<T> {
  const before = listTree(host, own);
  const result = await body();
  assert.deepEqual(differences(before, listTree(host, own)), [], 'the host has changed');
  return result;
}

/** Proves that a build is refused in these words, with the way out, and that the host stays as it is. */
export async function refuses(
  request: PackageRequest,
  { message, hint }: { readonly message: RegExp; readonly hint: RegExp },
): Promise<void> {
  const { hostRoot } = request;
  const error = await leavesAlone(hostRoot, () => failureOf(installPackages(sys, request)));
  assert.match(error.message, message);
  assert.match(error.hint ?? '', hint);
}

function describeEntry(directory: AbsolutePath, entry: TreeEntry): string {
  const content =
    entry.type === 'file'
      ? createHash('sha1')
          .update(readFileSync(`${directory}/${entry.path}`))
          .digest('hex')
      : (entry.target ?? `${entry.rdev.major}:${entry.rdev.minor}`);
  return `${entry.path} ${entry.type} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid} ${content}`;
}

function reasonToSkip(): string | false {
  if (process.getuid?.() !== 0) return skipFor('needs root');
  const missing = ['apt-get', 'bwrap', 'dpkg-deb', 'gpg'].filter(
    (name) => sys.which(name) === undefined,
  );
  return missing.length === 0 ? false : skipFor(`needs ${missing.join(', ')}`);
}
