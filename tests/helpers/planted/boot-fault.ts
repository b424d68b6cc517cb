import { createHash } from 'node:crypto';
import { mkdirSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootReached } from '../disk.ts';
import { boot } from '../qemu.ts';
import { plantFault, type Fault } from './faults.ts';
import { writeFiles, type Files } from './image-files.ts';

export interface Guest {
  readonly kernel: string;
  readonly disk: string;
  readonly commandLine: string;
  /** Keeps the images while they boot, and what came of them. */
  readonly directory: string;
  /** Milliseconds that one may take that does not come to an end; 500 seconds by default. */
  readonly timeout?: number;
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
  writeFileSync(initrd, writeFiles(faults.reduce(plantFault, files)));
  try {
    const booted = await boot({
      kernel: guest.kernel,
      initrd,
      // A guest whose host is busy finds its root after minutes, and its emulated timer would end it.
      commandLine: `${guest.commandLine} rootflags=x-systemd.device-timeout=300 no_timer_check`,
      disks: [guest.disk],
      until: new RegExp(`${rootReached.source}|${failure.source}`, 'm'),
      timeout: guest.timeout ?? 500_000,
    });
    const reached = rootReached.test(booted.transcript);
    const sign = failure.exec(booted.transcript)?.[0];
    const result = reached ? 'boots' : (sign ?? booted.end);
    writeFileSync(verdict, result);
    writeFileSync(`${verdict}.console`, booted.transcript);
    return result;
  } finally {
    rmSync(initrd);
  }
}

function nameOf(faults: readonly Fault[]): string {
  const names = faults.map(({ path, kind }) => `${path} ${kind}`);
  if (names.length === 1) return names.join('').replaceAll('/', '!');
  return createHash('sha256').update(names.join('\n')).digest('hex');
}

const failure =
  /You are in emergency mode|root account is locked|Freezing execution|Cannot open access to console/;
