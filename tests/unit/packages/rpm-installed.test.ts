import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRpmHeader, rpmHeaderMagic } from '../../../src/formats/rpm-header.ts';
import { encodeRpmMd } from '../../../src/formats/rpm-md.ts';
import { parseRelations } from '../../../src/packages/rpm/index.ts';
import { parseHeaders } from '../../../src/packages/rpm/installed.ts';

test('parseHeaders() reads wrapped base64 and the states of files', () => {
  const header = encodeRpmHeader(63, [[1000, { type: 'string', text: 'a' }]]);
  const bytes = header.subarray(rpmHeaderMagic.length);
  const text = bytes.toString('base64').replaceAll(/(.{16})/g, '$1\n');
  const found = parseHeaders(`=a\n${text}\n\n-0 2 0 4 \n=gone\n(none)\n-(none) \n=b\n${text}\n-\n`);
  assert.deepEqual([...found.keys()], ['a', 'b']);
  assert.deepEqual(found.get('a')?.header.bytes, bytes);
  assert.deepEqual([...(found.get('a')?.notInstalled ?? [])], [1, 3]);
  assert.equal(found.get('b')?.notInstalled.size, 0);
});

const output = `@gpg-pubkey\t0\t8c\t6a\t(none)
@a\t1\t2\t3\tx86_64
provides\ta\t8\t1:2-3
requires\t/bin/sh\t1280\t
requires\trpmlib(X)\t16777226\t4-1
requires\tb\t12\t0:5
conflicts\t(none)\t(none)\t(none)
@b\t0\t5\t1\tnoarch
`;

test('parseRelations() reads packages with what they need, keys and the abilities of rpm left out', () => {
  const packages = parseRelations(output);
  assert.deepEqual(
    packages.map(({ name, epoch }) => [name, epoch]),
    [
      ['a', '1'],
      ['b', '0'],
    ],
  );
  assert.deepEqual([...(packages[0]?.relations.keys() ?? [])], ['provides', 'requires']);
  assert.deepEqual(
    packages[0]?.relations.get('requires')?.map(({ name }) => name),
    ['/bin/sh', 'b'],
  );
});

test('encodeRpmMd() writes comparisons as createrepo does, and quotes what XML does not take', () => {
  const [a] = parseRelations(output);
  assert.ok(a);
  const files = encodeRpmMd([{ ...a, files: ['/usr/bin/<x>'] }]);
  assert.deepEqual([...files.keys()], ['primary.xml', 'filelists.xml', 'repomd.xml']);
  const primary = files.get('primary.xml') ?? '';
  assert.match(primary, /<rpm:entry name="a" flags="EQ" epoch="1" ver="2" rel="3"\/>/);
  assert.match(primary, /<rpm:entry name="b" flags="GE" epoch="0" ver="5"\/>/);
  assert.match(primary, /<rpm:entry name="\/bin\/sh"\/>/);
  assert.match(primary, /<file>\/usr\/bin\/&#60;x&#62;<\/file>/);
});
