import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDnf, parseTable } from '../../../src/packages/rpm/dnf-resolve.ts';
import { dnf4FrontEnd, dnf5FrontEnd } from '../../../src/packages/rpm/dnf.ts';
import { parseInstalled } from '../../../src/packages/rpm/host-rpms.ts';
import { parseChecked } from '../../../src/packages/rpm/check.ts';
import { parseDescribed } from '../../../src/packages/rpm/describe.ts';
import { hasOnlyWarned, parseFailedScripts } from '../../../src/packages/rpm/transaction.ts';
import { zypperFrontEnd } from '../../../src/packages/rpm/zypper.ts';
import { parseZypper } from '../../../src/packages/rpm/zypper-resolve.ts';

const said = (stdout: string, exitCode = 1, stderr = '') => ({ stdout, stderr, exitCode });

test("parseTable() reads dnf 4's table, long names and all sections of it", () => {
  const output = `Dependencies resolved.
================================================================================
 Package                  Arch    Version                           Repo   Size
================================================================================
Installing:
 less                     x86_64  668-1                             test  193 k
Installing dependencies:
 a-package-with-a-name-that-fills-the-line-and-more-than-that-by-far
                          noarch  1:3.10-4                          test  1.5 M
Upgrading:
 other                    x86_64  2-2                               test  1.0 M

Transaction Summary
================================================================================
Install  2 Packages
`;
  assert.deepEqual(parseTable(output), [
    {
      name: 'less',
      architecture: 'x86_64',
      version: '668-1',
      repository: 'test',
      size: 193 * 1024,
    },
    {
      name: 'a-package-with-a-name-that-fills-the-line-and-more-than-that-by-far',
      ...{ architecture: 'noarch', version: '1:3.10-4', repository: 'test', size: 1.5 * 1024 ** 2 },
    },
  ]);
});

test("parseTable() reads dnf 5's table, where the epoch is always there", () => {
  const output = `Package   Arch   Version        Repository      Size
Installing:
 less     x86_64 0:668-1        updates    406.2 KiB
Installing weak dependencies:
 more     noarch 2:1-1          fedora       1.0 MiB

Transaction Summary:
 Installing:        2 packages
`;
  assert.deepEqual(
    parseTable(output).map(({ name, version, repository }) => [name, version, repository]),
    [
      ['less', '668-1', 'updates'],
      ['more', '2:1-1', 'fedora'],
    ],
  );
});

test('parseDnf() tells a wrong name from missing metadata and from a conflict', () => {
  assert.deepEqual(
    parseDnf(said('No match for argument: a\n', 1, 'Error: Unable to find a match: a')),
    { type: 'unknown', words: ['a'], skipped: [] },
  );
  assert.deepEqual(parseDnf(said('', 1, "Error: Cache-only enabled but no cache for 'updates'")), {
    type: 'no metadata',
    repositories: ['updates'],
  });
  const conflict = parseDnf(said('', 1, 'Error: \n Problem: conflicting requests\n'));
  assert.equal(conflict.type, 'failed');
});

test('parseZypper() reads the summary, wrong names and repositories without metadata', () => {
  const summary =
    '<install-summary><to-install><solvable type="package" name="a" edition="0:1-2" arch="noarch" repository="oss" summary="x &amp; y">\n<description/></solvable></to-install></install-summary>';
  assert.deepEqual(parseZypper(said(summary, 0)), {
    type: 'resolved',
    rpms: [
      { name: 'a', version: '1-2', architecture: 'noarch', repository: 'oss', size: undefined },
    ],
    skipped: [],
  });
  const unknown = '<message type="error">No provider of &apos;a&apos; found.</message>';
  assert.deepEqual(parseZypper(said(unknown, 104)), { type: 'unknown', words: ['a'], skipped: [] });
  const skipped =
    '<message type="warning">Skipping repository &apos;Main&apos; because of the above error.</message>';
  assert.deepEqual(parseZypper(said(skipped + unknown, 104)), {
    ...{ type: 'unknown', words: ['a'], skipped: ['Main'] },
  });
  const without = parseZypper(said(skipped + summary, 106));
  assert.deepEqual(without.type === 'resolved' ? without.skipped : without, ['Main']);
  assert.deepEqual(parseZypper(said(skipped, 106)), {
    ...{ type: 'no metadata', repositories: ['Main'] },
  });
});

test('parseDnf() reads the table below the complaint of a repository that it goes without', () => {
  const table = 'Installing:\n less  x86_64  668-1  test  193 k\n\nTransaction Summary\n';
  const complaint =
    "Error: Cache-only enabled but no cache for 'second'\nIgnoring repositories: second\n";
  const answer = parseDnf(said(table, 1, complaint));
  assert.deepEqual(answer.type === 'resolved' ? answer.skipped : answer, ['second']);
  const unknown = parseDnf(said('No match for argument: a\n', 1, complaint));
  assert.deepEqual(unknown, { type: 'unknown', words: ['a'], skipped: ['second'] });
});

test('parseInstalled() leaves keys out and zero epochs away', () => {
  const installed = parseInstalled(
    'gpg-pubkey\t0:a-b\t(none)\nless\t0:1-1\tx86_64\nless\t1:2-1\tx86_64\n',
  );
  assert.deepEqual(Object.fromEntries(installed), {
    less: [
      { version: '1-1', architecture: 'x86_64' },
      { version: '1:2-1', architecture: 'x86_64' },
    ],
  });
});

test('parseChecked() tells who is signed, intact or damaged', () => {
  const output = `/c/good.rpm:
    Header V4 RSA/SHA512 Signature, key ID 8c2749ab: OK
    Header SHA256 digest: OK
    Payload SHA256 digest: OK
/c/six.rpm:
    Header OpenPGP V4 RSA/SHA512 signature, key ID f44b238c8c2749ab: NOKEY
    Header SHA256 digest: OK
/c/plain.rpm:
    Header SHA256 digest: OK
    Payload SHA256 digest: OK
/c/payload.rpm:
    Header V4 RSA/SHA512 Signature, key ID 8c2749ab: OK
    Header SHA256 digest: OK
    Payload SHA256 digest: BAD (Expected 5a != 6a)
    RSA signature: NOTFOUND
/c/header.rpm:
    Header V4 RSA/SHA512 Signature, key ID 8c2749ab: BAD
    Header SHA256 digest: OK
/c/half.rpm:
`;
  assert.deepEqual(
    [...parseChecked(output)],
    [
      ['/c/good.rpm', 'signed'],
      ['/c/six.rpm', 'intact'],
      ['/c/plain.rpm', 'intact'],
      ['/c/payload.rpm', 'damaged'],
      ['/c/header.rpm', 'damaged'],
      ['/c/half.rpm', 'damaged'],
    ],
  );
});

test('parseFailedScripts() names package and script', () => {
  const stderr =
    'warning: %post(lib-x-0:1.0-1.x86_64) scriptlet failed, exit status 3\nerror: %prein(b-1-1.noarch) scriptlet failed, signal 9\n';
  assert.deepEqual(parseFailedScripts(stderr), [
    { script: '%post', name: 'lib-x', reason: 'exit status 3' },
    { script: '%prein', name: 'b', reason: 'signal 9' },
  ]);
});

test('dnf 5 says in its own words what is missing and what is not trusted', () => {
  const noCache = 'Cache-only enabled but no cache for repository "test"\n';
  assert.deepEqual(parseDnf(said('', 1, noCache)), { type: 'no metadata', repositories: ['test'] });
  const explain = (line: string) => dnf5FrontEnd.explainDownload(said('', 1, line))?.message;
  assert.equal(
    explain(
      'OpenPGP check for package "less-668-1.x86_64" (/c/less.rpm) from repo "u" has failed: The package is not signed.',
    ),
    'Cannot install "less-668-1.x86_64": it is not signed',
  );
  assert.equal(
    explain('cannot open file: (2) - No such file or directory [/etc/pki/rpm-gpg/KEY]'),
    'Cannot check the signatures of the packages: dnf5 cannot use the key "/etc/pki/rpm-gpg/KEY"',
  );
  assert.equal(explain('Curl error (7): Could not connect to server'), undefined);
});

test('hasOnlyWarned() tells scripts that ran afterwards from packages that are not there', () => {
  const post = 'warning: %post(a-0:1-1.noarch) scriptlet failed, exit status 3\n';
  assert.ok(hasOnlyWarned(post));
  assert.ok(!hasOnlyWarned(`${post}error: b-0:1-1.noarch: install failed\n`));
  assert.ok(!hasOnlyWarned('error: Failed dependencies:\n\tb is needed by a-0:1-1.noarch\n'));
});

test('parseDescribed() reads what the headers say', () => {
  const line =
    'lib-x\t0:1-1\tnoarch\t17\tx-tools-1-1.src.rpm\tMIT AND (GPL-2.0-or-later OR BSD)\t(none)\thttps://bugs/\n';
  assert.deepEqual(parseDescribed(line), [
    {
      name: 'lib-x',
      buildTime: 17,
      about: {
        source: 'x-tools',
        licences: ['BSD', 'GPL-2.0-or-later', 'MIT'],
        homepage: undefined,
        bugs: 'https://bugs/',
      },
    },
  ]);
});

test('archives lie where dnf 4 and dnf 5 keep them', () => {
  const path = 'updates-testing-0123456789abcdef/packages/a-1-1.noarch.rpm';
  for (const frontEnd of [dnf4FrontEnd, dnf5FrontEnd]) {
    assert.equal(frontEnd.repositoryOf(path), 'updates-testing');
    assert.equal(frontEnd.repositoryOf('installed/a-1-1.noarch.rpm'), undefined);
    const cached = ['updates-0123456789abcdef', 'updates-testing-0123456789abcdef'];
    assert.equal(frontEnd.placeFor(cached, 'updates-testing', 'a/a-1-1.noarch.rpm'), path);
    assert.equal(frontEnd.placeFor(cached, 'other', 'a-1-1.noarch.rpm'), undefined);
  }
  assert.equal(zypperFrontEnd.repositoryOf('packages/oss/x86_64/a-1-1.x86_64.rpm'), 'oss');
  assert.equal(zypperFrontEnd.repositoryOf('raw/oss/repodata/a.rpm'), undefined);
});
