/** Milliseconds of the processor that `work` takes: on a machine with other work the clock runs many times as long. */
export function processorTime(work: () => unknown): number {
  const began = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(began);
  return Math.round((user + system) / 1000);
}
