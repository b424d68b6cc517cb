import assert from 'node:assert/strict';
import test from 'node:test';
import { printWhy } from '../../../src/cli/print-why.ts';
import { writtenInImage } from '../../../src/image/written-files.ts';
import { explainWritten } from '../../../src/inspect/explain-written.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { treeFiles } from '../../../src/root/tree-files.ts';
import { writtenInRoot } from '../../../src/root/written-files.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { config, facts } from '../../helpers/plan-fixture.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
const plan = makePlan(
  config({ profiles: [{ value: 'lvm', from: { type: 'crypttab entry', entry: 'root' } }] }),
  facts(),
  modules,
  new Map(),
  { generic: false, offline: false },
);
const written = [...writtenInRoot, ...writtenInImage];

function explained(name: string, trees: ReturnType<typeof treeFiles> = []): string {
  return printWhy(plan, explainWritten(plan, written, trees, name));
}

for (const [name, title, how] of [
  ['/init', '/init', /link to \/usr\/lib\/systemd\/systemd/],
  ['init', '/init', /link to/],
  ['/etc/initrd-release', '/etc/initrd-release', /os-release.*VARIANT_ID/],
  ['/usr/lib/modules/6.1/modules.dep.bin', '/usr/lib/modules/6.1/modules.dep.bin', /depmod/],
  ['lib/modules/6.1/modules.builtin', '/lib/modules/6.1/modules.builtin', /kernel package's own/],
  ['manifest.json', '/usr/lib/pkginitrd/manifest.json', /packages, modules, firmware/],
  [
    '/etc/systemd/system/getty.target.wants/getty@tty1.service',
    '/etc/systemd/system/getty.target.wants/getty@tty1.service',
    /preset-all/,
  ],
] as const) {
  test(`explainWritten() says which step writes ${name}`, () => {
    const lines = explained(name).split('\n');
    assert.deepEqual([lines[0], lines.length], [`file ${title}`, 3]);
    assert.match(lines[1] ?? '', how);
  });
}

test('explainWritten() knows nothing of other names, however wide the patterns of units are', () => {
  for (const name of ['sshd.service', 'libssl3', '/etc/passwd-', '/usr/init', 'system']) {
    assert.equal(explained(name), '');
  }
});

test('explainWritten() names the tree that a file comes from, and its profile', (t) => {
  const root = plant(scratch(t), {
    'extra/etc/a.conf': '',
    'extra/etc/link': { link: 'a.conf' },
    single: 'x',
  });
  const at = { type: 'file', file: '/usr/lib/p/lvm', line: 0, profile: 'lvm' } as const;
  const trees = treeFiles({ root: rootFiles }, [
    { source: `${root}/extra`, target: '/', from: at },
    {
      source: `${root}/single`,
      target: '/opt/here',
      from: { type: 'flag', flag: '--extra-trees' },
    },
    { source: absolutePath(`${root}/extra/etc`), target: '/srv', from: at },
  ]);
  assert.equal(
    explained('/etc/a.conf', trees),
    `file /etc/a.conf
  copied from ${root}/extra/etc/a.conf
  tree: /usr/lib/p/lvm
  profile lvm: /etc/crypttab: root
`,
  );
  assert.match(explained('link', trees), /^file \/etc\/link\n[^]*^file \/srv\/link\n/m);
  assert.match(
    explained('here', trees),
    /^file \/opt\/here\n.*\/single\n {2}tree: --extra-trees\n$/,
  );
});
