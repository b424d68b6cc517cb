import { forThisHost } from '../cli/for-this-host.ts';
import { compareVersions } from '../formats/version-compare.ts';
import { BuildError, UsageError } from '../model/errors.ts';
import type { RescuePlace } from '../model/boot-entry.ts';
import type { BuildInvocation, ImageRequest, RescueInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { removeRescue, rescueKernel } from '../place/rescue-files.ts';
import { rescuePlace } from '../place/rescue-place.ts';
import { build } from './build.ts';
import { isInstalled } from './installed.ts';
import { locked } from './locked.ts';
import { ownSettings } from './own-settings.ts';
import type { Answer, Surroundings } from './verb.ts';

/**
 * What our hooks and plugins run when a kernel's own image is in its place: the rescue image is made or renewed, or taken away. None
 * that cannot be made is a reason for a kernel's installation to fail.
 */
export async function rescue(
  sys: Sys,
  invocation: RescueInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const { kernelVersion, menu } = invocation;
  const isWanted = ownSettings(sys, surroundings).rescue;
  const place = rescuePlace(sys, kernelVersion, menu);
  if (place === undefined) {
    const why = 'this boot loader has no menu that pkginitrd could put it into';
    return said(isWanted ? [`Warning: Rescue=yes has no effect here: ${why}`] : []);
  }
  return locked(sys, place.directory, surroundings.tell, async () => {
    const kept = rescueKernel(sys, place.directory, place.text);
    if (!isWanted) {
      await removeRescue(sys, place);
      return said(
        kept === undefined ? [] : [`Removed the rescue image of ${kept}: Rescue=no is set`],
      );
    }
    if (kept !== undefined && isInstalled(sys, kept) && compareVersions(kept, kernelVersion) > 0) {
      return said([]);
    }
    try {
      return await build(sys, asBuild(invocation, place), surroundings);
    } catch (error) {
      if (!(error instanceof BuildError || error instanceof UsageError)) throw error;
      const end =
        kept === undefined ? 'there is no rescue image' : `the rescue image stays that of ${kept}`;
      const hint = error.hint === undefined ? [] : [error.hint];
      return said([`Warning: ${error.message}; ${end}`, ...hint]);
    }
  });
}

/** An image for any machine: nothing of this host's own goes in, no key either. */
export function rescueRequest(version: string): ImageRequest {
  return { ...forThisHost(version), generic: true, profiles: ['rescue'] };
}

function asBuild(
  { kernelVersion, kernelImage }: RescueInvocation,
  place: RescuePlace,
): BuildInvocation {
  return {
    type: 'build',
    request: rescueRequest(kernelVersion),
    kernelImage: undefined,
    destination: {
      type: 'rescue',
      directory: place.directory,
      name: `initrd-${kernelVersion}`,
      ...{ kernelImage, place },
    },
    verbose: false,
    quiet: false,
    format: 'text',
    debug: false,
  };
}

function said(sentences: readonly string[]): Answer {
  return { result: '', remarks: sentences.map((sentence) => `pkginitrd: ${sentence}`) };
}
