import type { Change, Difference } from '../model/difference.ts';
import type { PlacedPackage } from '../model/placed.ts';
import type { Plan } from '../model/plan.ts';

/** How two plans of an image differ, but for reasons: by what would lie in the image. */
export function planDifferences(placed: Plan, now: Plan): readonly Difference[] {
  const settings = planSettings.filter(
    (setting) =>
      JSON.stringify(settingOf(placed, setting)) !== JSON.stringify(settingOf(now, setting)),
  );
  return [
    ...kernelDifference(placed, now),
    ...comesAndGoes('profile', values(placed.profiles), values(now.profiles)),
    ...dropIns(placed.configFiles, now.configFiles),
    ...settings.map((name) => ({ type: 'setting', name }) as const),
    // Of another kernel all modules are others.
    ...(placed.kernelVersion === now.kernelVersion
      ? comesAndGoes('module', moduleNames(placed), moduleNames(now))
      : []),
    ...comesAndGoes('firmware', values(placed.firmware.files), values(now.firmware.files)),
    ...hostFiles(placed, now),
    ...(JSON.stringify(placed.microcode) === JSON.stringify(now.microcode)
      ? []
      : [{ type: 'processor' } as const]),
  ];
}

/** How the packages that were installed differ from those that would be. Digests count where both are known. */
export function packageDifferences(
  placed: readonly PlacedPackage[],
  now: readonly PlacedPackage[],
): readonly Difference[] {
  const key = ({ name, architecture }: PlacedPackage): string => `${name} ${architecture}`;
  const before = new Map(placed.map((each) => [key(each), each]));
  const after = new Map(now.map((each) => [key(each), each]));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((each): readonly Difference[] => {
    const [old, next] = [before.get(each), after.get(each)];
    const isSame =
      old !== undefined &&
      next !== undefined &&
      old.version === next.version &&
      sameArchive(old, next);
    if (isSame) return [];
    const name = (old ?? next)?.name ?? each;
    return [{ type: 'package', name, from: old?.version ?? null, to: next?.version ?? null }];
  });
}

/** Which files and trees of the same path have other contents. */
export function contentDifferences(
  type: 'drop-in' | 'host file',
  placed: readonly (readonly [string, string])[],
  now: ReadonlyMap<string, string>,
): readonly Difference[] {
  return placed.flatMap(([path, digest]): readonly Difference[] => {
    const found = now.get(path);
    if (found === undefined || found === digest) return [];
    const change = 'changed';
    return type === 'drop-in' ? [{ type, path, change }] : [{ type, name: path, change }];
  });
}

function sameArchive(a: PlacedPackage, b: PlacedPackage): boolean {
  return a.digest === null || b.digest === null || a.digest === b.digest;
}

function kernelDifference(placed: Plan, now: Plan): readonly Difference[] {
  const [from, to] = [placed.kernelVersion, now.kernelVersion];
  return from === to ? [] : [{ type: 'kernel', from, to }];
}

type Setting = keyof ReturnType<typeof settingsOf>;

const planSettings = [
  'Packages',
  'RemovePackages',
  'WithRecommends',
  'WithDocs',
  'PackageManager',
  'Locale',
  'ExtraTrees',
  'PostInstallationScripts',
  'FinalizeScripts',
  'RemoveFiles',
  'RemoveUnusedLibraries',
  'CleanPackageMetadata',
  'Environment',
  'RootPassword',
  'SourceDateEpoch',
  'Format',
  'CompressOutput',
  'Distribution',
  'Architecture',
] as const satisfies readonly Setting[];

function settingOf(plan: Plan, setting: Setting): unknown {
  return settingsOf(plan)[setting];
}

/** What a plan has decided, by the names of pkginitrd.conf(5). */
function settingsOf({ packages, root, ...plan }: Plan) {
  const scripts = (list: readonly { readonly path: string }[]) => list.map(({ path }) => path);
  return {
    Packages: values(packages.install),
    RemovePackages: values(packages.remove),
    WithRecommends: packages.withRecommends,
    WithDocs: packages.withDocs,
    PackageManager: packages.manager,
    Locale: root.locale,
    ExtraTrees: root.extraTrees.map(({ source, target }) => [source, target]),
    PostInstallationScripts: scripts(root.postinst),
    FinalizeScripts: scripts(root.finalize),
    RemoveFiles: root.removeFiles.map(({ value, isDefault }) => [value, isDefault]),
    RemoveUnusedLibraries: values(root.removeUnusedLibraries),
    CleanPackageMetadata: root.cleanPackageMetadata,
    Environment: root.environment,
    RootPassword: root.rootPassword,
    SourceDateEpoch: plan.sourceDateEpoch,
    Format: plan.output.format,
    CompressOutput: plan.parts,
    Distribution: plan.distribution,
    Architecture: plan.architecture,
  };
}

function comesAndGoes(
  type: 'profile' | 'module' | 'firmware' | 'host file',
  before: readonly string[],
  after: readonly string[],
): readonly Difference[] {
  return changesOf(before, after).map(([name, change]) => ({ type, name, change }));
}

function dropIns(before: readonly string[], after: readonly string[]): readonly Difference[] {
  return changesOf(before, after).map(([path, change]) => ({ type: 'drop-in', path, change }));
}

function changesOf(
  before: readonly string[],
  after: readonly string[],
): readonly (readonly [string, Change])[] {
  const [old, next] = [new Set(before), new Set(after)];
  return [
    ...before.filter((name) => !next.has(name)).map((name) => [name, 'gone'] as const),
    ...after.filter((name) => !old.has(name)).map((name) => [name, 'new'] as const),
  ];
}

function hostFiles(placed: Plan, now: Plan): readonly Difference[] {
  const contents = ({ host }: Plan) =>
    new Map(host.map(({ path, mode, content }) => [path, JSON.stringify([mode, content])]));
  const [before, after] = [contents(placed), contents(now)];
  const both = [...before].filter(([path, text]) => after.has(path) && after.get(path) !== text);
  return [
    ...comesAndGoes('host file', [...before.keys()], [...after.keys()]),
    ...both.map(([name]) => ({ type: 'host file', name, change: 'changed' }) as const),
  ];
}

function moduleNames({ modules }: Plan): readonly string[] {
  return modules.files.map(({ name }) => name);
}

function values(words: readonly { readonly value: string }[]): readonly string[] {
  return words.map(({ value }) => value);
}
