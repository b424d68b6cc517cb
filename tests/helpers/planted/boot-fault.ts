import { createHash } from 'node:crypto';
import { mkdirSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootReached } from '../disk.ts';
import { boot } from '../qemu.ts';
import { clockWords, timeIsOver, withClock } from './clock.ts';
import { plantFault, type Fault } from './faults.ts';
import { writeFiles, type Files } from './image-files.ts';

export interface Guest {
  readonly kernel: string;
  readonly disk: string;
  readonly commandLine: string;
  /** Keeps the images while they boot, and what came of them. */
  readonly directory: string;
}

/** In words, `boots` where the root was reached with all of the faults. The same ones in the same image are booted once. */
export async function bootFaults(
  guest: Guest,
  files: Files,
  faults: readonly Fault[],
): Promise<string> {
  mkdirSync(guest.directory, { recursive: true });
  const name = nameOf(faults);
  const verdict = join(guest.directory, name);
  if (existsSync(verdict)) return readFileSync(verdict, 'utf8');
  const initrd = join(guest.directory, `${name}.initrd`);
  const planted = faults.reduce(plantFault, files);
  writeFileSync(initrd, Buffer.concat(writeFiles(withClock(planted, guestSeconds))));
  try {
    const { transcript, end } = await boot({
      kernel: guest.kernel,
      initrd,
      commandLine: `${guest.commandLine} ${clockWords}`,
      disks: [guest.disk],
      until: new RegExp(`${rootReached.source}|${failure.source}`, 'm'),
      // The guest's time is its work and what it sleeps: the verdict is the same on a busy machine.
      countsInstructions: true,
      timeout: 1_800_000,
    });
    writeFileSync(`${verdict}.console`, transcript);
    const result = rootReached.test(transcript) ? 'boots' : failure.exec(transcript)?.[0];
    // A guest that was ended from outside, or got no time to run, says nothing of its image.
    if (result === undefined) throw new Error(`No verdict on ${name}: ${end}, try once more`);
    writeFileSync(verdict, result);
    return result;
  } finally {
    rmSync(initrd);
  }
}

/** More than systemd waits for a device, and for a service to start and to stop; idle ones cost a fifth of a second's work each. */
const guestSeconds = 200;

function nameOf(faults: readonly Fault[]): string {
  const names = faults.map(({ path, kind }) => `${path} ${kind}`);
  if (names.length === 1) return names.join('').replaceAll('/', '!');
  return createHash('sha256').update(names.join('\n')).digest('hex');
}

const failure = new RegExp(
  [
    'You are in emergency mode|root account is locked|Cannot open access to console',
    'Dependency failed for initrd-root-fs|Failed to switch root',
    'Freezing execution|Attempted to kill init|Unable to mount root fs',
    timeIsOver.source,
  ].join('|'),
  'm',
);
