import type { PackageAnswer, PackageOrigin } from '../model/packages.ts';
import type { Plan, PartPlan, PlannedModule, Reasoned } from '../model/plan.ts';
import { describeReason, type Reason } from '../model/reason.ts';
import { canonicalJson } from './canonical-json.ts';
import { printStorage } from './print-storage.ts';
import { table, wrapped } from './table.ts';
import { count, humanBytes } from './units.ts';

/** The plan for people: what would be in the image and why, without the lists that only a program reads. */
export function printPlan(plan: Plan, answer?: PackageAnswer): string {
  const { packages, root, modules, firmware } = plan;
  return [
    overview(plan),
    plan.storage.length > 0 && section('Storage', [printStorage(plan.storage)]),
    plan.profiles.length > 0 &&
      section(`Profiles: ${plan.profiles.length}`, [reasons(plan.profiles)]),
    section(`Packages: ${packages.install.length} asked for${inAll(answer)}`, [
      reasons(packages.install),
    ]),
    packages.remove.length > 0 && section('Removed again', [reasons(packages.remove)]),
    section(`Kernel modules: ${modules.files.length}`, [table(moduleReasons(modules.files))]),
    modules.leftOut.length > 0 &&
      section(`Asked for by the host, and left out: ${modules.leftOut.length}`, [
        wrapped(modules.leftOut.map(({ name }) => name)),
      ]),
    modules.missing.length > 0 &&
      section(`Not in this kernel: ${modules.missing.length}`, [wrapped(names(modules.missing))]),
    section(`Firmware: ${count(firmware.files.length, 'file')}`, []),
    firmware.missing.length > 0 &&
      section(`Firmware not found: ${firmware.missing.length}`, [wrapped(names(firmware.missing))]),
    plan.host.length > 0 &&
      section(`Of this host: ${count(plan.host.length, 'file')}`, [
        table(
          plan.host.map(({ path, secret, from }) => [
            `/${path}`,
            `${describeReason(from)}${secret ? ', secret' : ''}`,
          ]),
        ),
      ]),
    root.extraTrees.length > 0 &&
      section('Trees', [table(root.extraTrees.map(({ source, target }) => [source, target]))]),
    root.postinst.length + root.finalize.length > 0 &&
      section('Scripts', [
        table([
          ...root.postinst.map(({ path }) => ['postinst', path]),
          ...root.finalize.map(({ path }) => ['finalize', path]),
        ]),
      ]),
    section(`Drop-ins: ${plan.configFiles.length}`, [
      table(plan.configFiles.map((file) => [file])),
    ]),
    plan.warnings.length > 0 && section('Warnings', [table(plan.warnings.map((text) => [text]))]),
  ]
    .filter((text) => text !== false)
    .join('\n');
}

/** For programs, and for diff. */
export function printPlanJson(plan: Plan): string {
  return canonicalJson(plan);
}

function inAll(answer: PackageAnswer | undefined): string {
  if (answer === undefined) return '';
  const fetched = answer.packages.filter(({ origin }) => origin === 'network');
  const bytes = fetched.reduce((sum, { size }) => sum + size, 0);
  const toFetch = fetched.length === 0 ? '' : `, ${humanBytes(bytes)} to download`;
  return `, ${answer.packages.length} with those that they need${toFetch}`;
}

function overview(plan: Plan): string {
  const { id, version } = plan.distribution;
  const rows = [
    ['Kernel', `${plan.kernelVersion} (${plan.architecture})`],
    ['System', version === null ? id : `${id} ${version}`],
    ['Manager', `${plan.packages.manager}: ${describeReason(plan.managerFrom)}`],
    ['Packages', `from ${sourceNames(plan).join(', then ')}`],
    ['Made for', plan.generic ? 'any machine' : 'this host'],
    ['Output', `${plan.output.name} (${plan.output.format})`],
    ['Parts', plan.parts.map(partText).join(', ')],
    ['Microcode', microcodeText(plan)],
    ['Locale', plan.root.locale],
    ['root', plan.root.rootPassword === 'set' ? 'has a password' : 'is locked'],
    [
      'Remove',
      count(plan.root.removeFiles.length + plan.root.removeUnusedLibraries.length, 'file pattern'),
    ],
  ];
  return table(rows);
}

function sourceNames({ packages }: Plan): readonly string[] {
  return packages.sources.map((source) => sourceName[source]);
}

const sourceName = {
  cache: 'caches',
  installed: 'the installed system',
  network: 'the network',
} as const satisfies Record<PackageOrigin, string>;

function microcodeText({ microcode }: Plan): string {
  const sources = microcode.flatMap((each) => each.sources);
  if (sources.length === 0) return 'none';
  return sources.length <= 2
    ? sources.join(' ')
    : `${count(sources.length, 'file')}, all processors`;
}

function partText({ name, compression, level }: PartPlan): string {
  return compression === 'none' ? `${name} uncompressed` : `${name} ${compression} -${level}`;
}

function section(title: string, bodies: readonly string[]): string {
  return `${title}\n${bodies.join('')}`;
}

function reasons(items: readonly Reasoned[]): string {
  return table(items.map(({ value, from }) => [value, describeReason(from)]));
}

function names(items: readonly Reasoned[]): readonly string[] {
  return items.map(({ value }) => value);
}

/** Hundreds of modules in a few lines: how many for which kind of reason. */
function moduleReasons(modules: readonly PlannedModule[]): readonly (readonly string[])[] {
  const counts = new Map<string, number>();
  for (const { from } of modules) {
    const kind = kindOf(from);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([kind, amount]) => [`${amount}`, kind]);
}

function kindOf(reason: Reason): string {
  switch (reason.type) {
    case 'needed by':
      return 'needed by others';
    case 'soft dependency':
    case 'weak dependency':
    case 'firmware':
      return `${reason.type} of others`;
    case 'device':
      return 'devices of the host';
    case 'loaded':
      return 'loaded on the host';
    case 'under':
      return `under ${reason.purpose}`;
    case 'pattern':
      return kindOf(reason.at);
    case 'host line':
      return kindOf(reason.at);
    case 'file':
      // The JSON has the line.
      return reason.file;
    case 'flag':
    case 'default':
    case 'only manager':
    case 'built in':
    case 'crypttab entry':
    case 'crypttab option':
    case 'key':
    case 'line of':
    case 'boot loader':
    case 'mounted':
    case 'kernel option':
    case 'processor':
      return describeReason(reason);
    default:
      return reason satisfies never;
  }
}
