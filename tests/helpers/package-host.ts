// A throw-away host of an rpm or pacman distribution, whose own package manager installs our package and kernels. The
// initrds are words: what counts is when one is built, and where it goes.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Kernel } from './kernel.ts';
import { checkout } from './paths.ts';
import { explain, type Ran, run, runOk } from './run.ts';
import { scratch } from './scratch.ts';

export interface PackageHost {
  /** What the host sees as /scratch. */
  readonly place: string;
  /** Runs a program on it; a failure is the test's. */
  run(argv: readonly string[]): Promise<Ran>;
  /** The same for one that may fail. */
  attempt(argv: readonly string[]): Promise<Ran>;
  /** Text of a file; undefined where there is none or it is empty. */
  read(path: string): string | undefined;
  write(path: string, content: string, mode?: number): void;
  link(path: string, target: string): void;
  /** What our builder was asked for since the last call, as "kernel-hook add 6.1 …"; "refresh" for a look at all images. */
  builds(): readonly string[];
  /** The text of the images that our builder makes from now on. */
  makes(text: string): void;
  /** From now on builds fail, or work again. */
  fails(state: 'builds' | 'node' | 'nothing'): void;
}

/** What a host has beside its fixture. */
export interface HostShape {
  /** The real Node.js, as this machine sees it. */
  readonly node: string;
  /** `words`: our program says that it builds, and does not; `images`: it does. */
  readonly makes: 'words' | 'images';
  /** More options of enter-root.sh. */
  readonly binds?: readonly string[];
}

export function packageHost(t: TestContext, fixture: string, shape: HostShape): PackageHost {
  const place = scratch(t);
  const overlay = join(place, 'overlay');
  const upper = join(overlay, 'upper');
  const boot = join(place, 'boot');
  mkdirSync(boot);
  mkdirSync(upper, { recursive: true });
  const binds = [
    ['--bind', place, '/scratch'],
    ['--bind', boot, '/boot'],
    ['--bind-ro', shape.node, realNode],
    ...missingParts(shape.node, fixture),
    [...(shape.binds ?? [])],
  ];
  const enter = [
    join(checkout, 'tests/helpers/enter-root.sh'),
    '--overlay',
    overlay,
    ...binds.flat(),
  ];
  const at = (path: string): string =>
    path.startsWith('/boot/')
      ? join(place, path)
      : join(path.startsWith('/scratch/') ? place : upper, path.replace(/^\/scratch\//, ''));
  const attempt: PackageHost['attempt'] = (argv) => run([...enter, fixture, ...argv]);
  const write: PackageHost['write'] = (path, content, mode = 0o644) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    rmSync(at(path), { force: true });
    writeFileSync(at(path), content, { mode });
  };
  const makes = (text: string): void => writeFileSync(join(place, 'image'), `${text}\n`);
  write('/usr/bin/node', shape.makes === 'words' ? stubNode : plainNode, 0o755);
  write('/etc/machine-id', '3a9d668b4db749398a4a5e78a03bffa5\n');
  write('/etc/kernel/cmdline', 'root=LABEL=unused\n');
  // It takes seconds and has nothing to do with who makes the initrd.
  write('/etc/kernel/install.d/50-depmod.install', '');
  writeFileSync(join(place, 'builds'), '');
  makes('ours');
  return {
    place,
    attempt,
    write,
    makes,
    run: async (argv) => {
      const ran = await attempt(argv);
      if (ran.code !== 0) throw new Error(explain(argv, ran));
      return ran;
    },
    read: (path) => {
      const file = existsSync(at(path)) ? at(path) : join(fixture, path);
      return existsSync(file) ? readFileSync(file, 'utf8').trim() || undefined : undefined;
    },
    link: (path, target) => {
      mkdirSync(dirname(at(path)), { recursive: true });
      symlinkSync(target, at(path));
    },
    builds: () => {
      const lines = readFileSync(join(place, 'builds'), 'utf8').split('\n').filter(Boolean);
      writeFileSync(join(place, 'builds'), '');
      return lines;
    },
    fails: (state) => {
      for (const each of ['builds', 'node']) rmSync(join(place, `no-${each}`), { force: true });
      if (state !== 'nothing') writeFileSync(join(place, `no-${state}`), '');
    },
  };
}

/** The modules of a kernel, without the kernel itself. */
export async function plantModules({ place }: PackageHost, kernel: Kernel): Promise<void> {
  const to = join(place, 'overlay/upper/usr/lib/modules');
  mkdirSync(to, { recursive: true });
  const from = join(kernel.root, 'usr/lib/modules', kernel.version);
  await runOk(['cp', '-a', '--reflink=auto', from, to]);
}

/** A package of this checkout in a manager's format, copied to where the host sees it. */
export async function ourPackage({ place }: PackageHost, format: 'rpm' | 'arch'): Promise<string> {
  const { name, content } = await (made[format] ??= once(format, place));
  writeFileSync(join(place, name), content);
  return `/scratch/${name}`;
}

// The tests of one file use the same.
const made: Partial<Record<'rpm' | 'arch', ReturnType<typeof once>>> = {};

async function once(format: 'rpm' | 'arch', directory: string) {
  const file = await makePackage(format, directory);
  return { name: basename(file), content: readFileSync(file) };
}

/** Makes the package in a directory and gives its path. */
export async function makePackage(
  format: 'rpm' | 'arch',
  directory: string,
  env: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Promise<string> {
  const recipe = join(checkout, `plugin/${format}/build.sh`);
  const { stdout } = await runOk([recipe, ...options], {
    env: {
      PATH: process.env['PATH'] ?? '',
      SOURCE_DATE_EPOCH: '1760000000',
      PACKAGE_DIR: directory,
      ...env,
    },
    cwd: checkout,
  });
  return stdout.trim().split('\n').at(-1) ?? '';
}

// Debian's Node.js is a small program with large libraries and with scripts of other packages, which the fixture need not have.
function missingParts(program: string, fixture: string): readonly (readonly string[])[] {
  if (program.startsWith(`${fixture}/`)) return [];
  const listed = execFileSync('ldd', [program], { encoding: 'utf8' });
  const libraries = [...listed.matchAll(/=> (\/\S+)/g)].map(([, library = '']) => library);
  return [...libraries, '/usr/share/nodejs']
    .filter((path) => existsSync(path) && !existsSync(join(fixture, path)))
    .map((path) => ['--bind-ro', realpathSync(path), path]);
}

const realNode = '/usr/lib/real-node';
const plainNode = `#!/bin/sh\nexec ${realNode} "$@"\n`;

// Runs our program but for what builds. Its arguments are an option of Node.js, the program, and the program's own.
const stubNode = `#!/bin/sh
[ ! -e /scratch/no-node ] || exit 127
[ "$1" != --version ] || { echo v22.1.0; exit; }
command="$*"
command=\${command#*.mjs }
case $3 in
    kernel-install | kernel-hook)
        echo "$command" >>/scratch/builds
        [ ! -e /scratch/no-builds ] || { echo 'no room' >&2; exit 1; }
        [ "$3" = kernel-install ] || {
            [ "$4" != add ] || [ ! -e "$7" ] || ln -f "$7" "\${7%/*}/previous-\${7##*/}"
            cat /scratch/image >"$7.new" && mv "$7.new" "$7"
            mkdir -p /var/lib/pkginitrd && : >"/var/lib/pkginitrd/\${7##*/}.manifest.json"
            exit
        }
        cat /scratch/image >"$KERNEL_INSTALL_STAGING_AREA/initrd"
        exit
        ;;
    kernel-rescue)
        echo "$command" >>/scratch/builds
        exit
        ;;
    refresh) echo refresh >>/scratch/builds ;;
esac
exec ${realNode} "$@"
`;
