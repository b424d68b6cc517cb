import type { PackageRequest } from '../../model/package-request.ts';
import type { Digest } from '../../model/packages.ts';
import type { Command } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import {
  aptSandbox,
  env,
  failed,
  isOfInstalledIndex,
  localPath,
  options,
  targets,
  withSources,
} from './layout.ts';

/** Prints URI, file name, size and digest of everything the request comes to; fetches nothing. */
export function resolveCommand(
  request: PackageRequest,
  architecture: string,
  sources: readonly string[] = [],
): Command {
  return {
    argv: [
      'apt-get',
      ...options(request, architecture),
      ...['-o', 'Acquire::ForceHash=sha256'],
      ...withSources(sources),
      '--print-uris',
      ...['install', ...targets(request)],
    ],
    okExit: [0, failed],
    env,
    sandbox: aptSandbox(request, false),
    purpose: 'Resolve the packages',
  };
}

/** A line of `apt-get --print-uris`: what is to be installed, before it is known where it is. */
export type PrintedArchive = Pick<
  ResolvedArchive,
  'name' | 'version' | 'architecture' | 'file' | 'from' | 'size' | 'digest'
>;

/** Reads `'URI' FILE SIZE ALGORITHM:HEX` lines; apt's other lines are passed over. */
export function parsePrintedUris(output: string): readonly PrintedArchive[] {
  return output.split('\n').flatMap((line) => {
    const [, uri = '', file = '', size, digest = ''] =
      /^'([^']+)' (\S+) (\d+) ?(\S*)$/.exec(line) ?? [];
    if (size === undefined) return [];
    return [
      {
        ...parseArchiveName(file),
        file,
        ...parseSource(uri, Number(size), parseDigest(digest)),
      },
    ];
  });
}

function parseSource(
  uri: string,
  size: number,
  digest: Digest | undefined,
): Pick<PrintedArchive, 'from' | 'size' | 'digest'> {
  // The size in that index is a guess of ours.
  if (isOfInstalledIndex(uri)) {
    return { from: { type: 'installed only' }, size: undefined, digest: undefined };
  }
  const path = localPath(uri);
  // An archive given to apt as a file, not found in a list.
  if (digest === undefined && path !== undefined) {
    return { from: { type: 'superseded', path }, size, digest };
  }
  const id = uri.replace(/\/pool\/.*|(?:\/\.)?\/[^/]*$/, '');
  return { from: { type: 'repository', id, uri }, size, digest };
}

/** The names, patterns and NAME=VERSION that apt could not find. */
export function parseUnknown(stderr: string): readonly string[] {
  const found = stderr.split('\n').flatMap((line) => {
    const [, name] = unknownName.exec(line) ?? [];
    if (name !== undefined) return [name];
    const [, version, versioned] = unknownVersion.exec(line) ?? [];
    return version === undefined || versioned === undefined ? [] : [`${versioned}=${version}`];
  });
  return [...new Set(found)];
}

const unknownName =
  /^E: (?:Unable to locate package |Package '|Couldn't find any package by (?:glob|regex) ')(.+?)(?:'| has no installation candidate|$)/;
const unknownVersion = /^E: Version '(.+)' for '(.+)' was not found$/;

// NAME_VERSION_ARCHITECTURE.deb, with the characters that a file name cannot have as %XX.
function parseArchiveName(file: string): Pick<PrintedArchive, 'name' | 'version' | 'architecture'> {
  const [name = '', version = '', architecture = ''] = file
    .replace(/\.deb$/, '')
    .split('_')
    .map((part) =>
      part.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    );
  return { name, version, architecture };
}

function parseDigest(text: string): Digest | undefined {
  const [, algorithm, hex] = /^(SHA256|SHA512):([0-9a-f]+)$/.exec(text) ?? [];
  if (algorithm === undefined || hex === undefined) return undefined;
  return { algorithm: algorithm === 'SHA256' ? 'sha256' : 'sha512', hex };
}
