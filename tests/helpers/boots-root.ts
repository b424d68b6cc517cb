import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { rootDisk, rootReached } from './disk.ts';
import { builtImage } from './image.ts';
import { type Kernel, machineKernel } from './kernel.ts';
import { isRoot, need } from './need.ts';
import { bundle } from './paths.ts';
import { type Booted, boot, unpackErrors } from './qemu.ts';
import { scratch } from './scratch.ts';

export interface Root {
  readonly label: string;
  readonly uuid: string;
  /** The value of `root=`. */
  readonly root: string;
  /** More words of the kernel's command line. */
  readonly words?: string;
}

/** Boots the shared image on a disk of its own and proves that the root was reached. */
export async function bootsRoot(t: TestContext, root: Root): Promise<Booted | undefined> {
  const pair = await bootable(t);
  if (pair === undefined) return undefined;
  const disk = await rootDisk({ directory: scratch(t), label: root.label, uuid: root.uuid });
  const commandLine = `root=${root.root} rw ${root.words ?? ''}`;
  const booted = await boot({ ...pair, commandLine, disks: [disk], until: rootReached });
  provesRoot(booted);
  return booted;
}

/** Fails with the console's own words where the root was not reached or the initrd was damaged. */
export function provesRoot(booted: Booted): void {
  assert.deepEqual(unpackErrors(booted.transcript), []);
  assert.equal(booted.end, 'reached', booted.transcript);
}

export interface Bootable {
  readonly kernel: string;
  readonly initrd: string;
}

/** The machine's kernel and the shared image for it; undefined where the test has to be skipped. */
export async function bootable(t: TestContext): Promise<Bootable | undefined> {
  const kernel = buildable(t);
  if (kernel === undefined) return undefined;
  return { kernel: kernel.image, initrd: await builtImage(kernel) };
}

/** The kernel that an image can be built for here; undefined where the test has to be skipped. */
export function buildable(t: TestContext): Kernel | undefined {
  const kernel = machineKernel();
  if (!need(t, isRoot(), 'needs root to build an initrd')) return undefined;
  if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return undefined;
  if (!need(t, kernel !== undefined, 'no kernel: run tests/helpers/setup.sh')) return undefined;
  return kernel;
}
