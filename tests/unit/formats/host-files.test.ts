import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCpuinfo } from '../../../src/formats/cpuinfo.ts';
import { parseCrypttab } from '../../../src/formats/crypttab.ts';
import { parseControl } from '../../../src/formats/deb-control.ts';
import { parseEnvFile } from '../../../src/formats/env-file.ts';
import { parseKernelConfig } from '../../../src/formats/kernel-config.ts';
import { parseLdSoConf } from '../../../src/formats/ld-so-conf.ts';
import { parseOsRelease } from '../../../src/formats/os-release.ts';
import { output, without } from './tools.ts';

test('parseEnvFile undoes shell quoting', () => {
  const text = String.raw`# comment
PLAIN=value
 INDENTED=yes
SINGLE='a "b" $c \d'
DOUBLE="a \"b\" \$c \\ \d 'e'"
MIXED=a'b'"c"\ d
EMPTY=
PLAIN=later
JOINED=one\
two
not an assignment
1BAD=x
`;
  assert.deepEqual(
    [...parseEnvFile(text)],
    [
      ['PLAIN', 'later'],
      ['INDENTED', 'yes'],
      ['SINGLE', String.raw`a "b" $c \d`],
      ['DOUBLE', String.raw`a "b" $c \ \d 'e'`],
      ['MIXED', 'abc d'],
      ['EMPTY', ''],
      ['JOINED', 'onetwo'],
    ],
  );
});

test('parseEnvFile reads what sh reads', () => {
  const values = [
    `'it'`,
    '"x y"',
    String.raw`a\ b`,
    String.raw`"\"q\""`,
    `"it's"`,
    String.raw`'\n'`,
    '""',
    'a"b"c',
  ];
  const text = values.map((value, index) => `V${index}=${value}`).join('\n');
  const names = values.map((_, index) => `"$V${index}"`).join(' ');
  const expected = output(['sh', '-c', `${text}\nprintf '%s\\0' ${names}`])
    .toString()
    .split('\0')
    .slice(0, -1);
  assert.deepEqual([...parseEnvFile(text).values()], expected);
});

test('parseOsRelease gives the fields and the defaults of os-release(5)', () => {
  assert.deepEqual(
    parseOsRelease(
      'ID=opensuse-leap\nID_LIKE="suse opensuse"\nNAME="openSUSE Leap"\nPRETTY_NAME="openSUSE Leap 16.0"\nVERSION_ID="16.0"\nVERSION_CODENAME=x\n',
    ),
    {
      id: 'opensuse-leap',
      idLike: ['suse', 'opensuse'],
      name: 'openSUSE Leap',
      prettyName: 'openSUSE Leap 16.0',
      versionId: '16.0',
      versionCodename: 'x',
      bugReportUrl: undefined,
    },
  );
  assert.deepEqual(parseOsRelease(''), {
    id: 'linux',
    idLike: [],
    name: 'Linux',
    prettyName: 'Linux',
    versionId: undefined,
    versionCodename: undefined,
    bugReportUrl: undefined,
  });
});

test('parseCrypttab reads two to four fields and reports lines that have one', () => {
  const malformed: [number, string][] = [];
  const text =
    '# name device\nroot UUID=1 none luks,x-initrd.attach\n\nlonely\n\tswap /dev/sda2 /dev/urandom\ndata PARTUUID=2\nx /dev/y - - extra\n';
  const entries = parseCrypttab(text, (line, content) => malformed.push([line, content]));
  assert.deepEqual(entries, [
    {
      name: 'root',
      device: 'UUID=1',
      keyFile: 'none',
      options: ['luks', 'x-initrd.attach'],
      line: 'root UUID=1 none luks,x-initrd.attach',
    },
    {
      name: 'swap',
      device: '/dev/sda2',
      keyFile: '/dev/urandom',
      options: [],
      line: '\tswap /dev/sda2 /dev/urandom',
    },
    { name: 'data', device: 'PARTUUID=2', keyFile: 'none', options: [], line: 'data PARTUUID=2' },
    { name: 'x', device: '/dev/y', keyFile: '-', options: [], line: 'x /dev/y - - extra' },
  ]);
  assert.deepEqual(malformed, [[4, 'lonely']]);
});

test('parseCrypttab splits options at commas that are not escaped', () => {
  assert.deepEqual(parseCrypttab(String.raw`a b none tpm2-pcrs=7\,8,header=/x`)[0]?.options, [
    'tpm2-pcrs=7,8',
    'header=/x',
  ]);
});

test('parseCpuinfo reads the first processor of the two vendors', () => {
  const text = (vendor: string): string =>
    `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: 25\nmodel\t\t: 33\nmodel name\t: AMD Ryzen 9\nstepping\t: 2\n\nprocessor\t: 1\nmodel\t\t: 99\n`;
  assert.deepEqual(parseCpuinfo(text('AuthenticAMD')), {
    vendor: 'amd',
    family: 25,
    model: 33,
    stepping: 2,
  });
  assert.deepEqual(parseCpuinfo(text('GenuineIntel'))?.vendor, 'intel');
  assert.equal(parseCpuinfo(text('HygonGenuine')), undefined);
  assert.equal(
    parseCpuinfo(text('AuthenticAMD').replace('stepping\t: 2', 'stepping\t: unknown')),
    undefined,
  );
  assert.equal(parseCpuinfo('processor : 0\nBogoMIPS : 50.00\nFeatures : fp\n'), undefined);
});

test('parseKernelConfig leaves out what is not set', () => {
  const text =
    '#\n# Automatically generated\n#\nCONFIG_RD_ZSTD=y\n# CONFIG_RD_LZO is not set\nCONFIG_X=m\nCONFIG_V="a \\"b\\""\nCONFIG_N=0x10\n';
  assert.deepEqual(
    [...parseKernelConfig(text)],
    [
      ['CONFIG_RD_ZSTD', 'y'],
      ['CONFIG_X', 'm'],
      ['CONFIG_V', 'a "b"'],
      ['CONFIG_N', '0x10'],
    ],
  );
});

test('parseLdSoConf separates directories from includes', () => {
  const text =
    '# x\ninclude /etc/ld.so.conf.d/*.conf  more.conf\n/usr/local/lib # here\n  /opt/lib//\n/old/lib=libc6\nhwcap 1 nosegneg\n/\n';
  assert.deepEqual(parseLdSoConf(text), {
    directories: ['/usr/local/lib', '/opt/lib', '/old/lib', '/'],
    includePatterns: ['/etc/ld.so.conf.d/*.conf', 'more.conf'],
  });
});

const CONTROL = `# comment
Package: a
Status: install ok installed
Description: short
 long line
 .
\ttabbed
# inside
Version: 1:2

 \t
PACKAGE: b
Version:3
Broken line
 continuation of nothing
Depends: x,
 y`;

test('parseControl gives stanzas with continuation lines', () => {
  assert.deepEqual(
    [...parseControl(CONTROL)].map((stanza) => [...stanza]),
    [
      [
        ['package', 'a'],
        ['status', 'install ok installed'],
        ['description', 'short\nlong line\n.\ntabbed'],
        ['version', '1:2'],
      ],
      [
        ['package', 'b'],
        ['version', '3'],
        ['depends', 'x,\ny'],
      ],
    ],
  );
});

test('parseControl leaves out what is not wanted, continuation lines too', () => {
  assert.deepEqual(
    [...parseControl(CONTROL, new Set(['version']))].map((stanza) => [...stanza]),
    [[['version', '1:2']], [['version', '3']]],
  );
  assert.deepEqual([...parseControl('')], []);
  assert.equal([...parseControl(CONTROL, new Set(['nothing']))].length, 2);
});

test('parseControl counts the packages that dpkg counts', { skip: without('dpkg-query') }, () => {
  const names = output(['dpkg-query', '-W', '-f', '${Package} ${Version}\n'])
    .toString()
    .trim()
    .split('\n');
  const status = output(['cat', '/var/lib/dpkg/status']).toString();
  const ours = [...parseControl(status)]
    .filter((stanza) => stanza.get('version'))
    .map((stanza) => `${stanza.get('package')} ${stanza.get('version')}`);
  assert.deepEqual(
    ours.filter((line) => !names.includes(line)),
    [],
  );
  assert.ok(ours.length >= names.filter((line) => !line.endsWith(' ')).length);
});
