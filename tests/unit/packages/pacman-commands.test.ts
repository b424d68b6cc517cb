import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Command } from '../../../src/model/sys.ts';
import { downloadCommand } from '../../../src/packages/pacman/downloading.ts';
import { parsePrinted, resolveCommand } from '../../../src/packages/pacman/printing.ts';
import {
  installCommand,
  installFilesCommand,
  removeCommand,
} from '../../../src/packages/pacman/transaction.ts';
import { requestFor } from '../../helpers/package-request.ts';

const request = requestFor({ manager: 'pacman' });
const keyring = '/etc/pacman.d/gnupg';
const common = (conf: string): string =>
  `pacman --config /run/pkginitrd/${conf}.conf --root /run/pkginitrd-root --dbpath /run/pkginitrd-root/var/lib/pacman --cachedir /run/pkginitrd/archives --gpgdir /etc/pacman.d/gnupg --hookdir /run/pkginitrd/hooks --logfile /dev/null --noconfirm --noprogressbar --color never`;

// prettier-ignore
const commands: readonly [string, Command, string][] = [
  ['resolve', resolveCommand(request, keyring), `${common('pacman')} --sync --print --print-format %r %n %v %s %l systemd`],
  ['download', downloadCommand(request, keyring, ['core/a', 'core/b'], true), `${common('pacman')} --sync --downloadonly --nodeps --nodeps core/a core/b`],
  ['check only', downloadCommand(request, keyring, ['core/a'], false), `${common('pacman')} --sync --downloadonly --nodeps --nodeps core/a`],
  ['install', installCommand(request, keyring, ['core/a']), `${common('pacman')} --sync core/a`],
  ['install files', installFilesCommand(request, keyring, ['installed/a-1-1-any.pkg.tar']), `${common('local')} --upgrade /run/pkginitrd/archives/installed/a-1-1-any.pkg.tar`],
  ['remove', removeCommand(request, keyring, ['a']), `${common('local')} --remove --nosave --nodeps --nodeps a`],
];

for (const [name, command, line] of commands) {
  test(`the pacman command to ${name}`, () => {
    assert.equal(command.argv.join(' '), line);
  });
}

test('only the download sees the network, none writes the host, and scripts get a /dev', () => {
  for (const [name, { sandbox }] of commands) {
    assert.equal(sandbox?.network, name === 'download', name);
    assert.equal(sandbox?.rootWritable, false, name);
    assert.deepEqual(sandbox?.chroots, ['/run/pkginitrd-root'], name);
    assert.deepEqual(
      sandbox?.binds.filter(({ writable }) => writable).map(({ source }) => source),
      [
        '/work/root',
        ...(['download', 'check only'].includes(name) ? ['/work/pacman/archives'] : []),
      ],
      name,
    );
  }
});

test('no command refreshes a database, weakens a signature or takes the place of the host', () => {
  for (const [, { argv }] of commands) {
    assert.doesNotMatch(
      argv.join(' '),
      /--refresh|-y\b|--sysupgrade|SigLevel|--noscriptlet|--overwrite/,
    );
  }
  const other = requestFor({}, { hostRoot: absolutePath('/mnt') });
  assert.equal(resolveCommand(other, keyring).sandbox?.root, '/mnt');
});

test('parsePrinted() reads packages and passes over questions', () => {
  const output = `:: There are 2 providers available for sh:
core bash 5.2.037-2 1893021 https://mirror/core/bash-5.2.037-2-x86_64.pkg.tar.zst
core tzdata 1:2025b-1 9 file:///var/cache/pacman/pkg/tzdata-1%3A2025b-1-any.pkg.tar.zst
`;
  assert.deepEqual(parsePrinted(output), [
    {
      name: 'bash',
      version: '5.2.037-2',
      architecture: 'x86_64',
      size: 1893021,
      file: 'bash-5.2.037-2-x86_64.pkg.tar.zst',
      from: {
        type: 'repository',
        id: 'core',
        uri: 'https://mirror/core/bash-5.2.037-2-x86_64.pkg.tar.zst',
      },
      digest: undefined,
    },
    {
      name: 'tzdata',
      version: '1:2025b-1',
      architecture: 'any',
      size: 9,
      file: 'tzdata-1:2025b-1-any.pkg.tar.zst',
      from: {
        type: 'repository',
        id: 'core',
        uri: 'file:///var/cache/pacman/pkg/tzdata-1%3A2025b-1-any.pkg.tar.zst',
      },
      digest: undefined,
    },
  ]);
});
