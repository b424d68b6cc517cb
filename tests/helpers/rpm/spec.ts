import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface RpmPackage {
  readonly name: string;
  readonly epoch: string;
  readonly version: string;
  readonly release: string;
  readonly summary: string;
  /** Terms in Debian's words: "libc6 (>= 2.34)", "a | b". */
  readonly requires: readonly string[];
  readonly recommends: readonly string[];
  readonly provides: readonly string[];
  /** By rpm's name of the section: "post". */
  readonly scripts: Readonly<Record<string, string>>;
  /** The package's files, with the modes and owners that they are to have. */
  readonly tree: string;
  /** Files put into the tree in addition. */
  readonly files: Readonly<Record<string, string>>;
}

/** Writes DIRECTORY/NAME-VERSION.spec. What depends on nothing of `all` is left out. */
export function writeSpec(one: RpmPackage, all: readonly RpmPackage[], directory: string): void {
  for (const [path, content] of Object.entries(one.files)) {
    mkdirSync(dirname(join(one.tree, path)), { recursive: true });
    rmSync(join(one.tree, path), { force: true });
    writeFileSync(join(one.tree, path), content);
  }
  const known = new Set(all.flatMap(({ name, provides }) => [name, ...provides.map(nameOf)]));
  const tags = (tag: string, terms: readonly string[]): readonly string[] =>
    terms.flatMap((term) => relation(term, known) ?? []).map((text) => `${tag}: ${text}`);
  const text = [
    ...preamble,
    ...[`Name: ${one.name}`, `Epoch: ${one.epoch}`, `Version: ${one.version}`],
    ...[`Release: ${one.release}`, `Summary: ${one.summary}`, 'License: MIT'],
    'URL: https://example.org/',
    ...tags('Requires', one.requires),
    ...tags('Recommends', one.recommends),
    ...one.provides.map((term) => `Provides: ${provision(term)}`),
    ...['', '%description', 'Made of a Debian package.'],
    ...['', '%install', 'mkdir -p %{buildroot}'],
    `cp -a ${one.tree.replace(/^.*\/tmp\/rpm\//, '/work/')}/. %{buildroot}/`,
    ...Object.entries(one.scripts).flatMap(([section, script]) => ['', `%${section}`, script]),
    ...['', '%files', ...listFiles(one.tree), ''],
  ].join('\n');
  writeFileSync(join(directory, `${one.name}-${one.version}.spec`), text);
}

const preamble = [
  '%global debug_package %{nil}',
  '%global __os_install_post %{nil}',
  '%global _build_id_links none',
  '%global _binary_payload w3.zstdio',
  '%global __requires_exclude ^(/|perl|python|pkgconfig|config)',
  '%global source_date_epoch_from_changelog 0',
  '%global use_source_date_epoch_as_buildtime 1',
];

function nameOf(term: string): string {
  return term.trim().replace(/[\s:(](?!.*GNU_HASH|releasever).*$/s, '');
}

// Of alternatives the first that there is. `>>` is true of 2.41-12 and 2.41 for dpkg and not for rpm.
function relation(term: string, known: ReadonlySet<string>): string | undefined {
  const choice = term.split('|').find((one) => known.has(nameOf(one)));
  if (choice === undefined) return undefined;
  const [, operator, version] = /\(\s*([<>=]+)\s*([^)\s]+)\s*\)\s*$/.exec(choice) ?? [];
  if (operator === undefined || version === undefined) return nameOf(choice);
  return `${nameOf(choice)} ${comparisons[operator] ?? operator} ${rpmVersion(version)}`;
}

const comparisons: Readonly<Record<string, string>> = { '>>': '>=', '<<': '<' };

function provision(term: string): string {
  const [, version] = /\(=\s*([^)\s]+)\s*\)\s*$/.exec(term) ?? [];
  return version === undefined ? nameOf(term) : `${nameOf(term)} = ${rpmVersion(version)}`;
}

function rpmVersion(text: string): string {
  const at = text.lastIndexOf('-');
  return at === -1 ? text : text.slice(0, at).replaceAll('-', '.') + text.slice(at);
}

function listFiles(tree: string): readonly string[] {
  // Names alone would lead through links to directories.
  const paths = readdirSync(tree, { recursive: true, withFileTypes: true })
    .map(({ parentPath, name }) => join(parentPath, name).slice(tree.length + 1))
    .sort();
  return paths.map((path) => {
    const stat = lstatSync(join(tree, path));
    const [user, group] = [nameFor(users, stat.uid), nameFor(groups, stat.gid)];
    const mode = stat.isSymbolicLink() ? '-' : (stat.mode & 0o7777).toString(8).padStart(4, '0');
    const kind = stat.isDirectory() ? '%dir ' : markFor(path);
    return `%attr(${mode}, ${user}, ${group}) ${kind}"/${quoted(path)}"`;
  });
}

function markFor(path: string): string {
  const [, language] = /^usr\/share\/locale\/([^/@]+)[^/]*\/LC_MESSAGES\//.exec(path) ?? [];
  if (language !== undefined) return `%lang(${language}) `;
  return path.startsWith('etc/') ? '%config(noreplace) ' : '';
}

// In quotes nothing is a pattern from rpm 4.20 on.
function quoted(path: string): string {
  return path.replaceAll('%', '%%').replaceAll('\\', '\\\\');
}

const users = idsOf('/etc/passwd');
const groups = idsOf('/etc/group');

function idsOf(file: string): ReadonlyMap<number, string> {
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Map(lines.map((line) => [Number(line.split(':')[2]), line.split(':')[0] ?? '']));
}

function nameFor(names: ReadonlyMap<number, string>, id: number): string {
  return names.get(id) ?? 'root';
}
