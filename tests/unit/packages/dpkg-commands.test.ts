import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../src/model/sys.ts';
import {
  configureCommand,
  extractCommand,
  purgeCommand,
  unpackCommand,
} from '../../../src/packages/apt/dpkg-commands.ts';
import { requestFor } from '../../helpers/package-request.ts';

const request = requestFor();
const dpkg =
  'dpkg --log=/dev/null --force-depends --force-unsafe-io --force-confdef --force-confold';
const withoutDocs =
  '--path-exclude=/usr/share/doc/* --path-exclude=/usr/share/man/* --path-exclude=/usr/share/info/* --path-exclude=/usr/share/groff/* --path-exclude=/usr/share/gtk-doc/* --path-include=/usr/share/doc/*/copyright';

// prettier-ignore
const commands: readonly [string, Command, string][] = [
  ['extract', extractCommand(request, ['a.deb', 'b.deb']), 'xargs --null --max-args=1 --max-procs=4 bash -o pipefail -c dpkg-deb --fsys-tarfile "${@: -1}" | tar "${@:1:$#-1}" extract --extract --directory /run/pkginitrd-root --preserve-permissions --numeric-owner --warning=no-timestamp --keep-directory-symlink --exclude=./usr/share/doc/* --exclude=./usr/share/man/* --exclude=./usr/share/info/* --exclude=./usr/share/groff/* --exclude=./usr/share/gtk-doc/*'],
  ['unpack', unpackCommand(request, 5, ['a.deb', 'b.deb']), `${dpkg} ${withoutDocs} --unpack /run/pkginitrd-archives/a.deb /run/pkginitrd-archives/b.deb`],
  ['unpack with documentation', unpackCommand(requestFor({ withDocs: true }), 5, ['a.deb']), `${dpkg} --unpack /run/pkginitrd-archives/a.deb`],
  ['unpack for C.UTF-8', unpackCommand(requestFor({ withDocs: true }, { locale: 'C.UTF-8' }), 5, ['a.deb']), `${dpkg} --path-exclude=/usr/share/locale/* --unpack /run/pkginitrd-archives/a.deb`],
  ['unpack for German', unpackCommand(requestFor({ withDocs: true }, { locale: 'de_DE.UTF-8' }), 5, ['a.deb']), `${dpkg} --path-exclude=/usr/share/locale/* --path-include=/usr/share/locale/de/* --path-include=/usr/share/locale/de_* --unpack /run/pkginitrd-archives/a.deb`],
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
    extractCommand(request, ['a b.deb', '$(c).deb']).stdin,
    '/run/pkginitrd-archives/a b.deb\0/run/pkginitrd-archives/$(c).deb\0',
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
