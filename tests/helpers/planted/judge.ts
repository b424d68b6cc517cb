import { verifyImage } from '../../../src/verify/verify.ts';
import { writeFiles, type Files } from './image-files.ts';

/** Gives the errors of verify for an image that was made of `good`; none where it would let the image pass. */
export function judgeOf(
  good: Files,
  kernelVersion: string,
): (files: Files) => Promise<readonly string[]> {
  const directory = `usr/lib/modules/${kernelVersion}/`;
  const modules = [...good.keys()]
    .filter((path) => path.startsWith(directory) && /\.ko(?:\.\w+)?$/.test(path))
    .map((path) => path.slice(directory.length));
  const rootNeeds = [{ what: 'file system ext4 of /', anyOf: ['ext4'], strict: true }];
  return async (files) => {
    const { findings } = await verifyImage({
      image: [writeFiles(files)],
      decompress: () => {
        throw new Error('A plain archive has nothing to unpack');
      },
      expect: { kernelVersion, modules, rootNeeds },
      owners: new Map(),
    });
    return findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
  };
}
