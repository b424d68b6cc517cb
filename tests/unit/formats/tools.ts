import { spawnSync } from 'node:child_process';
import { skipFor } from '../../helpers/need.ts';

/** For `skip`: a reason where the program is not on this machine, else false. In CI it fails. */
export function without(program: string): string | false {
  const found = spawnSync('sh', ['-c', `command -v ${program}`], {
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  return found.status === 0 ? false : skipFor(`${program} is not installed`);
}

/** Runs a program, gives its stdout, fails loudly. */
export function output(argv: readonly [string, ...string[]], input?: Uint8Array | string): Buffer {
  const [program, ...args] = argv;
  const ran = spawnSync(program, args, {
    input,
    maxBuffer: 1 << 30,
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LC_ALL: 'C.UTF-8',
    },
  });
  if (ran.status === 0) return ran.stdout;
  throw new Error(`${argv.join(' ')}: ${ran.status ?? ran.signal} ${ran.stderr.toString()}`);
}
