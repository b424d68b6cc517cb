import assert from 'node:assert/strict';
import test from 'node:test';
import { errorOf, load } from './load-fixture.ts';

const cases: readonly (readonly [text: string, message: string, hint?: string])[] = [
  ['[Contents]\n', '1: Cannot use [Contents]: unknown section', 'Did you mean [Content]?'],
  [
    '[Zzzzzzzzzz]\n',
    '1: Cannot use [Zzzzzzzzzz]: unknown section',
    'Known are [Match], [TriggerMatch], [Assert], [TriggerAssert], [Config], [Output], [Content]',
  ],
  [
    '[Content]\nPackage=a\n',
    '2: Cannot use "Package=" in [Content]: unknown setting',
    'Did you mean "Packages="?',
  ],
  [
    '[Content]\nBootabel=a\n',
    '2: Cannot use "Bootabel=" in [Content]: unknown setting',
    'Did you mean "Bootable="?',
  ],
  [
    '[Runtime]\nVSockCDI=a\n',
    '2: Cannot use "VSockCDI=" in [Runtime]: unknown setting',
    'Did you mean "VSockCID="?',
  ],
  [
    '[Content]\nXyzzyPlugh=a\n',
    '2: Cannot use "XyzzyPlugh=" in [Content]: unknown setting',
    'See pkginitrd.conf(5) for the settings',
  ],
  ['[Output]\nPackages=a\n', '2: Cannot use "Packages=" in [Output]: it belongs in [Content]'],
  ['[Content]\nFormat=cpio\n', '2: Cannot use "Format=" in [Content]: it belongs in [Output]'],
  ['[Output]\nSsh=a\n', '2: Cannot use "Ssh=" in [Output]: it belongs in [Content]'],
  [
    '[Output]\nKernelModulesInclude=a\n',
    '2: Cannot use "KernelModulesInclude=" in [Output]: it belongs in [Content]',
  ],
  ['[Build]\nPackages=a\n', '2: Cannot use "Packages=" in [Build]: it belongs in [Content]'],
  [
    '[Match]\nconstructor=a\n',
    '2: Cannot use "constructor=" in [Match]: unknown condition',
    'Known are Distribution, DistributionLike, Release, Architecture, HostArchitecture, Format, ' +
      'Profiles, SystemdVersion, Generic, StorageKnown, Bootable, PathExists',
  ],
  [
    '[Match]\nDistribtion=a\n',
    '2: Cannot use "Distribtion=" in [Match]: unknown condition',
    'Did you mean "Distribution="?',
  ],
  [
    '[Content]\nRemoveFiles=/usr/../etc\n',
    '2: Cannot take the pattern "/usr/../etc": ".." leads out of the image',
  ],
  ['[Content]\nRemoveFiles=..\n', '2: Cannot take the pattern "..": ".." leads out of the image'],
  ['[Content]\nRemoveFiles=/*\n', '2: Cannot take the pattern "/*": it removes the whole image'],
  ['[Content]\nRemoveFiles=/\n', '2: Cannot take the pattern "/": it removes the whole image'],
  [
    '[Content]\nLocale=german\n',
    '2: Cannot take "german" as a locale: expected a name like "C.UTF-8" or "de_DE.UTF-8"',
  ],
  [
    '[Content]\nWithDocs=perhaps\n',
    '2: Cannot take "perhaps" for WithDocs= as a boolean: expected "yes" or "no"',
  ],
  [
    '[Content]\nWithDocs=auto\n',
    '2: Cannot take "auto" for WithDocs= as a boolean: expected "yes" or "no"',
  ],
  ['[Content]\nLocale=\n  a\n  b\n', '2: Cannot take several lines: expected one value'],
  ['[Content]\nSourceDateEpoch=now\n', '2: Cannot take "now" as a number: expected digits'],
  [
    '[Content]\nEnvironment=A\n',
    '2: Cannot take "A" as an environment variable: expected "NAME=VALUE"',
  ],
  ['[Content]\nEnvironment="A=b\n', '2: Cannot read ""A=b": a quote is not closed'],
  [
    '[Content]\nExtraTrees=a:b\n',
    '2: Cannot take "a:b" as a tree: expected "SOURCE" or "SOURCE:/TARGET"',
  ],
  [
    '[Content]\nExtraTrees=a:/../b\n',
    '2: Cannot take "a:/../b" as a tree: expected "SOURCE" or "SOURCE:/TARGET"',
  ],
  [
    '[Content]\nPackages=%z\n',
    '2: Cannot expand "%z" in "%z"',
    'Known are %a architecture, %d distribution, %r release; write %% for %',
  ],
  [
    '[Output]\nCompressOutput=zsdt\n',
    '2: Cannot take "zsdt" for CompressOutput=: expected zstd, xz, gzip, none',
    'Did you mean "zstd"?',
  ],
  [
    '[Output]\nCompressOutput=constructor\n',
    '2: Cannot take "constructor" for CompressOutput=: expected zstd, xz, gzip, none',
  ],
  [
    '[Output]\nFormat=uki\n',
    '2: Cannot make a unified kernel image: ukify makes them of our initrd',
    'Set uki_generator=ukify in /etc/kernel/install.conf',
  ],
  [
    '[Output]\nCompressLevel=20\n',
    '2: Cannot use level 20 with zstd: expected 1 to 19',
    'Set CompressLevel= empty for the default',
  ],
  [
    '[Output]\nCompressOutput=gzip\nCompressLevel=0\n',
    '3: Cannot use level 0 with gzip: expected 1 to 9',
    'Set CompressLevel= empty for the default',
  ],
  ['[Output]\nOutput=../x\n', '2: Cannot take "../x" for Output=: expected a file name'],
  [
    '[Content]\nPackages=\n  less\n  --allow-unauthenticated\n',
    '4: Cannot take "--allow-unauthenticated" as a package: no name begins with "-"',
    'An empty assignment takes all names back that were given before it',
  ],
  [
    '[Content]\nPackages=a|-b\n',
    '2: Cannot take "a|-b" as a package: no name begins with "-"',
    'An empty assignment takes all names back that were given before it',
  ],
  [
    '[Content]\nPackages=^lib(a|-b)\n  ^lib(-\n',
    '3: Cannot take "^lib(-" as a package: not a regular expression',
    '/^lib(-/i: Unterminated group',
  ],
  [
    '[Content]\nPackages=^lib[a\n',
    '2: Cannot take "^lib[a" as a package: not a regular expression',
    'a "[" is never closed',
  ],
  [
    '[Content]\nPackages=^lib(a\n',
    '2: Cannot take "^lib(a" as a package: not a regular expression',
    '/^lib(a/i: Unterminated group',
  ],
  [
    '[Content]\nPackages="less"\n',
    '2: Cannot take ""less"" as a package: no name has such a character',
    'Names are separated by white space or commas, without quotes',
  ],
  [
    '[Content]\nPackages=less; #x\n',
    '2: Cannot take "less;" as a package: no name has such a character',
    'Names are separated by white space or commas, without quotes',
  ],
  [
    '[Content]\nPackages=kmöd\n',
    '2: Cannot take "kmöd" as a package: no name has such a character',
    'Names are separated by white space or commas, without quotes',
  ],
  [
    '[Content]\nPackages=a||b\n',
    '2: Cannot take "a||b" as a package: only the last alternative can be empty',
    'Write "NAME|" for a package that some releases do not have',
  ],
  [
    '[Content]\nPackages=|\n',
    '2: Cannot take "|" as a package: only the last alternative can be empty',
    'Write "NAME|" for a package that some releases do not have',
  ],
  [
    '[Content]\nRemovePackages=less\n  ^lib.*-doc$\n',
    '3: Cannot take "^lib.*-doc$" as packages to remove: expected a name or a shell pattern',
    'Regular expressions are for Packages= alone; write "^lib.*-doc$" as "lib*-doc"',
  ],
  [
    '[Content]\nRemovePackages=lib(a)\n',
    '2: Cannot take "lib(a)" as packages to remove: expected a name or a shell pattern',
    'A pattern has "*", "?" and "[abc]"',
  ],
  [
    '[Content]\nRemovePackages=lib[a\n',
    '2: Cannot take "lib[a" as packages to remove: expected a name or a shell pattern',
    'A pattern has "*", "?" and "[abc]"',
  ],
  [
    '[Content]\nRemovePackages=*\n',
    '2: Cannot take "*" as packages to remove: it names all of them',
  ],
  ['[Content]\nnonsense\n', '2: Cannot read "nonsense": expected "Key=value"'],
];

for (const [text, message, hint] of cases) {
  test(`a drop-in is refused: ${JSON.stringify(text)}`, (t) => {
    assert.deepEqual(
      errorOf(() => load(t, { 'etc/pkginitrd/a.conf': text })),
      { message: `UsageError: HOST/etc/pkginitrd/a.conf:${message}`, hint },
    );
  });
}

test('a misspelt key is found where no [Match] holds and in a profile that is not selected', (t) => {
  const text = '[Match]\nDistribution=arch\n[Content]\nPakages=a\n';
  for (const path of [
    'etc/pkginitrd/a.conf',
    'vendor/profiles/p/a.conf',
    'etc/pkginitrd/mkosi.conf.d/a.conf',
  ]) {
    assert.match(
      errorOf(() => load(t, { [path]: text })).message,
      /a\.conf:4: Cannot use "Pakages="/,
    );
  }
});

test('a flag with a bad value is refused with the flag', (t) => {
  const from = { type: 'flag', flag: '--compress-level' } as const;
  const assignment = { section: 'Output', key: 'CompressLevel', value: 'high', from };
  assert.equal(
    errorOf(() => load(t, {}, { assignments: [assignment] })).message,
    'UsageError: --compress-level: Cannot take "high" as a number: expected digits',
  );
});

for (const [word, message] of [
  ['/etc/shadow', /Cannot take "\/etc\/shadow" into an initrd/],
  ['/etc/machine-id', /Cannot take "\/etc\/machine-id" into an initrd/],
  ['/etc/ssh/ssh_host_rsa_key', /Cannot take "\/etc\/ssh\/ssh_host_rsa_key" into an initrd/],
  ['/proc/cmdline', /Cannot take "\/proc\/cmdline" into an initrd: nothing below it lasts/],
  ['etc/hosts', /Cannot take "etc\/hosts" as a file of the host/],
  ['/etc/../root', /Cannot take "\/etc\/\.\.\/root" as a file of the host/],
] as const) {
  test(`HostFiles=${word} is an error that names the line`, (t) => {
    assert.throws(
      () => load(t, { 'etc/pkginitrd/a.conf': `[Content]\nHostFiles=/etc/hosts\n  ${word}\n` }),
      (error: Error) => {
        assert.equal(error.name, 'UsageError');
        assert.match(error.message, /etc\/pkginitrd\/a\.conf:3: /);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}
