import assert from 'node:assert/strict';
import test from 'node:test';
import { entryFiles, withFiles, withValue } from '../../../src/formats/loader-entry.ts';

const text = `# Boot Loader Specification type#1 entry
title      Debian GNU/Linux 13 (trixie)
options    root=LABEL=linux initrd=/x
linux      /token/6.1/linux
initrd     /amd-ucode.img
initrd\t/token/6.1/initrd  
devicetree-overlay /a.dtbo /b.dtbo
unknown-key
`;

test('entryFiles() are in the order of their lines', () => {
  assert.deepEqual(
    entryFiles(text).map(({ key, path }) => `${key}=${path}`),
    [
      'linux=/token/6.1/linux',
      'initrd=/amd-ucode.img',
      'initrd=/token/6.1/initrd',
      'devicetree-overlay=/a.dtbo',
      'devicetree-overlay=/b.dtbo',
    ],
  );
});

test('withFiles() and withValue() leave all else as it is written', () => {
  assert.equal(
    withFiles(text, (path) => path),
    text.replace('initrd  \n', 'initrd\n'),
  );
  assert.match(
    withFiles(text, (path) => `/n${path}`),
    /^initrd\t\/n\/token\/6\.1\/initrd$/m,
  );
  assert.match(
    withFiles(text, (path) => `/n${path}`),
    /overlay \/n\/a\.dtbo \/n\/b\.dtbo$/m,
  );
  const titled = withValue(text, 'title', (title) => `${title}!`);
  assert.equal(titled.split('\n').length, text.split('\n').length);
  assert.match(titled, /^title {6}Debian GNU\/Linux 13 \(trixie\)!$/m);
});
