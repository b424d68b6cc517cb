import type { Digest } from '../../model/packages.ts';

/** A line of `apt-get --print-uris`: what is to be installed, before it is known where it is. */
export interface PrintedArchive {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly file: string;
  readonly location: string;
  readonly size: number;
  readonly digest: Digest | undefined;
}

/** Reads `'URI' FILE SIZE ALGORITHM:HEX` lines; apt's other lines are passed over. */
export function parsePrintedUris(output: string): readonly PrintedArchive[] {
  return output.split('\n').flatMap((line) => {
    const [, location = '', file = '', size, digest = ''] =
      /^'([^']+)' (\S+) (\d+) ?(\S*)$/.exec(line) ?? [];
    if (size === undefined) return [];
    return [
      {
        ...parseArchiveName(file),
        file,
        location,
        size: Number(size),
        digest: parseDigest(digest),
      },
    ];
  });
}

/** The lists that apt does not trust, of the lines `yes FILE` and `no FILE`. */
export function parseUntrusted(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('yes '))
    .map((line) => line.replace(/^\S* /, ''));
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

/** The packages of apt's warning that they are signed by nobody it trusts. */
export function parseUnauthenticated(output: string): readonly string[] {
  const lines = output.split('\n');
  const start = lines.indexOf('WARNING: The following packages cannot be authenticated!');
  if (start === -1) return [];
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith(' '));
  return rest
    .slice(0, end === -1 ? undefined : end)
    .flatMap((line) => line.trim().split(/\s+/))
    .filter((name) => name !== '');
}

export interface FailedFetch {
  readonly location: string;
  /** "404  Not Found [IP: …]", "Temporary failure resolving '…'". */
  readonly reason: string;
}

export function parseFailedFetches(stderr: string): readonly FailedFetch[] {
  return stderr.split('\n').flatMap((line) => {
    const [, location, reason] = /^E: Failed to fetch (\S+)\s+(.*)$/.exec(line) ?? [];
    return location === undefined || reason === undefined ? [] : [{ location, reason }];
  });
}

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
