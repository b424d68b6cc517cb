import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Command } from '../../../src/model/sys.ts';
import { downloadCommand, downloadSomeCommand } from '../../../src/packages/apt/fetching.ts';
import { describeCommand, namesCommand, trustCommand } from '../../../src/packages/apt/lists.ts';
import { resolveCommand } from '../../../src/packages/apt/print-uris.ts';
import { requestFor } from '../../helpers/package-request.ts';

const request = requestFor();
const options =
  '-o Dir::State::status=/run/pkginitrd/status -o Dir::State::extended_states=/run/pkginitrd/extended_states -o Dir::Cache=/run/pkginitrd-cache -o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin -o Dir::Cache::archives=/run/pkginitrd/archives -o Dir::Etc::preferences=/run/pkginitrd/preferences -o Debug::NoLocking=true -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o APT::Install-Recommends=false -o APT::Install-Suggests=false -o APT::Get::Assume-Yes=true -o pkgCacheGen::ForceEssential=,';

// prettier-ignore
const commands: readonly [string, Command, string][] = [
  ['resolve', resolveCommand(request, 'amd64'), `apt-get ${options} -o Acquire::ForceHash=sha256 --print-uris install ?essential base-files systemd`],
  ['resolve with a file', resolveCommand(request, 'amd64', ['/a_1_all.deb']), `apt-get ${options} -o Acquire::ForceHash=sha256 --with-source /a_1_all.deb --print-uris install ?essential base-files systemd`],
  ['download', downloadCommand(request, 'amd64', [], true), `apt-get ${options} -o Acquire::Retries=2 --download-only install ?essential base-files systemd`],
  ['check only', downloadCommand(request, 'amd64', [], false), `apt-get ${options} -o Acquire::Retries=2 --download-only install ?essential base-files systemd`],
  ['download some', downloadSomeCommand(request, 'amd64', ['/run/pkginitrd/Packages'], ['a=1'], true), `apt-get ${options} -o Acquire::Retries=2 --with-source /run/pkginitrd/Packages -o APT::Sandbox::User=root download a=1`],
  ['trust', trustCommand(request, 'amd64'), `apt-get ${options} indextargets --format $(TRUSTED) $(FILENAME) Created-By: Packages`],
  ['describe', describeCommand(request, 'amd64', [], ['a=1']), `apt-cache ${options} show --no-all-versions a=1`],
  ['names', namesCommand(request, 'amd64'), `apt-cache ${options} pkgnames`],
];

for (const [name, command, line] of commands) {
  test(`the apt command to ${name}`, () => {
    assert.equal(command.argv.join(' '), line);
  });
}

test('recommended packages are a matter of the request', () => {
  const { argv } = resolveCommand(requestFor({ withRecommends: true }), 'amd64');
  assert.ok(argv.includes('APT::Install-Recommends=true'));
});

test('no command weakens what apt demands of a repository', () => {
  for (const [, { argv }] of commands) {
    assert.doesNotMatch(
      argv.join(' '),
      /unauthenticated|trusted=|insecure|weak|check-valid|force-yes|no-download/i,
    );
  }
});

test('only the download sees the network, and none writes the host', () => {
  for (const [name, { sandbox }] of commands) {
    assert.equal(sandbox?.network, name.startsWith('download'), name);
    assert.equal(sandbox?.rootWritable, false, name);
    assert.deepEqual(
      sandbox?.binds.map(({ source }) => source),
      ['/work/apt'],
      name,
    );
  }
});

test('the host root is what apt sees as /', () => {
  const other = requestFor({}, { hostRoot: absolutePath('/mnt') });
  assert.equal(resolveCommand(other, 'amd64').sandbox?.root, '/mnt');
});
