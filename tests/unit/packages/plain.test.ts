import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { arMagic, encodeArHeader, readArMembers } from '../../../src/formats/ar.ts';
import { encodeTarEnd, encodeTarHead } from '../../../src/formats/tar.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import {
  beginPlain,
  endPlain,
  largestFirst,
  removePlain,
} from '../../../src/packages/apt/plain.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { requestFor } from '../../helpers/package-request.ts';
import { scratch } from '../../helpers/scratch.ts';
import { output, without } from '../formats/tools.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const owner = { uid: 0, gid: 0, owner: 'root', group: 'root', mtime: 5 };
const control = tar(
  './control',
  'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n',
);
const data = tar('./usr-is-here', 'x'.repeat(2000));
// Of an odd size, behind which ar has a byte more.
const packedControl = oddly(gzipSync(control));
const controlSize = packedControl.length;

test('an archive and its copy are the same to dpkg-deb', { skip: without('dpkg-deb') }, (t) => {
  const { request, archive, path } = fetched(t, 'data.tar.gz', gzipSync(data));
  const debs = beginPlain(sys, request, [archive]);
  const [deb] = debs;
  assert.equal(deb?.plain, '/run/pkginitrd-plain/a.deb');
  const copy = `${request.workspace}/plain/a.deb`;
  appendFileSync(copy, data);
  endPlain(sys, request, debs);
  for (const option of ['--contents', '--info', '--fsys-tarfile']) {
    const ask = (file: string) => output(['dpkg-deb', option, file]).toString('latin1');
    const withoutSize = (text: string) => text.replace(/size \d+ bytes/, '');
    assert.equal(withoutSize(ask(copy)), withoutSize(ask(path)), option);
  }
  const read = readFileSync(copy);
  const members = [...readArMembers((offset, length) => read.subarray(offset, offset + length))];
  assert.deepEqual(
    members.map(({ name, size, mtime }) => `${name} ${size} ${mtime}`),
    ['debian-binary 4 5', `control.tar.gz ${controlSize} 5`, `data.tar ${data.length} 5`],
  );
  removePlain(sys, request);
  assert.equal(statSync(copy, { throwIfNoEntry: false }), undefined);
});

test('an archive without compression is its own copy, and one that is none is left to dpkg-deb', (t) => {
  for (const [name, bytes] of [
    ['data.tar', data],
    ['nothing', data],
  ] as const) {
    const { request, archive } = fetched(t, name, bytes);
    const [deb] = beginPlain(sys, request, [archive]);
    assert.deepEqual([deb?.archive, deb?.plain], ['/run/pkginitrd-archives/a.deb', undefined]);
  }
});

test('readArMembers() ends where no member is', () => {
  for (const text of ['', '!<arch>', 'PK\x03\x04', `${arMagic}no header`]) {
    const bytes = Buffer.from(text);
    assert.deepEqual([...readArMembers((at, length) => bytes.subarray(at, at + length))], []);
  }
});

test('largestFirst() has the longest work begin first', () => {
  const debs = [1, 3, 2].map((bytes) => ({
    ...{ archive: `${bytes}`, plain: undefined, bytes, copy: undefined },
  }));
  assert.deepEqual(
    largestFirst(debs).map(({ archive }) => archive),
    ['3', '2', '1'],
  );
});

function oddly(bytes: Buffer): Buffer {
  assert.deepEqual(gunzipSync(bytes), control);
  // gzip(1) and dpkg-deb take zeros at the end for padding.
  return bytes.length % 2 === 1 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}

function tar(path: string, text: string): Buffer {
  const size = Buffer.byteLength(text);
  return Buffer.concat([
    encodeTarHead({ ...owner, type: 'file', path, mode: 0o644, size }),
    Buffer.from(text.padEnd(Math.ceil(size / 512) * 512, '\0')),
    encodeTarEnd(),
  ]);
}

function fetched(t: TestContext, name: string, files: Buffer) {
  const workspace = scratch(t);
  const path = absolutePath(`${workspace}/apt/archives/a.deb`);
  mkdirSync(`${workspace}/apt/archives`, { recursive: true });
  const pieces = [
    Buffer.from(arMagic),
    ...member('debian-binary', Buffer.from('2.0\n')),
    ...member('control.tar.gz', packedControl),
    ...member(name, files),
  ];
  writeFileSync(path, Buffer.concat(pieces));
  return {
    request: requestFor({}, { workspace: absolutePath(workspace) }),
    path,
    archive: {
      ...{ name: 'a', version: '1', architecture: 'all', size: files.length, file: 'a.deb', path },
      ...{ hostVersion: undefined, digest: undefined, early: false, leftOut: [] },
      ...({ origin: 'cache', from: { type: 'superseded', path } } as const),
    },
  };
}

function member(name: string, content: Buffer): readonly Buffer[] {
  const padding = Buffer.from(content.length % 2 === 1 ? '\n' : '');
  return [encodeArHeader(name, content.length, 5), content, padding];
}
