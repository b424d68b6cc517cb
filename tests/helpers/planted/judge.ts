import { verifyImage } from '../../../src/verify/verify.ts';
import { plantFault, type Fault } from './faults.ts';
import { writeFiles, type Files } from './image-files.ts';

/** Gives the errors of verify for an image that was made of `good`; none where it would let the image pass. */
export type Judge = (files: Files) => Promise<readonly string[]>;

export function judgeOf(good: Files, kernelVersion: string): Judge {
  const directory = `usr/lib/modules/${kernelVersion}/`;
  const modules = [...good.keys()]
    .filter((path) => path.startsWith(directory) && /\.ko(?:\.\w+)?$/.test(path))
    .map((path) => path.slice(directory.length));
  const rootNeeds = [{ what: 'file system ext4 of /', anyOf: ['ext4'], strict: true }];
  return async (files) => {
    const { findings } = await verifyImage({
      image: writeFiles(files),
      decompress: () => {
        throw new Error('A plain archive has nothing to unpack');
      },
      expect: { kernelVersion, modules, rootNeeds },
      owners: new Map(),
    });
    return findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  };
}

export interface Refused {
  readonly fault: Fault;
  readonly error: string;
}

/**
 * Those of the faults for which an image is refused, in no order. `suspects` are paths that were refused with another fault: the
 * rest is judged at once, and halved where that is refused.
 */
export async function refusedOf(
  judge: Judge,
  good: Files,
  faults: readonly Fault[],
  suspects: ReadonlySet<string>,
): Promise<readonly Refused[]> {
  const refused: Refused[] = [];
  const pending = faults.filter(({ path }) => suspects.has(path)).map((fault) => [fault]);
  pending.push(faults.filter(({ path }) => !suspects.has(path)));
  for (let group = pending.pop(); group !== undefined; group = pending.pop()) {
    const [fault] = group;
    if (fault === undefined) continue;
    const [error] = await judge(group.reduce(plantFault, good));
    if (error === undefined) continue;
    const middle = Math.ceil(group.length / 2);
    if (group.length === 1) refused.push({ fault, error });
    else pending.push(group.slice(0, middle), group.slice(middle));
  }
  return refused;
}
