import { UsageError } from '../model/errors.ts';
import { parseDropIn, type DropInAssignment, type DropInSection } from '../formats/drop-in.ts';
import { nearestName } from '../formats/nearest-name.ts';
import { legacyModuleKeys } from './legacy-modules.ts';
import { checkConditions, matchSections } from './match.ts';
import {
  isMkosiSetting,
  mkosiSectionOf,
  mkosiSections,
  mkosiSettingNames,
} from './mkosi-settings.ts';
import { findSetting, settings, settingsInBuild } from './settings.ts';
import type { ConfigFile, Node, Sources } from './sources.ts';

export type Parsed = ReadonlyMap<ConfigFile, readonly DropInSection[]>;

/**
 * Parses every file and looks at every section and key, also where no [Match] holds: a typing error is found on
 * the machine of the one who makes it.
 */
export function parseSources(sources: Sources): Parsed {
  const parsed = new Map<ConfigFile, readonly DropInSection[]>();
  for (const layer of [sources.base, ...sources.profiles.values()]) {
    for (const file of layer.nodes.flatMap(filesOf)) parsed.set(file, parseFile(file));
  }
  return parsed;
}

function filesOf(node: Node): readonly ConfigFile[] {
  if (node.type === 'file') return [node];
  const nodes = [...node.nodes, ...[...node.profiles.values()].flat()];
  return [...(node.gate ? [node.gate] : []), ...nodes.flatMap(filesOf)];
}

function parseFile({ file, text }: ConfigFile): readonly DropInSection[] {
  const sections = parseDropIn(text, file);
  for (const section of sections) {
    checkSection(section, file);
    if (isMatchSection(section.name)) {
      checkConditions(section, file);
    } else {
      for (const assignment of section.assignments) checkKey(section, assignment, file);
    }
  }
  return sections;
}

const ownSections = ['Config', 'Output', 'Content'];

function checkSection(section: DropInSection, file: string): void {
  const known = [...matchSections, ...ownSections, ...mkosiSections];
  if (known.includes(section.name)) return;
  const near = nearestName(section.name, known);
  throw new UsageError(
    `${file}:${section.line}: Cannot use [${section.name}]: unknown section`,
    near
      ? `Did you mean [${near}]?`
      : `Known are [${[...matchSections, ...ownSections].join('], [')}]`,
  );
}

function checkKey(section: DropInSection, { key, line }: DropInAssignment, file: string): void {
  if (isMkosiSetting(section.name, key)) return;
  const legacy = legacyModuleKeys.some((name) => name === key);
  const setting = findSetting(key);
  const inBuild = section.name === 'Build' && settingsInBuild.some((name) => name === setting?.key);
  const home = legacy ? 'Content' : (setting?.section ?? mkosiSectionOf(key));
  if (section.name === home || inBuild) return;
  const message = `${file}:${line}: Cannot use "${key}=" in [${section.name}]`;
  if (home !== undefined) throw new UsageError(`${message}: it belongs in [${home}]`);
  const near = nearestName(key, [
    ...settings.map((each) => each.key),
    ...mkosiSettingNames(section.name),
  ]);
  throw new UsageError(
    `${message}: unknown setting`,
    near ? `Did you mean "${near}="?` : 'See pkginitrd.conf(5) for the settings',
  );
}

function isMatchSection(name: string): boolean {
  return matchSections.some((section) => section === name);
}
