import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, Ran } from '../../model/sys.ts';
import type { ResolvedArchive } from '../driver.ts';
import { common, errorsOf, inside, installedRepository, pacmanCommand } from './layout.ts';

/** Prints repository, name, version, size and location of everything the request comes to. */
export function resolveCommand(request: PackageRequest, keyring: string): Command {
  return pacmanCommand(request, 'Resolve the packages', [
    ...common(inside.conf, keyring),
    ...['--sync', '--print', '--print-format', printFormat],
    ...request.plan.install.map(({ value }) => value),
  ]);
}

const printFormat = '%r %n %v %s %l';

type Printed = Omit<ResolvedArchive, 'origin' | 'hostVersion'>;

/** Reads "REPOSITORY NAME VERSION SIZE LOCATION" lines; questions and warnings are passed over. */
export function parsePrinted(output: string): readonly Printed[] {
  return output.split('\n').flatMap((line) => {
    const [, repository, name, version, size, location] =
      /^(\S+) (\S+) (\S+) (\d+) (\S+:\/\/\S+)$/.exec(line) ?? [];
    if (repository === undefined || name === undefined || version === undefined) return [];
    const file = decodeURIComponent((location ?? '').replace(/^.*\//, ''));
    const [, architecture = 'any'] = /-([^-]+)\.pkg\.tar(?:\.\w+)?$/.exec(file) ?? [];
    return [
      {
        name,
        version,
        architecture,
        size: Number(size),
        file,
        from:
          repository === installedRepository
            ? { type: 'installed only' }
            : { type: 'repository', id: repository, uri: location },
        digest: undefined,
      },
    ];
  });
}

/** The names that no database has. */
export function parseUnknown(ran: Ran): readonly string[] {
  return errorsOf(ran).flatMap((line) => /^target not found: (.+)$/.exec(line)?.[1] ?? []);
}
