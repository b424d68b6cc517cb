import type { Step } from '../model/receipt.ts';
import type { Sys } from '../model/sys.ts';

/** Names the steps of a build as they begin and times them, for the report. */
export interface Stopwatch {
  take<T>(name: string, sentence: string, work: () => Promise<T>): Promise<T>;
  taken(): readonly Step[];
}

export function stopwatch(sys: Sys, progress: (sentence: string) => void): Stopwatch {
  const steps: Step[] = [];
  return {
    take: async (name, sentence, work) => {
      progress(sentence);
      const start = sys.now();
      const result = await work();
      steps.push({ name, milliseconds: Math.round(sys.now() - start) });
      return result;
    },
    taken: () => steps,
  };
}
