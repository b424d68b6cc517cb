// An image with one file of any size in it, which is never in memory as a whole.
import { dataPadding, encodeHead } from '../../../src/formats/newc.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import type { VerifyReport } from '../../../src/verify/report.ts';
import { verifyImage } from '../../../src/verify/verify.ts';
import { cpio, encode, goodImage, put, VERSION, type Image } from './build-image.ts';

/** Verifies a good image that has a file which starts and ends with certain bytes, zeros between them. */
export async function verifyLarge(
  path: string,
  size: number,
  { first = Buffer.alloc(0), last = Buffer.alloc(0) }: { first?: Buffer; last?: Buffer },
  change: (image: Image) => void = () => {},
): Promise<VerifyReport> {
  const image = goodImage();
  change(image);
  const directories: Image['base'] = new Map();
  put(directories, {
    ...common,
    path,
    type: 'file',
    content: { type: 'bytes', bytes: Buffer.alloc(0) },
  });
  directories.delete(path);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const tree of [image.microcode, image.base, image.kernel, image.host]) yield cpio(tree);
    for (const entry of directories.values()) yield* encode(entry);
    yield encodeHead(
      { ...common, path, type: 'file', content: { type: 'file', source: absolutePath('/'), size } },
      9,
    );
    yield first;
    for (let left = size - first.length - last.length; left > 0; left -= piece) {
      yield Buffer.alloc(Math.min(left, piece));
    }
    yield last;
    yield dataPadding(size);
    yield cpio(new Map());
  }
  return await verifyImage({
    image: chunks(),
    decompress: () => {
      throw new Error('Nothing here is compressed by a program');
    },
    expect: { kernelVersion: VERSION, modules: ['kernel/ahci.ko', 'kernel/libata.ko.xz'] },
    owners: new Map(),
  });
}

const piece = 1 << 18;
const common = { mode: 0o755, uid: 0, gid: 0, mtime: 0 };
