import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageHost } from './package-host.ts';
import { runOk } from './run.ts';

export interface ArchPackage {
  readonly name: string;
  readonly version: string;
  readonly lines?: readonly string[];
  readonly script?: string;
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

/** Packs it, and gives its path in the host. */
export async function pack({ place }: PackageHost, one: ArchPackage): Promise<string> {
  const tree = join(place, `tree-${one.name}-${one.version}`);
  const info = [
    ...[`pkgname = ${one.name}`, `pkgver = ${one.version}-1`, 'pkgdesc = test', 'arch = any'],
    ...['builddate = 1700000000', 'size = 1', ...(one.lines ?? []), ''],
  ];
  mkdirSync(tree);
  writeFileSync(join(tree, '.PKGINFO'), info.join('\n'));
  if (one.script !== undefined) writeFileSync(join(tree, '.INSTALL'), one.script);
  for (const [path, text] of Object.entries(one.files ?? {})) {
    mkdirSync(join(tree, path, '..'), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const file = `${one.name}-${one.version}-1-any.pkg.tar.zst`;
  const names = readdirSync(tree);
  await runOk(['bsdtar', '-cf', join(place, file), '--zstd', ...names], { cwd: tree });
  return `/scratch/${file}`;
}

/** A kernel package as Arch Linux has them. */
export function kernelPackage(host: PackageHost, version: string, name = 'linux'): Promise<string> {
  const modules = `usr/lib/modules/${version}-${name}`;
  const files = {
    [`${modules}/vmlinuz`]: `kernel ${version}\n`,
    [`${modules}/pkgbase`]: `${name}\n`,
  };
  return pack(host, { name, version, lines: ['depend = initramfs'], files });
}

/** What ours wants and the fixture has not. */
export function standIns(host: PackageHost): Promise<string> {
  const names = ['bubblewrap', 'nodejs=22.1', 'pacman', 'xz', 'zstd', 'util-linux', 'kmod'];
  const lines = names.map((name) => `provides = ${name}`);
  return pack(host, { name: 'stand-ins', version: '1', lines });
}
