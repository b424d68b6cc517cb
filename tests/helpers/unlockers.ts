// What opens a guest's disks in place of a person. Its memory lies in a directory, and lasts from one guest to the next.
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, runOk, start } from './run.ts';

/** A TPM, or a server of Tang, which the guest reaches at http://10.0.2.100. */
export type UnlockerKind = 'tpm2' | 'tang';

export interface Unlocker {
  /** Options of QEMU. */
  readonly options: readonly string[];
  /** For one guest. */
  start(): Promise<void>;
  stop(): void;
}

export function makeUnlocker(kind: UnlockerKind, directory: string): Unlocker {
  mkdirSync(directory, { recursive: true });
  return kinds[kind](directory);
}

const kinds = {
  tpm2: (directory) => {
    const socket = join(directory, 'socket');
    const argv = [
      ...['swtpm', 'socket', '--tpm2', '--terminate', '--tpmstate', `dir=${directory}`],
      ...['--ctrl', `type=unixio,path=${socket}`],
    ];
    let pid: number | undefined;
    return {
      options: [
        ...['-chardev', `socket,id=tpm,path=${socket}`, '-tpmdev', 'emulator,id=tpm,chardev=tpm'],
        ...['-device', 'tpm-crb,tpmdev=tpm'],
      ],
      start: async () => {
        rmSync(socket, { force: true });
        const running = start(argv, { timeout: 3_600_000 });
        ({ pid } = running);
        // One that did not start is seen by its guest.
        running.done.catch(() => undefined);
        for (let tries = 0; !existsSync(socket); tries++) {
          if (tries > 300) throw new Error(`swtpm does not start: ${running.stderr()}`);
          await sleep(100);
        }
      },
      stop: () => {
        if (pid !== undefined) killGroup(pid);
        pid = undefined;
      },
    };
  },
  // QEMU runs it for each connection, as inetd would, and takes what it complains of for an answer, too.
  tang: (directory) => ({
    options: [
      '-netdev',
      `user,id=tang,guestfwd=tcp:10.0.2.100:80-cmd:sh -c "exec /usr/libexec/tangd ${directory} 2>/dev/null"`,
      ...['-device', 'virtio-net-pci,netdev=tang'],
    ],
    start: async () => {
      if (readdirSync(directory).length === 0)
        await runOk(['/usr/libexec/tangd-keygen', directory]);
    },
    stop: () => undefined,
  }),
} as const satisfies Record<UnlockerKind, (directory: string) => Unlocker>;
