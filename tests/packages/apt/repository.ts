import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { aptRequest, sys, temporary } from './support.ts';

/** A small Debian with an apt of its own, whose packages come from one signed repository on a local web server. */
export interface SmallHost {
  readonly root: AbsolutePath;
  /** The repository's files, as the server gives them out. */
  readonly repository: string;
  readonly port: number;
  close(): void;
}

export interface Planted {
  readonly name: string;
  readonly version: string;
  readonly depends?: string;
  readonly postinst?: string;
  readonly triggers?: string;
  /** Writes more into the package's tree. */
  readonly fill?: (tree: string) => void;
}

/** Makes the host out of this machine's packages; `planted` are added to the repository. */
export async function smallHost(planted: (port: number) => readonly Planted[]): Promise<SmallHost> {
  const request = aptRequest(['apt']);
  const { root } = await installPackages(sys, request);
  const repository = temporary('repository');
  const archives = `${request.workspace}/apt/archives`;
  for (const name of readdirSync(archives).filter((name) => name.endsWith('.deb'))) {
    copyFileSync(`${archives}/${name}`, `${repository}/${name.replaceAll('%3a', '.')}`);
  }
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(`${repository}${decodeURIComponent(request.url ?? '')}`));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  for (const one of planted(port)) await buildDeb(one, repository);
  const home = temporary('gnupg');
  await writeIndex(repository);
  await sign(repository, home);

  mkdirSync(`${root}/etc/apt/keyrings`, { recursive: true });
  copyFileSync(`${home}/key.gpg`, `${root}/etc/apt/keyrings/test.gpg`);
  writeFileSync(
    `${root}/etc/apt/sources.list`,
    `deb [signed-by=/etc/apt/keyrings/test.gpg] http://127.0.0.1:${port} ./\n`,
  );
  await update(root);
  return { root, repository, port, close: () => server.close() };
}

/** `apt-get update` in the host. */
export async function update(
  root: AbsolutePath,
  options: readonly [string, ...string[]] | readonly [] = [],
): Promise<void> {
  const sandbox = { root, rootWritable: true, binds: [], network: true, suppressSync: true };
  await sys.run({ argv: ['apt-get', ...options, 'update'], sandbox, purpose: 'Update the lists' });
}

/** Builds NAME_VERSION_all.deb and returns its path. */
export async function buildDeb(
  { name, version, depends, postinst, triggers, fill }: Planted,
  directory: string,
): Promise<string> {
  const tree = temporary('deb');
  mkdirSync(`${tree}/DEBIAN`);
  mkdirSync(`${tree}/usr/share/${name}`, { recursive: true });
  writeFileSync(`${tree}/usr/share/${name}/version`, `${version}\n`);
  const control = [
    ...[
      `Package: ${name}`,
      `Version: ${version}`,
      'Architecture: all',
      'Maintainer: Test <test@example.org>',
    ],
    ...(depends === undefined ? [] : [`Depends: ${depends}`]),
    ...['Description: planted', ''],
  ];
  writeFileSync(`${tree}/DEBIAN/control`, control.join('\n'));
  if (postinst !== undefined) writeFileSync(`${tree}/DEBIAN/postinst`, postinst, { mode: 0o755 });
  if (triggers !== undefined) writeFileSync(`${tree}/DEBIAN/triggers`, triggers);
  fill?.(tree);
  const path = `${directory}/${name}_${version}_all.deb`;
  await run('dpkg-deb', '--root-owner-group', '--build', tree, path);
  return path;
}

/** Writes Packages and Release, with `fields` besides, for the .deb files of a directory. */
export async function writeIndex(
  repository: string,
  fields: readonly string[] = [],
): Promise<void> {
  const names = readdirSync(repository).filter((name) => name.endsWith('.deb'));
  const stanzas: string[] = [];
  for (const name of names) stanzas.push(await stanzaOf(repository, name));
  const packages = stanzas.join('\n');
  writeFileSync(`${repository}/Packages`, packages);
  const release = [
    ...['Origin: test', 'Suite: test', 'Codename: test', `Date: ${new Date().toUTCString()}`],
    ...fields,
    ...['SHA256:', ` ${sha256(Buffer.from(packages))} ${Buffer.byteLength(packages)} Packages`, ''],
  ];
  writeFileSync(`${repository}/Release`, release.join('\n'));
}

/** Signs what writeIndex() wrote with a new key, whose public half is left as `key.gpg` in `home`. */
export async function sign(repository: string, home: string): Promise<void> {
  const silently = ['--batch', '--yes', '--pinentry-mode', 'loopback', '--passphrase', ''];
  const gpg = async (...args: readonly string[]): Promise<string> =>
    run('gpg', '--homedir', home, ...silently, ...args);
  await gpg('--quick-generate-key', 'Test <test@example.org>', 'ed25519', 'sign', 'never');
  await gpg('--output', `${home}/key.gpg`, '--export');
  await gpg('--output', `${repository}/InRelease`, '--clearsign', `${repository}/Release`);
  await run('gpgconf', '--homedir', home, '--kill', 'gpg-agent');
}

async function stanzaOf(repository: string, name: string): Promise<string> {
  const path = `${repository}/${name}`;
  const control = await run('dpkg-deb', '--field', path);
  const digest = sha256(readFileSync(path));
  return `${control.trimEnd()}\nFilename: ./${name}\nSize: ${statSync(path).size}\nSHA256: ${digest}\n`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function run(...argv: readonly [string, ...string[]]): Promise<string> {
  const ran = await sys.run({ argv, purpose: 'Prepare the test' });
  return ran.stdout;
}
