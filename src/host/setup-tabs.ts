import { locationOnHost } from '../formats/crypttab.ts';
import type { HostFile, SetupTab } from '../model/facts.ts';
import type { StorageNode, StorageStack } from '../model/storage.ts';
import type { RootFiles } from '../model/sys.ts';

/**
 * Lines of veritytab(5) and integritytab(5) for the initrd, with the files that they name: those that ask for it, and those of what
 * / or another mount of the initrd lies on.
 */
export function readSetupTabs(
  root: RootFiles,
  storage: readonly StorageStack[],
): readonly SetupTab[] {
  return [
    readTab(root, '/etc/veritytab', namesUnder(storage, 'verity')),
    readTab(root, '/etc/integritytab', namesUnder(storage, 'integrity')),
  ];
}

type TabPath = SetupTab['path'];

/** Places of fields in a line that name a file, and options that do. */
const naming = {
  '/etc/veritytab': { fields: [], options: 4, names: ['root-hash-signature'] },
  '/etc/integritytab': { fields: [2], options: 3, names: [] },
} as const satisfies Record<
  TabPath,
  { fields: readonly number[]; options: number; names: readonly string[] }
>;

function readTab(root: RootFiles, path: TabPath, under: ReadonlySet<string>): SetupTab {
  const lines: string[] = [];
  const names: string[] = [];
  const files: HostFile[] = [];
  const warnings: string[] = [];
  for (const line of (root.readText(path) ?? '').split('\n')) {
    const fields = line.trim().split(/\s+/);
    const [name = '', device] = fields;
    if (name.startsWith('#') || device === undefined) continue;
    const options = (fields[naming[path].options] ?? '').split(',');
    if (!under.has(name) && !options.includes('x-initrd.attach')) continue;
    lines.push(line);
    names.push(name);
    for (const file of filesOf(path, fields, options)) {
      const stat = root.stat(file);
      const reason = { type: 'line of', file: path, name } as const;
      if (stat !== undefined) files.push({ path: file, reason, secret: true, size: stat.size });
      else {
        warnings.push(
          `Cannot find "${file}", which the line "${name}" of ${path} names: it will not be set up in the initrd`,
        );
      }
    }
  }
  return { path, lines, names, files, warnings };
}

function filesOf(
  path: TabPath,
  fields: readonly string[],
  options: readonly string[],
): readonly string[] {
  const { fields: places, names } = naming[path];
  const values = [
    ...places.map((place) => fields[place] ?? ''),
    ...names.flatMap((name) =>
      options.flatMap((option) =>
        option.startsWith(`${name}=`) ? [option.slice(name.length + 1)] : [],
      ),
    ),
  ];
  return values.flatMap((value) => locationOnHost(value) ?? []);
}

function namesUnder(
  storage: readonly StorageStack[],
  format: 'verity' | 'integrity',
): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: StorageNode): void => {
    if (node.type === 'disk') return;
    if (node.type === 'crypt' && node.format === format) found.add(node.name);
    for (const each of node.below) visit(each);
  };
  for (const { purpose, below } of storage) {
    if (purpose.startsWith('/')) for (const node of below) visit(node);
  }
  return found;
}
