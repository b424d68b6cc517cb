import type { Sys } from '../../src/model/sys.ts';

class PowerCut extends Error {}

/**
 * A machine that loses its power after so many effects: the next one does not happen, nor does any later. The effects are those that are
 * whole by themselves, in one rename; what is done between two of them is another file's.
 */
export function dyingAfter(sys: Sys, effects: number): Sys {
  let left = effects;
  const spend = (): void => {
    if (left === 0) throw new PowerCut();
    left -= 1;
  };
  return {
    ...sys,
    root: (directory) => ({
      ...sys.root(directory),
      remove: (path) => {
        spend();
        sys.root(directory).remove(path);
      },
    }),
    writeAtomically: (...args) => {
      spend();
      return sys.writeAtomically(...args);
    },
    duplicate: (...args) => {
      spend();
      sys.duplicate(...args);
    },
  };
}

/** Runs `work` with the power cut after 0, 1, 2 … effects, on a fresh machine each, until it comes through; says how often it did not. */
export async function cutAnywhere<Machine>(
  fresh: () => Machine | Promise<Machine>,
  work: (machine: Machine, effects: number) => Promise<void>,
  look: (machine: Machine, effects: number) => void,
): Promise<number> {
  for (let effects = 0; ; effects += 1) {
    const machine = await fresh();
    let isThrough = true;
    try {
      await work(machine, effects);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      isThrough = false;
    }
    look(machine, effects);
    if (isThrough) return effects;
  }
}
