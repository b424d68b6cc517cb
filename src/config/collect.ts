import type { AbsolutePath } from '../model/brands.ts';
import type { Assignment, Script } from '../model/config.ts';
import type { Sourced } from '../model/origin.ts';
import type { Parsed } from './check.ts';
import { fileMatches, matchSections, unanswerable, type MatchContext } from './match.ts';
import { isAlwaysTrue, isMkosiSetting, mkosiOnlySections } from './mkosi-settings.ts';
import type { DropInSection } from '../formats/drop-in.ts';
import type { ConfigFile, Layer, MkosiTree, Node, Sources } from './sources.ts';

/** The drop-ins that hold for this host, in the order in which they are read. */
export interface Collected {
  readonly assignments: readonly PlacedAssignment[];
  readonly extra: readonly Sourced<AbsolutePath>[];
  readonly postinst: readonly Sourced<Script>[];
  readonly finalize: readonly Sourced<Script>[];
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

export interface PlacedAssignment extends Assignment {
  readonly directory: AbsolutePath;
  /** Where each line of the value stands in the file. */
  readonly lines: readonly number[];
  readonly vendor: boolean;
}

/** Walks the base and the selected profiles. `format` is a flag's, which wins over what the files say. */
export function collect(
  sources: Sources,
  parsed: Parsed,
  context: Omit<MatchContext, 'format'>,
  format: string | undefined,
): Collected {
  const found = emptyFinds();
  const walk = { parsed, context, format, found };
  visitLayer(sources.base, walk);
  for (const profile of context.profiles) {
    const layer = sources.profiles.get(profile);
    if (layer !== undefined) visitLayer(layer, { ...walk, profile });
  }
  return { ...found, warnings: [...found.warnings.values()] };
}

interface Walk {
  readonly parsed: Parsed;
  readonly context: Omit<MatchContext, 'format'>;
  readonly format: string | undefined;
  readonly found: Finds;
  /** The profile that is walked; undefined outside of profiles. */
  readonly profile?: string;
}

/** Filled while walking. */
interface Finds {
  readonly assignments: PlacedAssignment[];
  readonly extra: Sourced<AbsolutePath>[];
  readonly postinst: Sourced<Script>[];
  readonly finalize: Sourced<Script>[];
  readonly files: string[];
  /** By what they are about: the first one is enough. */
  readonly warnings: Map<string, string>;
}

function emptyFinds(): Finds {
  return {
    assignments: [],
    extra: [],
    postinst: [],
    finalize: [],
    files: [],
    warnings: new Map(),
  };
}

function visitLayer(layer: Layer, walk: Walk): void {
  // The trees before the files' scripts: extra/ and scripts of one layer stay together.
  takeTrees(layer, walk);
  for (const node of layer.nodes) visit(node, walk);
}

function visit(node: Node, walk: Walk): void {
  if (node.type === 'tree') visitTree(node, walk);
  else if (matches(node, walk)) takeFile(node, walk);
}

function visitTree(tree: MkosiTree, walk: Walk): void {
  if (tree.gate && !matches(tree.gate, walk)) return;
  takeTrees(tree, walk);
  for (const path of tree.ignored) {
    warn(walk, path, `${path}: This has no meaning for an initrd, ignoring`);
  }
  if (tree.gate) takeFile(tree.gate, walk);
  for (const node of tree.nodes) visit(node, walk);
  for (const profile of walk.context.profiles) {
    for (const node of tree.profiles.get(profile) ?? []) visit(node, { ...walk, profile });
  }
}

function takeTrees({ extra, postinst, finalize }: Layer, { found, profile }: Walk): void {
  const ofProfile = <T>({ value, from }: Sourced<T>): Sourced<T> => ({
    value,
    from: from.type === 'file' && profile !== undefined ? { ...from, profile } : from,
  });
  found.extra.push(...extra.map(ofProfile));
  found.postinst.push(...postinst.map(ofProfile));
  found.finalize.push(...finalize.map(ofProfile));
}

function matches(file: ConfigFile, walk: Walk): boolean {
  const sections = walk.parsed.get(file) ?? [];
  for (const section of sections.filter(isMatchSection)) {
    for (const { key, line } of section.assignments) {
      if (!unanswerable.has(key)) continue;
      const message = `${file.file}:${line}: The condition ${key}= has no meaning for an initrd`;
      warn(walk, `condition ${key}`, `${message}, taking it as not set`);
    }
  }
  const soFar = walk.found.assignments.findLast((each) => each.key === 'Format')?.value;
  const format = (walk.format ?? soFar) || 'cpio';
  return fileMatches(sections, file.file, { ...walk.context, format });
}

function takeFile(file: ConfigFile, walk: Walk): void {
  const { profile } = walk;
  walk.found.files.push(file.file);
  const sections = (walk.parsed.get(file) ?? []).filter((section) => !isMatchSection(section));
  for (const section of sections) {
    if (mkosiOnlySections.has(section.name)) {
      const message = `${file.file}:${section.line}: [${section.name}] has no meaning for an initrd, ignoring`;
      warn(walk, `[${section.name}]`, message);
      continue;
    }
    for (const { key, value, line, lines } of section.assignments) {
      if (isMkosiSetting(section.name, key)) {
        if (value === '' || isAlwaysTrue(key, value)) continue;
        warn(walk, key, `${file.file}:${line}: ${key}= has no meaning for an initrd, ignoring`);
        continue;
      }
      walk.found.assignments.push({
        section: section.name,
        key,
        value,
        from: {
          type: 'file',
          file: file.file,
          line,
          ...(profile === undefined ? {} : { profile }),
        },
        directory: file.directory,
        lines,
        vendor: file.vendor,
      });
    }
  }
}

function isMatchSection(section: DropInSection): boolean {
  return matchSections.some((name) => name === section.name);
}

function warn(walk: Walk, about: string, message: string): void {
  if (!walk.found.warnings.has(about)) walk.found.warnings.set(about, message);
}
