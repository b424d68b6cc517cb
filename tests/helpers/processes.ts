import { readFileSync, readdirSync } from 'node:fs';

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** With the pid, this names a process for good. */
  readonly started: string;
  /** The program's name, cut to 15 bytes by the kernel. */
  readonly name: string;
}

/** Children, their children, and what shares their session. */
export function family(pid: number): readonly Process[] {
  const all = processes();
  const members = new Set([pid]);
  for (let before = 0; before !== members.size;) {
    before = members.size;
    for (const each of all) {
      if (members.has(each.parent) || each.session === pid) members.add(each.pid);
    }
  }
  return all.filter((each) => each.pid !== pid && members.has(each.pid));
}

export function isAlive({ pid, started }: Process): boolean {
  return processAt(pid)?.started === started;
}

/** Every process of the machine, in whatever PID namespace. */
function processes(): readonly Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const found = processAt(Number(name));
      return found === undefined ? [] : [found];
    });
}

function processAt(pid: number): Process | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // Ended since it was listed.
    return undefined;
  }
  const open = stat.indexOf('(');
  const close = stat.lastIndexOf(')');
  const fields = stat.slice(close + 2).split(' ');
  // A zombie only waits for its parent to look.
  if (fields[0] === 'Z') return undefined;
  return {
    pid,
    parent: Number(fields[1]),
    session: Number(fields[3]),
    started: fields[19] ?? '',
    name: stat.slice(open + 1, close),
  };
}
