import type { AbsolutePath } from '../../model/brands.ts';
import type { PackageRequest } from '../../model/package-request.ts';
import type { Command, RootFiles } from '../../model/sys.ts';
import { anyFailure, inside, installSandbox } from './layout.ts';
import { querying } from './visible.ts';

/** Prints package, mode in decimal and path of every file in the root's database. */
export function ownersCommand(request: PackageRequest): Command {
  return {
    argv: ['rpm', ...['--root', inside.root, '--query', '--all', '--queryformat', nameModeFile]],
    sandbox: installSandbox(request),
    purpose: 'Read which package owns which file',
  };
}

/** The same of a host; nothing where its database cannot be read. */
export function hostOwnersCommand(hostRoot: AbsolutePath): Command {
  return {
    argv: ['rpm', '--query', '--all', '--queryformat', nameModeFile],
    okExit: anyFailure,
    sandbox: {
      ...{ root: hostRoot, visible: querying, rootWritable: false },
      ...{ binds: [], network: false, suppressSync: true },
    },
    purpose: 'Read which package of the host owns which file',
  };
}

const nameModeFile = '[%{=NAME}\\t%{FILEMODES}\\t%{FILENAMES}\\n]';

/**
 * Which package ships which path, from lines "NAME\tMODE\tPATH": paths as they lie in the root, directories left out.
 */
export function parseOwners(output: string, root: RootFiles): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const directories = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [name, mode, path] = line.split('\t');
    if (name === undefined || path === undefined || isDirectory(Number(mode))) continue;
    const at = path.lastIndexOf('/');
    const directory = path.slice(0, at);
    // An older package ships files below /bin or /usr/sbin, which are links by now.
    const real = directories.get(directory) ?? root.resolve(directory).slice(root.path.length + 1);
    directories.set(directory, real);
    owners.set(`${real === '' ? '' : `${real}/`}${path.slice(at + 1)}`, name);
  }
  return owners;
}

// S_IFDIR of S_IFMT; rpm prints a signed 16 bit number in older versions.
function isDirectory(mode: number): boolean {
  return (mode & 0o170000) === 0o040000;
}
