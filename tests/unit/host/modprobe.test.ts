import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readHostFiles } from '../../../src/host/host-files.ts';
import { readModprobe } from '../../../src/host/modprobe.ts';
import { describeReason } from '../../../src/model/reason.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { words } from '../../helpers/plan-fixture.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

function read(t: TestContext, tree: Tree, patterns: string[] = [], commandLine: string[] = []) {
  const root = rootFiles(plant(scratch(t), tree));
  const all = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((each) => `${each}/modprobe.d`);
  const { files } = readHostFiles(root, words(...all, ...patterns), []);
  return readModprobe(root, files, commandLine).map(({ from }) => describeReason(from));
}

const tree: Tree = {
  'etc/modprobe.d/b.conf': 'blacklist of-etc\n\nblacklist two\n',
  'etc/modprobe.d/masked.conf': { link: '/dev/null' },
  'etc/modprobe.d/README': 'blacklist readme\n',
  'run/modprobe.d/b.conf': 'blacklist of-run\n',
  'usr/local/lib/modprobe.d/c.conf': 'blacklist local\n',
  'usr/lib/modprobe.d/masked.conf': 'blacklist masked\n',
  'usr/lib/modprobe.d/a.conf': 'blacklist vendor\n',
};

test('readModprobe() reads the directories in the order of the names, the highest file of each, and no masked one', (t) => {
  assert.deepEqual(read(t, tree), [
    '/usr/lib/modprobe.d/a.conf:1 "blacklist vendor"',
    '/etc/modprobe.d/b.conf:1 "blacklist of-etc"',
    '/etc/modprobe.d/b.conf:3 "blacklist two"',
    '/usr/local/lib/modprobe.d/c.conf:1 "blacklist local"',
  ]);
});

test('readModprobe() reads only what goes into the image: what a pattern leaves out says nothing there', (t) => {
  assert.deepEqual(read(t, tree, ['-/etc/modprobe.d', '-/usr']), [
    '/run/modprobe.d/b.conf:1 "blacklist of-run"',
  ]);
});

test('readModprobe() takes the words of the command line for lines', (t) => {
  const words = ['modprobe.blacklist=a-b,c', 'module_blacklist=d', 'quiet', 'rd.blacklist=e'];
  const lines = readModprobe(rootFiles(plant(scratch(t), {})), [], words);
  assert.deepEqual(
    lines.map((line) => [line.type, 'module' in line ? line.module : '']),
    [
      ['blacklist', 'a_b'],
      ['blacklist', 'c'],
      ['refused', 'd'],
    ],
  );
});
