import {
  encodeRpmMd,
  rpmRelationTypes,
  type RpmMdPackage,
  type RpmRelation,
  type RpmRelationType,
} from '../../formats/rpm-md.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Sys } from '../../model/sys.ts';
import type { RpmHost } from './host.ts';
import { anyFailure, managerSandbox, rpmPaths } from './layout.ts';

/**
 * Gives the manager metadata of what the host has installed: with it the versions of the host can be chosen when no
 * repository has them any more, or there is no other metadata at all. Whether the archives can be had is `canHave`'s
 * to say, by the names that they would have.
 */
export async function writeInstalledIndex(
  sys: Sys,
  request: PackageRequest,
  { frontEnd, configuration }: Pick<RpmHost, 'frontEnd' | 'configuration'>,
  canHave: (file: string) => boolean,
): Promise<void> {
  const ran = await sys.run(relationsCommand(request));
  const packages = parseRelations(ran.stdout).filter(({ name, version, release, architecture }) =>
    canHave(`${name}-${version}-${release}.${architecture}.rpm`),
  );
  const files = await readWantedFiles(sys, request, packages);
  const state = sys.root(rpmPaths(request).state);
  const index = encodeRpmMd(packages.map((one) => ({ ...one, files: files.get(one.name) ?? [] })));
  for (const [name, text] of index) {
    state.write(`${frontEnd.installedMetadata}/${name}`, text, 0o644);
  }
  frontEnd.configureInstalled(sys, request, configuration);
}

/**
 * Prints "@", name, epoch, version, release and architecture of everything on the host, and behind it what it provides,
 * requires and so on: type, name, flags and version.
 */
export function relationsCommand(request: PackageRequest): Command {
  const relations = rpmRelationTypes.map((type) => {
    const tag = type.slice(0, -1).toUpperCase();
    return `[${type}\\t%{${tag}NAME}\\t%{${tag}FLAGS}\\t%{${tag}VERSION}\\n]`;
  });
  const head = ['NAME', 'EPOCHNUM', 'VERSION', 'RELEASE', 'ARCH'].map((tag) => `%{${tag}}`);
  return {
    argv: [
      'rpm',
      ...['--query', '--all', '--queryformat'],
      `@${head.join('\\t')}\\n${relations.join('')}`,
    ],
    okExit: [0, 1],
    sandbox: managerSandbox(request, false),
    purpose: 'Read what the installed packages need of each other',
  };
}

/** "@NAME EPOCH VERSION RELEASE ARCHITECTURE" lines with their relations behind them: TYPE NAME FLAGS VERSION. */
export function parseRelations(output: string): readonly Omit<RpmMdPackage, 'files'>[] {
  return output
    .split(/^@/m)
    .slice(1)
    .flatMap((block) => {
      const [head = '', ...lines] = block.split('\n');
      const [name = '', epoch = '', version = '', release = '', architecture = ''] =
        head.split('\t');
      if (name === 'gpg-pubkey') return [];
      const relations = new Map<RpmRelationType, RpmRelation[]>();
      for (const line of lines) {
        const [letter, word = '', flags, relationVersion = ''] = line.split('\t');
        const type = rpmRelationTypes.find((each) => each === letter);
        if (type === undefined || flags === undefined || word === '(none)') continue;
        // A feature of rpm itself, not a package.
        if (word.startsWith('rpmlib(')) continue;
        const list = relations.get(type) ?? [];
        list.push({ name: word, flags: Number(flags), version: relationVersion });
        relations.set(type, list);
      }
      return [{ name, epoch, version, release, architecture, relations }];
    });
}

/** Which package has which of the files that others need, by the paths that they need them by. */
async function readWantedFiles(
  sys: Sys,
  request: PackageRequest,
  packages: readonly Pick<RpmMdPackage, 'relations'>[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const words = packages.flatMap(({ relations }) =>
    [...(relations.get('requires') ?? []), ...(relations.get('recommends') ?? [])].flatMap(
      // A path may stand inside of "(A if B)".
      ({ name }) => name.match(/(?<![^\s(])\/[^\s()]+/g) ?? [],
    ),
  );
  const wanted = new Map<string, Set<string>>();
  for (const path of words) {
    const paths = wanted.get(unmerged(path)) ?? new Set();
    wanted.set(unmerged(path), paths.add(path));
  }
  const owned = new Map<string, string[]>();
  if (wanted.size === 0) return owned;
  const ran = await sys.run(fileOwnersCommand(request, [...new Set(words)].sort()));
  for (const line of ran.stdout.split('\n')) {
    const [name = '', path = ''] = line.split('\t');
    const asked = wanted.get(unmerged(path));
    if (asked !== undefined) owned.set(name, [...(owned.get(name) ?? []), ...asked]);
  }
  return owned;
}

/** Prints package and path of every file of the packages that provide one of `paths`. */
export function fileOwnersCommand(request: PackageRequest, paths: readonly string[]): Command {
  return {
    argv: [
      'rpm',
      ...['--query', '--queryformat', '[%{=NAME}\\t%{FILENAMES}\\n]'],
      ...['--whatprovides', ...paths],
    ],
    // The number of those that nobody provides.
    okExit: anyFailure,
    sandbox: managerSandbox(request, false),
    purpose: 'Read which installed package has which file',
  };
}

// rpm finds /bin/sh in a package with /usr/bin/sh where the one directory is a link to the other.
function unmerged(path: string): string {
  return path.replace(/^\/usr(?=\/)/, '').replace(/^\/sbin\//, '/bin/');
}
