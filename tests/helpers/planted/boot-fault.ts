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
}

/** In words, `boots` where the root was reached. The same fault in the same image is booted once. */
export async function bootFault(guest: Guest, files: Files, fault: Fault): Promise<string> {
  mkdirSync(guest.directory, { recursive: true });
  const name = `${fault.path} ${fault.kind}`.replaceAll('/', '!');
  const verdict = join(guest.directory, name);
  if (existsSync(verdict)) return readFileSync(verdict, 'utf8');
  const initrd = join(guest.directory, `${name}.initrd`);
  writeFileSync(initrd, writeFiles(plantFault(files, fault)));
  try {
    const booted = await boot({
      kernel: guest.kernel,
      initrd,
      commandLine: guest.commandLine,
      disks: [guest.disk],
      until: new RegExp(`${rootReached.source}|${failure.source}`, 'm'),
      timeout: 180_000,
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

const failure =
  /You are in emergency mode|root account is locked|Freezing execution|Cannot open access to console/;
