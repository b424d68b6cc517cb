// Drivers that modprobe.d(5) of the host, which acts in the initrd too, keeps from being loaded there.
import type { HostFacts } from '../../model/facts.ts';
import type { ModulePlan } from '../../model/plan.ts';
import { describeReason, type Reason } from '../../model/reason.ts';
import { modprobeRules, type ModprobeRules } from '../modprobe.ts';
import { storageNeeds, type StorageNeed } from './root-needs.ts';

export interface Stopped {
  readonly message: string;
  readonly hint: string;
  /** True where what the boot waits for does not come up because of it. */
  readonly isNeeded: boolean;
}

/** Drivers of the storage, and of keyboards where a passphrase is asked for, that are not loaded in the initrd. */
export function stoppedNeeds(facts: HostFacts, { files }: ModulePlan): readonly Stopped[] {
  if (facts.modprobe.length === 0) return [];
  const world: World = {
    facts,
    rules: modprobeRules(facts.modprobe),
    paths: new Map(files.map(({ name, path }) => [name, path])),
  };
  const needs = storageNeeds(facts).filter(({ strict }) => strict);
  const loaded = loadedOnTheWay(world, needs);
  return [
    ...needs.flatMap((need) => stoppedNeed(world, need, loaded) ?? []),
    ...commands(world, needs),
    ...keyboards(world),
  ];
}

interface World {
  readonly facts: HostFacts;
  readonly rules: ModprobeRules;
  /** Paths of the chosen modules by name. */
  readonly paths: ReadonlyMap<string, string>;
}

function stoppedNeed(
  world: World,
  need: StorageNeed,
  loaded: ReadonlySet<string>,
): Stopped | undefined {
  const { what, required } = need;
  const found = whatStops(world, need, loaded);
  if (found === undefined) return undefined;
  const { name, by } = found;
  return {
    message: `${what} needs "${name}", which ${describeReason(by)} keeps from being loaded in the initrd`,
    hint: wayOut(by),
    isNeeded: required,
  };
}

interface Stop {
  readonly name: string;
  readonly by: Reason;
}

/** The first of what stops the modules of a need; undefined where one of them is loaded, built in, or none is in the image. */
function whatStops(world: World, need: StorageNeed, loaded: ReadonlySet<string>): Stop | undefined {
  const { builtin } = world.facts.kernel.modules;
  if (need.anyOf.some((name) => builtin.has(name) || loaded.has(name))) return undefined;
  const targets = need.request === null ? [] : world.rules.targetsOf(need.request);
  const [redirected] = targets;
  const candidates =
    redirected === undefined
      ? need.anyOf.filter((name) => world.paths.has(name))
      : targets
          .map(({ module }) => module)
          .filter((name) => world.paths.has(name) || builtin.has(name));
  if (redirected !== undefined && candidates.length === 0) {
    return { name: need.anyOf.find((name) => world.paths.has(name)) ?? '', by: redirected.from };
  }
  const stops = candidates.map((name) => {
    const refusal = refusalWithNeeds(world, name);
    const by = refusal ?? (isAskedByName(name) ? undefined : world.rules.blacklistOf(name));
    return by === undefined ? undefined : { name, by };
  });
  return stops.includes(undefined) ? undefined : stops[0];
}

/** The line that forbids a module or one that it cannot do without. */
function refusalWithNeeds({ facts, rules, paths }: World, name: string): Reason | undefined {
  const { modules } = facts.kernel;
  const below = modules.paths.get(paths.get(name) ?? '')?.dependencies ?? [];
  const names = [name, ...below.flatMap((path) => modules.paths.get(path)?.name ?? [])];
  return names.map(rules.refusalOf).find((line) => line !== undefined);
}

// The kernel asks for targets of device-mapper as dm-NAME, which is their name; a blacklist counts for aliases alone there.
function isAskedByName(name: string): boolean {
  return name.startsWith('dm_') && name !== 'dm_mod';
}

/** What comes along with the modules that nothing stops: a blacklist does not count for what another module needs. */
function loadedOnTheWay(world: World, needs: readonly StorageNeed[]): ReadonlySet<string> {
  const { modules } = world.facts.kernel;
  const loaded = new Set<string>();
  const visit = (name: string): void => {
    const path = world.paths.get(name);
    if (path === undefined || loaded.has(name) || refusalWithNeeds(world, name) !== undefined)
      return;
    loaded.add(name);
    for (const below of modules.paths.get(path)?.dependencies ?? []) {
      visit(modules.paths.get(below)?.name ?? '');
    }
    for (const word of modules.softdeps.get(name) ?? []) visit(word);
    for (const [word] of world.rules.softdepsOf(name)) visit(word);
  };
  for (const need of needs) {
    if (whatStops(world, need, new Set()) !== undefined) continue;
    for (const name of need.anyOf) {
      if (isAskedByName(name) || world.rules.blacklistOf(name) === undefined) visit(name);
    }
  }
  return loaded;
}

function commands({ rules, paths }: World, needs: readonly StorageNeed[]): readonly Stopped[] {
  const found = new Map<string, Stopped>();
  for (const { what, anyOf } of needs) {
    for (const name of anyOf.filter((each) => paths.has(each))) {
      const by = rules.commandOf(name);
      if (by === undefined || found.has(name)) continue;
      found.set(name, {
        message:
          `${what} needs "${name}", which ${describeReason(by)} loads by a command of its own: in the initrd it runs too, ` +
          'and what it calls has to be there',
        hint: wayOut(by),
        isNeeded: false,
      });
    }
  }
  return [...found.values()];
}

/** Keyboards that work on the host, where somebody may have to type a passphrase. */
function keyboards(world: World): readonly Stopped[] {
  const { facts, rules, paths } = world;
  const { modules } = facts.kernel;
  if (facts.crypttab.length === 0) return [];
  const inUse = facts.loadedModules.filter((name) => ofKeyboards.test(paths.get(name) ?? ''));
  const needed = new Set(
    inUse.flatMap((name) => modules.paths.get(paths.get(name) ?? '')?.dependencies ?? []),
  );
  return inUse.flatMap((name) => {
    const refusal = refusalWithNeeds(world, name);
    const by = refusal ?? (needed.has(paths.get(name) ?? '') ? undefined : rules.blacklistOf(name));
    if (by === undefined) return [];
    return [
      {
        message: `"${name}" may drive the keyboard, and ${describeReason(by)} keeps it from being loaded in the initrd: a passphrase may not be typed`,
        hint: wayOut(by),
        isNeeded: false,
      },
    ];
  });
}

const ofKeyboards = /\/drivers\/(?:hid|input\/keyboard|input\/serio|usb\/host)\//;

function wayOut(by: Reason): string {
  if (by.type === 'host line' && by.at.type === 'file') {
    return `Take the line out, or keep the file out of the initrd with "HostFiles=-${by.at.file}"`;
  }
  return by.type === 'kernel option'
    ? `Take "${by.option}" off the kernel's command line`
    : 'Take the line out';
}
