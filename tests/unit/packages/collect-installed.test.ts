import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  collectInstalled,
  rebuildTar,
  writeRebuilt,
  type Shipped,
  type ShippedRecord,
} from '../../../src/packages/shared/rebuild.ts';
import type { TarEntry } from '../../../src/formats/tar.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');
type File = Extract<ShippedRecord, { type: 'file' }>;
type Any = Extract<ShippedRecord, { type: 'any' }>;

function content(text: string, rest: Partial<File> = {}): File {
  const digest = digestOf(text);
  return { type: 'file', digest, withoutDigest: 'refuse', defaults: undefined, ...rest };
}

function configuration(text: string): File {
  return content(text, { defaults: ['.rpmnew', '.pacnew'] });
}

function any(rest: Partial<Any> = {}): Any {
  return {
    ...{ digest: undefined, defaults: undefined },
    ...{ type: 'any', withoutDigest: 'take', ...rest },
  };
}

type Outcome = 'kept' | 'left out' | 'absent' | 'changed';

interface Case {
  readonly name: string;
  readonly host: Tree;
  readonly record: ShippedRecord;
  readonly isOptional?: true;
  readonly outcome: Outcome;
  /** Where its content is, if elsewhere. */
  readonly at?: string;
}

// prettier-ignore
const cases: readonly Case[] = [
  { name: 'what the database has as a whole', host: {}, record: { type: 'complete' }, outcome: 'kept' },
  { name: 'a file that is there', host: { a: 'x' }, record: content('x'), outcome: 'kept' },
  // Its content is checked while it is written.
  { name: 'a file with another content', host: { a: 'y' }, record: content('x'), outcome: 'kept' },
  { name: 'a file that is gone', host: {}, record: content('x'), outcome: 'changed' },
  { name: 'an optional file that is gone', host: {}, record: content('x'), isOptional: true, outcome: 'absent' },
  { name: 'a file that has become a link', host: { a: { link: 'b' }, b: 'x' }, record: content('x'), outcome: 'changed' },
  { name: 'a file that has become a directory', host: { a: null }, record: content('x'), outcome: 'changed' },
  { name: 'a link that is there', host: { a: { link: 'b' } }, record: { type: 'symlink', target: 'b' }, outcome: 'kept' },
  { name: 'a link to elsewhere', host: { a: { link: 'c' } }, record: { type: 'symlink', target: 'b' }, outcome: 'changed' },
  { name: 'a link that has become a file', host: { a: 'b' }, record: { type: 'symlink', target: 'b' }, outcome: 'changed' },
  { name: 'a link that is gone', host: {}, record: { type: 'symlink', target: 'b' }, outcome: 'changed' },
  { name: 'a file without a digest that is refused', host: { a: 'x' }, record: content('x', { digest: undefined }), outcome: 'changed' },
  { name: 'a file without a digest that is taken', host: { a: 'x' }, record: any(), outcome: 'kept' },
  { name: 'a file without a digest that is left out', host: { a: 'x' }, record: any({ withoutDigest: 'leave out' }), outcome: 'left out' },
  { name: 'a directory that may be anything', host: { a: null }, record: any({ withoutDigest: 'refuse' }), outcome: 'kept' },
  { name: 'configuration as it was shipped', host: { a: 'x' }, record: configuration('x'), outcome: 'kept' },
  { name: 'changed configuration', host: { a: 'y' }, record: configuration('x'), outcome: 'left out' },
  { name: 'changed configuration with its default beside it', host: { a: 'y', 'a.pacnew': 'x' }, record: configuration('x'), outcome: 'kept', at: 'a.pacnew' },
  { name: 'changed configuration with another default beside it', host: { a: 'y', 'a.rpmnew': 'z' }, record: configuration('x'), outcome: 'left out' },
  { name: 'configuration that is gone', host: {}, record: configuration('x'), outcome: 'left out' },
  { name: 'configuration with lines added', host: { a: 'xy' }, record: { ...configuration('x'), size: 1 }, outcome: 'kept' },
  { name: 'configuration that has become a link', host: { a: { link: 'b' }, b: 'x' }, record: configuration('x'), outcome: 'left out' },
  { name: 'configuration that dpkg keeps behind a link', host: { a: { link: 'b' }, b: 'x' }, record: any({ digest: digestOf('x'), defaults: [] }), outcome: 'kept' },
];

for (const { name, host, record, isOptional, outcome, at = 'a' } of cases) {
  test(`collectInstalled() takes ${name} for ${outcome}`, (t) => {
    const shipped: Shipped = { path: 'packed', at: 'a', isOptional: isOptional ?? false, record };
    const found = collectInstalled(rootFiles(plant(scratch(t), host)), [shipped], 'sha256');
    const got: Readonly<Record<Outcome, readonly unknown[]>> = {
      kept: found.kept.map((each) => each.shipped),
      'left out': found.leftOut,
      absent: found.absent,
      // Messages name the path that the package has.
      changed: found.changed.map((path) => (path === 'packed' ? shipped : path)),
    };
    const expected = { kept: [], 'left out': [], absent: [], changed: [], [outcome]: [shipped] };
    assert.deepEqual(got, expected);
    const [kept] = found.kept;
    if (kept?.source !== undefined) assert.equal(kept.source.at, at);
  });
}

test('writeRebuilt() leaves nothing of an archive whose files are not what the database says', (t) => {
  const root = scratch(t);
  const files = rootFiles(plant(root, { good: 'x', bad: 'y', long: 'xx' }));
  const sys = makeSys({ searchPath: '/bin' });
  const write = (name: string) => {
    const owner = { uid: 0, gid: 0, owner: '', group: '' };
    const tar: TarEntry = { type: 'file', path: name, size: 1, mode: 0o644, mtime: 0, ...owner };
    const data = rebuildTar(
      sys,
      files,
      [{ tar, content: { at: name, digest: digestOf('x') } }],
      'sha256',
    );
    const rebuilt = writeRebuilt(files, 'archive', data.chunks, data, []);
    return { rebuilt, size: data.size };
  };
  for (const name of ['bad', 'long']) {
    assert.deepEqual(write(name).rebuilt, { type: 'changed', files: [name] });
    assert.equal(files.lstat('archive'), undefined);
  }
  const { rebuilt, size } = write('good');
  assert.deepEqual(rebuilt, { type: 'rebuilt', bytes: size, leftOut: [] });
  assert.equal(files.stat('archive')?.size, size);
});
