import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { AbsolutePath } from '../../../src/model/brands.ts';
import { readDatabase, readInstalled } from '../../../src/packages/apt/dpkg-installed.ts';
import { isExcluded } from '../../../src/packages/apt/dpkg-commands.ts';
import { rebuildDeb } from '../../../src/packages/apt/dpkg-rebuild.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { requestFor } from '../../helpers/package-request.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { output, without } from '../formats/tools.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const files: readonly (readonly [path: string, mode: number, rebuilt: string])[] = [
  ['usr/bin/plain', 0o755, 'rwxr-xr-x'],
  ['usr/bin/elevated', 0o4755, 'rwsr-xr-x'],
  // Hardened, and handed to a group: by its old place, without any x, as a file, as a directory.
  ['usr/bin/su', 0o4750, 'rwxr-xr-x'],
  ['usr/sbin/off', 0o000, 'rwxr-xr-x'],
  ['usr/lib/widget/helper', 0o4754, 'rwxr-xr-x'],
  ['usr/share/widget/secret', 0o600, 'rw-r--r--'],
  ['usr/lib/widget', 0o700, 'rwxr-xr-x'],
  // What others cannot read on the host they cannot read in the image.
  ['var/lib/widget.key', 0o640, 'rw-r-----'],
];

test(
  'modes that dpkg-statoverride has set do not come along, all others do',
  { skip: without('dpkg-deb') },
  (t) => {
    const directory = plant(scratch(t), {
      bin: { link: 'usr/bin' },
      'etc/passwd': 'root:x:0:0::/root:\n',
      'etc/group': 'root:x:0:\n',
      ...Object.fromEntries(
        files.filter(([path]) => path !== 'usr/lib/widget').map(([path]) => [path, path]),
      ),
      'var/lib/dpkg/status':
        'Package: widget\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n',
      'var/lib/dpkg/info/widget.md5sums': `${md5('var/lib/widget.key')}  var/lib/widget.key\n`,
      'var/lib/dpkg/info/widget.list': `/.\n${files.map(([path]) => `/${path}\n`).join('')}`,
      'var/lib/dpkg/statoverride': [
        'root adm 4750 /bin/su',
        'root root 000 /usr/sbin/off',
        'root messagebus 4754 /usr/lib/widget/helper',
        'root adm 600 /usr/share/widget/secret',
        'root adm 700 /usr/lib/widget',
        'root adm 640 /var/lib/widget.key',
        '',
      ].join('\n'),
    });
    for (const [path, mode] of files) chmodSync(join(directory, path), mode);
    const listed = rebuiltWidget(t, directory, () => false);
    const modes = new Map(
      listed.split('\n').map((line) => {
        const [mode = '', owner = '', , , , path = ''] = line.split(/\s+/);
        return [path.replace(/^\.\/|\/$/g, ''), `${mode.slice(1)} ${owner}`];
      }),
    );
    for (const [path, , mode] of files) assert.equal(modes.get(path), `${mode} root/root`, path);
  },
);

test(
  'rebuildDeb() leaves out what will not be unpacked, whatever became of it',
  { skip: without('dpkg-deb') },
  (t) => {
    const shipped = ['changelog.gz', 'copyright', 'examples/one'].map(
      (name) => `usr/share/doc/widget/${name}`,
    );
    const list = ['usr', 'usr/share', 'usr/share/doc', 'usr/share/doc/widget'].concat(
      ['usr/share/doc/widget/examples', 'usr/share/locale/de/widget.mo', 'usr/widget'],
      shipped,
    );
    const directory = plant(scratch(t), {
      'etc/passwd': 'root:x:0:0::/root:\n',
      'etc/group': 'root:x:0:\n',
      'usr/widget': '',
      'usr/share/doc/widget/examples/one': 'changed',
      'usr/share/doc/widget/copyright': 'free',
      'var/lib/dpkg/status':
        'Package: widget\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n',
      'var/lib/dpkg/info/widget.md5sums': `${md5('one')}  usr/share/doc/widget/examples/one\n`,
      'var/lib/dpkg/info/widget.list': `/.\n${list.map((path) => `/${path}\n`).join('')}`,
    });
    const request = requestFor({}, { locale: 'C.UTF-8' });
    const listed = rebuiltWidget(t, directory, isExcluded(request));
    assert.deepEqual(listed.match(/\S*widget\S*$/gm), [
      ...['./usr/share/doc/widget/', './usr/share/doc/widget/examples/'],
      ...['./usr/widget', './usr/share/doc/widget/copyright'],
    ]);
  },
);

/** What dpkg-deb lists of the archive that is made of the package "widget" as it is installed in `directory`. */
function rebuiltWidget(
  t: TestContext,
  directory: AbsolutePath,
  isLeftOut: (path: string) => boolean,
): string {
  const database = readDatabase(rootFiles(directory));
  const installed = readInstalled(database, { name: 'widget', version: '1', architecture: 'all' });
  assert.ok(installed);
  const target = scratch(t);
  const sys = makeSys({ searchPath: '/usr/bin:/bin' });
  const place = { target: rootFiles(target), file: 'widget.deb' };
  assert.equal(rebuildDeb(sys, database, installed, place, isLeftOut).type, 'rebuilt');
  return output(['dpkg-deb', '--contents', join(target, 'widget.deb')]).toString();
}
