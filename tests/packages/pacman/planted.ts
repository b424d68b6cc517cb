import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { runOk } from '../../helpers/run.ts';
import { temporary } from '../apt/support.ts';

export interface PlantedPackage {
  readonly name: string;
  /** .INSTALL */
  readonly script?: string;
  readonly depends?: readonly string[];
  /** Writes its files. */
  readonly fill?: (tree: string) => void;
}

/** Packages in the host's cache, and a repository of their own that needs no signature. */
export async function plantPackages(
  host: AbsolutePath,
  packages: readonly PlantedPackage[],
): Promise<void> {
  const archives: string[] = [];
  for (const one of packages) archives.push(await build(host, one));
  const databases = temporary('databases');
  await runOk(['repo-add', '--quiet', `${databases}/planted.db.tar.gz`, ...archives]);
  await runOk(['cp', '-L', `${databases}/planted.db`, `${host}/var/lib/pacman/sync/planted.db`]);
  const repository = '\n[planted]\nSigLevel = Never\nServer = http://127.0.0.1:9/planted\n';
  appendFileSync(`${host}/etc/pacman.conf`, repository);
}

async function build(
  host: AbsolutePath,
  { name, script, depends = [], fill }: PlantedPackage,
): Promise<string> {
  const tree = temporary('planted');
  const info = [
    ...[`pkgname = ${name}`, 'pkgver = 1-1', 'pkgdesc = planted', 'arch = any'],
    ...['builddate = 1700000000', 'size = 1'],
    ...['bash', 'coreutils', ...depends].map((other) => `depend = ${other}`),
    '',
  ];
  writeFileSync(`${tree}/.PKGINFO`, info.join('\n'));
  if (script !== undefined) writeFileSync(`${tree}/.INSTALL`, script);
  mkdirSync(`${tree}/usr/share/${name}-planted`, { recursive: true });
  fill?.(tree);
  const archive = `${host}/var/cache/pacman/pkg/${name}-1-1-any.pkg.tar.zst`;
  const mtree = [
    '--format=mtree',
    '--options=!all,use-set,type,uid,gid,mode,time,size,sha256,link',
  ];
  const names = [...(script === undefined ? [] : ['.INSTALL']), '.PKGINFO', 'usr'];
  await runOk(['bsdtar', '-czf', '.MTREE', ...mtree, ...names], { cwd: tree });
  await runOk(['bsdtar', '-cf', archive, '--zstd', '.MTREE', ...names], { cwd: tree });
  return archive;
}
