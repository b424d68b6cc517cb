import { readFileSync } from 'node:fs';
import type { Entry } from '../../../src/model/image.ts';
import { busybox } from '../busybox.ts';
import type { Files } from './image-files.ts';

/** Words of the command line by which the kernel starts the clock, which goes on to /init. */
export const clockWords = 'rdinit=/.clock/start';

/** The console's line when the guest's time is over. */
export const timeIsOver = /^GUEST-TIME-IS-OVER$/m;

/**
 * The image with a program that ends the guest after so many seconds of the guest's own time: what waits for something that
 * never comes says nothing, and how long that takes outside depends on what else the machine does.
 */
export function withClock(files: Files, seconds: number): Files {
  const common = { uid: 0, gid: 0, mtime: 0, mode: 0o755 };
  const file = (path: string, bytes: Uint8Array): readonly [string, Entry] => [
    path,
    { ...common, path, type: 'file', content: { type: 'bytes', bytes } },
  ];
  return new Map<string, Entry>([
    ...files,
    ['.clock', { ...common, path: '.clock', type: 'directory' }],
    file('.clock/busybox', readFileSync(busybox())),
    file('.clock/start', Buffer.from(startScript(seconds))),
  ]);
}

function startScript(seconds: number): string {
  return `#!/.clock/busybox sh
(
  /.clock/busybox sleep ${seconds}
  echo
  echo GUEST-TIME-IS-OVER
  /.clock/busybox poweroff -f
) &
exec /init
`;
}
