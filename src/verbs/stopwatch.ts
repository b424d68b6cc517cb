import type { Report } from '../model/progress.ts';
import type { Step } from '../model/receipt.ts';
import type { Sys } from '../model/sys.ts';

/** Names the steps of a build as they begin and times them, for the report. */
export interface Stopwatch {
  take<T>(name: string, sentence: string, work: () => Promise<T>): Promise<T>;
  taken(): readonly Step[];
}

export function stopwatch(sys: Sys, report: Report): Stopwatch {
  const steps: Step[] = [];
  return {
    take: async (name, sentence, work) => {
      report({ type: 'step', name, sentence });
      const start = sys.now();
      const result = await work().catch((error: unknown) => {
        report({ type: 'failed', name });
        throw error;
      });
      const milliseconds = Math.round(sys.now() - start);
      steps.push({ name, milliseconds });
      report({ type: 'done', name, milliseconds });
      return result;
    },
    taken: () => steps,
  };
}
