import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { encodeArHeader } from '../../../src/formats/ar.ts';
import { parseControl, encodeStanza } from '../../../src/formats/deb-control.ts';
import {
  encodeTarEnd,
  encodeTarHead,
  tarPadding,
  type TarEntry,
} from '../../../src/formats/tar.ts';

const common = { mode: 0o644, uid: 0, gid: 42, owner: 'root', group: 'shadow', mtime: 86400 };

test('encodeTarHead() is read back by tar, long names and targets too', () => {
  const long = `${'d'.repeat(60)}/${'f'.repeat(60)}`;
  const entries: readonly TarEntry[] = [
    { ...common, type: 'directory', path: './usr', mode: 0o755 },
    { ...common, type: 'file', path: `./${long}`, size: 3, mode: 0o2755 },
    { ...common, type: 'symlink', path: './a', target: long, mode: 0o777 },
  ];
  const bytes = Buffer.concat([
    ...entries.flatMap((entry) =>
      entry.type === 'file'
        ? [encodeTarHead(entry), Buffer.from('abc'), tarPadding(3)]
        : [encodeTarHead(entry)],
    ),
    encodeTarEnd(),
  ]);
  assert.equal(bytes.length % 512, 0);
  const listing = execFileSync('tar', ['--utc', '-tv'], { input: bytes, encoding: 'utf8' });
  assert.equal(
    listing.replaceAll(/ +/g, ' '),
    `drwxr-xr-x root/shadow 0 1970-01-02 00:00 ./usr/
-rwxr-sr-x root/shadow 3 1970-01-02 00:00 ./${long}
lrwxrwxrwx root/shadow 0 1970-01-02 00:00 ./a -> ${long}
`,
  );
});

test('encodeTarHead() refuses a number that does not fit', () => {
  const entry = { ...common, type: 'file', path: './a', size: 8 ** 11 } as const;
  assert.throws(() => encodeTarHead(entry), /does not fit into a tar header/);
});

test('encodeArHeader() is 60 bytes with the time where deb-time.ts reads it', () => {
  const header = encodeArHeader('control.tar', 1024, 86400);
  assert.equal(header.length, 60);
  assert.equal(
    header.toString('latin1'),
    'control.tar     86400       0     0     100644  1024      `\n',
  );
});

test('encodeStanza() is what parseControl() reads', () => {
  const text = 'package: a\ndescription: short\n long\n .\n more\n';
  assert.deepEqual([...parseControl(text)].map(encodeStanza), [text]);
});
