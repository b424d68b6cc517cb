import { parseEnvFile } from '../../formats/env-file.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, RootFiles, Sys, Visible } from '../../model/sys.ts';
import { choosing, namedByApt } from './visible.ts';

/** The places of apt's files in the host, without leading or closing slash. */
export interface AptPlaces {
  readonly configuration: string;
  readonly preferences: string;
  readonly lists: string;
  readonly archives: string;
}

/** Asks apt where its files are, if a file of its configuration moves any. */
export async function readAptPlaces(sys: Sys, request: PackageRequest): Promise<AptPlaces> {
  if (!movesDirectories(sys.root(request.hostRoot))) return usual;
  const ran = await sys.run(placesCommand(request, namedByApt(sys.root(request.hostRoot))));
  const found = parseEnvFile(ran.stdout);
  const place = (name: keyof AptPlaces): string =>
    found.get(name)?.replace(/^\/+|\/+$/g, '') || usual[name];
  return {
    configuration: place('configuration'),
    preferences: place('preferences'),
    lists: place('lists'),
    archives: place('archives'),
  };
}

/** Prints lines of NAME='PATH'. */
function placesCommand({ hostRoot }: PackageRequest, named: readonly Visible[]): Command {
  return {
    argv: [
      'apt-config',
      'shell',
      ...['configuration', 'Dir::Etc/d'],
      ...['preferences', 'Dir::Etc::preferences/f'],
      ...['lists', 'Dir::State::lists/d'],
      ...['archives', 'Dir::Cache::archives/d'],
    ],
    sandbox: {
      ...{ root: hostRoot, visible: [...choosing, ...named], rootWritable: false },
      ...{ binds: [], network: false, suppressSync: true },
    },
    purpose: 'Ask apt where its files are',
  };
}

const usual: AptPlaces = {
  configuration: 'etc/apt',
  preferences: 'etc/apt/preferences',
  lists: 'var/lib/apt/lists',
  archives: 'var/cache/apt/archives',
};

function movesDirectories(host: RootFiles): boolean {
  const parts = host.list('etc/apt/apt.conf.d').map((name) => `etc/apt/apt.conf.d/${name}`);
  return ['etc/apt/apt.conf', ...parts].some(
    (path) =>
      host.stat(path)?.type === 'file' && /\bDir\b|#include/i.test(host.readText(path) ?? ''),
  );
}
