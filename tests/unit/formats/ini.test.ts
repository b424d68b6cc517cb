import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parseIni, stringifyIni } from '../../../src/formats/ini.ts';

const files = {
  // Fedora's dnf.conf with what administrators add.
  'dnf.conf': `[main]
gpgcheck=True
installonly_limit=3
clean_requirements_on_remove=True
best=False
skip_if_unavailable=True
excludepkgs=kernel-debug*, *.i686
    nodejs*
# fastestmirror=1
proxy: http://user:p;ss@proxy.example:3128/#top
`,
  'fedora.repo': `[fedora]
name=Fedora $releasever - $basearch
#baseurl=http://download.example/pub/fedora/linux/releases/$releasever/Everything/$basearch/os/
metalink=https://mirrors.fedoraproject.org/metalink?repo=fedora-$releasever&arch=$basearch
enabled=1
countme=1
metadata_expire=7d
repo_gpgcheck=0
type=rpm
gpgcheck=1
gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-$releasever-$basearch
skip_if_unavailable=False

[fedora-debuginfo]
name=Fedora $releasever - $basearch - Debug
enabled=0
`,
  'copr.repo': `[copr:copr.fedorainfracloud.org:group_osbuild:osbuild]
name=Copr repo for osbuild owned by @osbuild
baseurl=https://download.copr.fedorainfracloud.org/results/@osbuild/osbuild/fedora-$releasever-$basearch/
type=rpm-md
skip_if_unavailable=True
gpgkey=https://download.copr.fedorainfracloud.org/results/@osbuild/osbuild/pubkey.gpg

[copr:copr.fedorainfracloud.org:a.b:c]
name=dots.everywhere
`,
  'opensuse.repo': `[repo-oss]
name=openSUSE-Tumbleweed-Oss
enabled=1
autorefresh=1
baseurl=http://download.opensuse.org/tumbleweed/repo/oss/
        http://mirror.example/tumbleweed/repo/oss/
path=/
type=rpm-md
keeppackages=0
`,
  'zypp.conf': `## Configuration file for software management
[main]

## Valid values: [ a, b ]
# credentials.global.dir = /etc/zypp/credentials.d
packagesdir = /srv/packages
solver.onlyRequires = true
multiversion = provides:multiversion(kernel)
multiversion.kernels = latest,latest-1,running
`,
  'headers.repo': `[a]
enabled=1
[b] # a comment
enabled=0
[c];x
  k=1
  j=2
    more of j
[d]
  k = [not a section]
    [nor this]
i=1
`,
  'odd.repo': `[a]
__proto__=1
constructor=2
null=null
true=true
quoted="x"
half='x
back=c:\\dir\\;x
empty=
Key=first
key=second
list[]=1
equals = a=b==c
[b] 
x : y : z
[a]
again=1
[10]
x=1
[]odd]
x=2
`,
};

// The reader of dnf itself, started once for all files.
const reader = `
import configparser, json, sys
def read(text):
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    return [[s, sorted(map(list, parser.items(s)))] for s in parser.sections()]
print(json.dumps({name: read(text) for name, text in json.load(sys.stdin).items()}))
`;
const python: Readonly<Record<string, unknown>> = JSON.parse(
  execFileSync('python3', ['-c', reader], { input: JSON.stringify(files), encoding: 'utf8' }),
);

for (const [name, text] of Object.entries(files)) {
  test(`parseIni() reads ${name} as Python's configparser does`, () => {
    const ours = [...parseIni(text, name)].map(([section, keys]) => [
      section,
      [...keys]
        .map(([key, value]) => [key, value.text])
        .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    ]);
    assert.deepEqual(ours, python[name]);
  });
}

// dnf 4 and 5 and libzypp were seen to refuse a file for each of them.
const refused: readonly (readonly [text: string, place: string])[] = [
  ['gpgcheck=1\n', '1": no [section] stands before "gpgcheck=1"'],
  ['# a\n\n[main\ngpgcheck=1\n', '3": "[main" begins a section and has no name in brackets'],
  ['[main]\na=1\n[\n', '3": "[" begins a section and has no name in brackets'],
  ['[main]\n[]\n', '2": "[]" begins a section and has no name in brackets'],
  ['[main]\ngpgcheck 1\n', '2": "gpgcheck 1" has no "="'],
  ['[main]\na=1\n b\n=2\n', '4": "=2" has no "="'],
];

for (const [text, place] of refused) {
  test(`parseIni() refuses ${JSON.stringify(text)} with the line`, () => {
    assert.throws(() => parseIni(text, '/etc/x.conf'), {
      name: 'BuildError',
      message: `Cannot read "/etc/x.conf:${place}`,
    });
  });
}

test('parseIni() gives the line of the value that counts', () => {
  const main = parseIni('[main]\r\na=1\n  2\nb: 3\r\n[x]\nb=5\n[main]\na=4\n', 'x').get('main');
  assert.deepEqual(
    [...(main ?? [])],
    [
      ['a', { text: '4', line: 8 }],
      ['b', { text: '3', line: 4 }],
    ],
  );
});

// dnf 4 and 5 and libzypp were seen to list a repository "DEFAULT", and to give nothing of it to others.
test('parseIni() takes [DEFAULT] for a section like others', () => {
  const sections = parseIni('[DEFAULT]\nenabled=0\n[a]\nname=A\n', 'x');
  assert.deepEqual([...sections.keys()], ['DEFAULT', 'a']);
  assert.deepEqual([...(sections.get('a')?.keys() ?? [])], ['name']);
});

test('parseIni() takes long lines of blanks', () => {
  const blanks = ' '.repeat(500_000);
  const sections = parseIni(`[main]\nk = x${blanks}y\n${blanks}z\n[ ${blanks}]\n`, 'x');
  assert.equal(sections.get('main')?.get('k')?.text.length, blanks.length + 4);
});

test('stringifyIni() writes what every reader of INI files takes, and refuses the rest', () => {
  const repository = { name: 'installed', baseurl: 'dir:/state/installed', gpgcheck: '0' };
  const text = stringifyIni({ own: repository });
  assert.equal(text, '[own]\nname=installed\nbaseurl=dir:/state/installed\ngpgcheck=0\n');
  const own = [...(parseIni(text, 'x').get('own') ?? [])].map(([key, value]) => [key, value.text]);
  assert.deepEqual(Object.fromEntries(own), repository);
  for (const odd of ['a;b', 'a=b', '"a"', ' a', 'a ', 'a\nb', '']) {
    assert.throws(() => stringifyIni({ own: { name: odd } }), /Cannot write/, odd);
  }
});
