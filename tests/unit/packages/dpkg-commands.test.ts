import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../src/model/sys.ts';
import {
  configureCommand,
  decompressCommand,
  extractCommand,
  purgeCommand,
  unpackCommand,
} from '../../../src/packages/apt/dpkg-commands.ts';
import { requestFor } from '../../helpers/package-request.ts';

const request = requestFor();
const [a, b] = ['a.deb', 'b.deb'].map((name) => ({
  archive: `/run/pkginitrd-archives/${name}`,
  plain: undefined,
}));
assert(a !== undefined && b !== undefined);
const copied = { ...a, plain: '/run/pkginitrd-plain/a.deb' };
const dpkg =
  'dpkg --log=/dev/null --force-depends --force-unsafe-io --force-confdef --force-confold';
const withoutDocs =
  '--path-exclude=/usr/share/doc/* --path-exclude=/usr/share/man/* --path-exclude=/usr/share/info/* --path-exclude=/usr/share/groff/* --path-exclude=/usr/share/gtk-doc/* --path-include=/usr/share/doc/*/copyright';

// prettier-ignore
const commands: readonly [string, Command, string][] = [
  ['extract', extractCommand(request, [a, b]), 'xargs --null --no-run-if-empty --max-args=2 --max-procs=4 bash -o pipefail -c dpkg-deb --fsys-tarfile "${@: -2:1}" | tee --append -- "${@: -1}" | tar "${@:1:$#-2}" extract --extract --directory /run/pkginitrd-root --preserve-permissions --numeric-owner --warning=no-timestamp --keep-directory-symlink --exclude=./usr/share/doc/* --exclude=./usr/share/man/* --exclude=./usr/share/info/* --exclude=./usr/share/groff/* --exclude=./usr/share/gtk-doc/*'],
  ['decompress', decompressCommand(request, [a, copied]), 'xargs --null --no-run-if-empty --max-args=2 --max-procs=2 sh -c dpkg-deb --fsys-tarfile "$1" >>"$2" sh'],
  ['unpack', unpackCommand(request, 5, [a, b]), `${dpkg} ${withoutDocs} --unpack /run/pkginitrd-archives/a.deb /run/pkginitrd-archives/b.deb`],
  ['unpack a copy', unpackCommand(requestFor({ withDocs: true }), 5, [copied, b]), `${dpkg} --unpack /run/pkginitrd-plain/a.deb /run/pkginitrd-archives/b.deb`],
  ['unpack with documentation', unpackCommand(requestFor({ withDocs: true }), 5, [a]), `${dpkg} --unpack /run/pkginitrd-archives/a.deb`],
  ['unpack for C.UTF-8', unpackCommand(requestFor({ withDocs: true }, { locale: 'C.UTF-8' }), 5, [a]), `${dpkg} --path-exclude=/usr/share/locale/* --unpack /run/pkginitrd-archives/a.deb`],
  ['unpack for German', unpackCommand(requestFor({ withDocs: true }, { locale: 'de_DE.UTF-8' }), 5, [a]), `${dpkg} --path-exclude=/usr/share/locale/* --path-include=/usr/share/locale/de/* --path-include=/usr/share/locale/de_* --unpack /run/pkginitrd-archives/a.deb`],
  ['configure', configureCommand(request, 5), `${dpkg} --configure --pending`],
  ['purge', purgeCommand(request, 5, ['less']), `${dpkg} --force-remove-protected --purge less`],
];

for (const [name, command, line] of commands) {
  test(`the command to ${name}`, () => {
    assert.equal(command.argv.join(' '), line);
    assert.equal(command.sandbox?.network, false);
  });
}

test('archives reach the extraction by name, whatever is in the name', () => {
  assert.equal(
    extractCommand(request, [
      { archive: '/run/pkginitrd-archives/a b.deb', plain: '/run/pkginitrd-plain/a b.deb' },
      { archive: '/run/pkginitrd-archives/$(c).deb', plain: undefined },
    ]).stdin,
    '/run/pkginitrd-archives/a b.deb\0/run/pkginitrd-plain/a b.deb\0/run/pkginitrd-archives/$(c).deb\0/dev/null\0',
  );
});

test('only archives that are compressed are decompressed', () => {
  assert.equal(
    decompressCommand(request, [a, copied]).stdin,
    '/run/pkginitrd-archives/a.deb\0/run/pkginitrd-plain/a.deb\0',
  );
});

test('scripts see the root alone', () => {
  for (const command of [
    unpackCommand(request, 5, []),
    configureCommand(request, 5),
    purgeCommand(request, 5, []),
  ]) {
    assert.equal(command.sandbox?.root, '/work/root');
    assert.deepEqual(
      command.sandbox?.binds.filter(({ writable }) => writable),
      [],
    );
    assert.equal(command.env?.['SOURCE_DATE_EPOCH'], '5');
    assert.equal(command.env?.['DEBIAN_FRONTEND'], 'noninteractive');
  }
});
