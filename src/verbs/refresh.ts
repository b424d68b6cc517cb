import { printRefreshed } from '../cli/print-refresh.ts';
import { absolutePath } from '../model/brands.ts';
import type { Difference } from '../model/difference.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { RefreshInvocation } from '../model/invocation.ts';
import type { Refreshed } from '../model/refresh.ts';
import type { Command, Sys } from '../model/sys.ts';
import { rebuildCommand } from '../place/rebuild-command.ts';
import { isInstalled } from './installed.ts';
import { ownSettings } from './own-settings.ts';
import { rememberedImages, type Remembered } from './placed-images.ts';
import { comparer } from './status.ts';
import { noteTried, wasTried } from './tried-rescue.ts';
import type { Answer, Surroundings } from './verb.ts';

/** `pkginitrd refresh`: builds the images of installed kernels anew that a build would change. */
export async function refresh(
  sys: Sys,
  _: RefreshInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const { user, tell } = surroundings;
  if (user !== 0) {
    throw new UsageError(`Cannot refresh as user ${user}: building needs root`, 'Run it with sudo');
  }
  // Somebody has asked for them, whatever has changed.
  const failed = await buildWaiting(sys, tell);
  if (!ownSettings(sys, surroundings).refresh) {
    const remarks = ['pkginitrd: Nothing else is built anew: Refresh=no is set'];
    return { result: '', remarks, ...failure(failed) };
  }
  let look = comparer(sys, surroundings);
  for (const image of rememberedImages(sys).filter((each) => isRefreshed(sys, each))) {
    // The rescue image is renewed with the one of its kernel, under another name.
    if (sys.root(absolutePath('/')).lstat(image.placed.image) === undefined) continue;
    const differences = await look(image);
    if (differences.length === 0) continue;
    const done = await renew(sys, surroundings, image, differences);
    // Builds take long enough for the machine to change.
    look = comparer(sys, surroundings);
    if (done.end.type === 'failed') failed.push(done.image);
    tell(printRefreshed(done));
  }
  return { result: '', remarks: [], ...failure(failed) };
}

function failure(failed: readonly string[]): Pick<Answer, 'failure'> {
  if (failed.length === 0) return {};
  return {
    failure: new BuildError(`Cannot build anew: ${failed.join(', ')}`, {
      hint: 'The old images stay; "pkginitrd status" says what a build comes to',
    }),
  };
}

// One file for each kernel that came while the program could not run, or that our package found when it was installed.
const waiting = '/var/lib/pkginitrd/waiting';

/** Returns the kernels whose image cannot be built now either. */
async function buildWaiting(sys: Sys, tell: (sentence: string) => void): Promise<string[]> {
  const machine = sys.root(absolutePath('/'));
  const failed: string[] = [];
  for (const version of machine.list(waiting)) {
    const command = isInstalled(sys, version) ? waitingCommand(sys, version) : undefined;
    try {
      if (command !== undefined) {
        tell(`pkginitrd: Building the initrd of ${version}, which was put off until now`);
        const { stderr } = await sys.run(command);
        if (stderr.trim() !== '') tell(stderr.trimEnd());
      }
      machine.remove(`${waiting}/${version}`);
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      failed.push(version);
      tell(
        `pkginitrd: The initrd of ${version} was put off, and cannot be built now: ${error.message}`,
      );
    }
  }
  return failed;
}

// A run of kernel-install that ended for want of Node.js has left its own name: what comes after us has not run either.
function waitingCommand(sys: Sys, version: string): Command | undefined {
  const left = sys.root(absolutePath('/')).readText(`${waiting}/${version}`)?.trim();
  return rebuildCommand(sys, version, left === 'kernel-install' ? 'kernel' : 'image');
}

/** One that a hook or kernel-install has asked for, of a kernel that is still there. */
function isRefreshed(sys: Sys, { placed }: Remembered): boolean {
  const { destination, plan } = placed;
  if (destination === undefined || destination === 'path') return false;
  return isInstalled(sys, plan.kernelVersion);
}

async function renew(
  sys: Sys,
  surroundings: Surroundings,
  remembered: Remembered,
  differences: readonly Difference[],
): Promise<Refreshed> {
  const { placed } = remembered;
  const { image, plan } = placed;
  const done = { image, differences };
  if (wasTried(sys, remembered, differences)) return { ...done, end: { type: 'tried' } };
  if (differences.every(({ type }) => type === 'image')) return { ...done, end: { type: 'left' } };
  // A staging area is kernel-install's.
  const scope = placed.destination === 'staging' ? 'kernel' : 'image';
  const command = rebuildCommand(sys, plan.kernelVersion, scope);
  if (command === undefined) {
    return { ...done, end: { type: 'failed', message: 'the kernel itself is not there' } };
  }
  try {
    const { stderr } = await sys.run(command);
    if (placed.destination !== 'rescue' || !(await isStillOld(sys, surroundings, remembered))) {
      return { ...done, end: { type: 'built' } };
    }
    await noteTried(sys, remembered, differences);
    return { ...done, end: { type: 'failed', message: warningsOf(stderr) } };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { ...done, end: { type: 'failed', message: error.message } };
  }
}

/** A rescue image that cannot be built is no failure of its kernel's run. A new one has another name. */
async function isStillOld(
  sys: Sys,
  surroundings: Surroundings,
  { placed: { image } }: Remembered,
): Promise<boolean> {
  const now = rememberedImages(sys).find(({ placed }) => placed.image === image);
  return now !== undefined && (await comparer(sys, surroundings)(now)).length > 0;
}

function warningsOf(stderr: string): string {
  const sentences = stderr.split('\n').flatMap((line) => /Warning: (.*)/.exec(line)?.[1] ?? []);
  return sentences.length > 0 ? sentences.join('; ') : stderr.trim() || 'nothing was said';
}
