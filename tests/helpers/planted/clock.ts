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

// systemd kills all that is left before it changes to a root, even one that is not there, but for processes of this name.
function startScript(seconds: number): string {
  return `#!/.clock/busybox sh
me=/.clock/busybox
if [ "$1" = clock ]; then
  (exec -a "@$me" $me sleep ${seconds})
  echo
  echo GUEST-TIME-IS-OVER
  $me poweroff -f
fi
# What goes on in the background reads from here, and the kernel has mounted nothing yet.
$me mkdir -p /dev
$me mknod /dev/null c 1 3
(exec -a "@$me" $me sh "$0" clock) &
exec /init
`;
}
