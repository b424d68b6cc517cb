import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildable } from '../helpers/boots-root.ts';
import { buildCommand, builtImage, digestOf } from '../helpers/image.ts';
import { type Process, family, isAlive } from '../helpers/processes.ts';
import { type Running, explain, plainEnvironment, start } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

/** Programs that install or unpack packages, on whatever distribution. */
const packageManagers = /^(?:apt-get|dpkg|dpkg-deb|dnf|dnf5|rpm|zypper|pacman)$/;

test('SIGTERM leaves the earlier image and nothing else', { timeout: 900_000 }, async (t) => {
  await leavesNothing(t, 143, ({ build }) => build.signal('SIGTERM'));
});

test('SIGINT leaves the earlier image and nothing else', { timeout: 900_000 }, async (t) => {
  await leavesNothing(t, 130, ({ build }) => build.signal('SIGINT'));
});

test('a killed package manager fails the build', { timeout: 900_000 }, async (t) => {
  await leavesNothing(t, 1, ({ manager }) => process.kill(manager.pid, 'SIGKILL'));
});

interface Victim {
  readonly build: Running;
  readonly manager: Process;
}

async function leavesNothing(
  t: TestContext,
  code: number,
  cut: (victim: Victim) => void,
): Promise<void> {
  const kernel = buildable(t);
  if (kernel === undefined) return;
  const directory = scratch(t);
  const [output, temporary] = [join(directory, 'output'), join(directory, 'tmp')];
  mkdirSync(output);
  mkdirSync(temporary);
  copyFileSync(await builtImage(kernel), join(output, 'initrd'));
  const argv = buildCommand(kernel, output);
  const env = { ...plainEnvironment, TMPDIR: temporary };
  const mounts = readFileSync('/proc/self/mounts', 'utf8');
  const before = digestOf([output]);

  const build = start(argv, { env });
  const manager = await firstManager(build.pid);
  if (manager === undefined) assert.fail(explain(argv, await build.done));
  const relatives = family(build.pid);
  cut({ build, manager });
  const ran = await build.done;

  assert.equal(ran.code, code, explain(argv, ran));
  assert.equal(digestOf([output]), before, `${output} has changed`);
  assert.deepEqual(readdirSync(temporary), []);
  assert.equal(readFileSync('/proc/self/mounts', 'utf8'), mounts);
  await sleep(500);
  assert.deepEqual(relatives.filter(isAlive), []);
  assert.deepEqual(family(build.pid), []);

  const again = await start(argv, { env }).done;
  assert.equal(again.code, 0, explain(argv, again));
  assert.deepEqual(readdirSync(temporary), []);
}

async function firstManager(pid: number): Promise<Process | undefined> {
  for (;;) {
    const manager = family(pid).find(({ name }) => packageManagers.test(name));
    // One that only answers a question may have ended before it is cut off.
    await sleep(50);
    if (manager !== undefined && family(pid).some((each) => each.pid === manager.pid)) {
      return manager;
    }
    if (!isRunning(pid)) return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
