import type { HostFacts, ModuleIndex, ModuleInfo } from '../model/facts.ts';

/**
 * The facts with the soft and weak dependencies that modules name themselves and kmod's indexes lack: kmod before 33
 * writes no modules.weakdep, and a tree may have the binary indexes only. undefined where nothing is new.
 */
export function learnDependencies(
  facts: HostFacts,
  infos: ReadonlyMap<string, ModuleInfo>,
): HostFacts | undefined {
  const index = facts.kernel.modules;
  const softdeps = new Map(index.softdeps);
  const weakdeps = new Map(index.weakdeps);
  let learned = false;
  for (const [path, info] of infos) {
    const name = index.paths.get(path)?.name;
    if (name === undefined) continue;
    const soft = learn(softdeps, name, info.softdeps);
    const weak = learn(weakdeps, name, info.weakdeps);
    learned ||= soft || weak;
  }
  if (!learned) return undefined;
  const modules: ModuleIndex = { ...index, softdeps, weakdeps };
  return { ...facts, kernel: { ...facts.kernel, modules } };
}

function learn(
  known: Map<string, readonly string[]>,
  name: string,
  words: readonly string[],
): boolean {
  const all = known.get(name) ?? [];
  const fresh = words.filter((word) => !all.includes(word));
  if (fresh.length === 0) return false;
  known.set(name, [...all, ...fresh]);
  return true;
}
