import { posix } from 'node:path';

/** Reads a file of the machine as text; undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

/**
 * Bytes that may still be taken without anything being pushed out but copies of files: of the machine, and in each control
 * group that this process is in (proc_meminfo(5), cgroups(7)). 0 where the machine does not tell.
 */
export function availableMemory(read: ReadText): number {
  const machine = /^MemAvailable:\s+(\d+) kB$/m.exec(read('/proc/meminfo') ?? '')?.[1];
  return Math.min(Number(machine ?? 0) * 1024, ...groupsOf(read).flatMap((at) => left(read, at)));
}

interface Group {
  readonly directory: string;
  /** Names of its files. */
  readonly limits: readonly string[];
  readonly used: string;
  /** The field of memory.stat for copies of files that nobody has used for a while. */
  readonly reclaimable: string;
}

/**
 * Those of /proc/self/cgroup and all above: a limit counts for what is below. A container sees its own group as the first
 * of all, whatever the path of it says.
 */
function groupsOf(read: ReadText): readonly Group[] {
  return (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (controllers === '') return above(path).map((at) => ({ ...unified, directory: at }));
    if (!controllers.split(',').includes('memory')) return [];
    return above(path).map((at) => ({ ...legacy, directory: `/memory${at}` }));
  });
}

const unified = {
  limits: ['memory.max', 'memory.high'],
  used: 'memory.current',
  reclaimable: 'inactive_file',
};

const legacy = {
  limits: ['memory.limit_in_bytes'],
  used: 'memory.usage_in_bytes',
  reclaimable: 'total_inactive_file',
};

function above(path: string): readonly string[] {
  const found: string[] = [];
  for (let at = path; at !== '/'; at = posix.dirname(at)) found.push(at);
  return [...found, ''];
}

/** One for each limit that is set. */
function left(read: ReadText, { directory, limits, used, reclaimable }: Group): readonly number[] {
  const file = (name: string): string | undefined => read(`/sys/fs/cgroup${directory}/${name}`);
  const taken = Number(file(used) ?? 0);
  const stat = new RegExp(`^${reclaimable} (\\d+)$`, 'm').exec(file('memory.stat') ?? '')?.[1];
  return limits
    .map((name) => Number.parseInt(file(name) ?? '', 10))
    .filter((limit) => !Number.isNaN(limit))
    .map((limit) => limit - taken + Number(stat ?? 0));
}
