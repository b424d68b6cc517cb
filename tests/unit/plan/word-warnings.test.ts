import assert from 'node:assert/strict';
import test from 'node:test';
import { unknownModuleWords } from '../../../src/plan/word-warnings.ts';
import { config, facts, words } from '../../helpers/plan-fixture.ts';

const { modules } = facts().kernel;

function warningsFor(...patterns: readonly string[]): readonly string[] {
  return unknownModuleWords(config({ kernelModules: words(...patterns) }), modules);
}

test('unknownModuleWords() names each word that stands for nothing in this kernel, with its line', () => {
  assert.deepEqual(warningsFor('ext4', 'vfatt', '/drivers/atta/', 'fs/extt*'), [
    '/etc/pkginitrd/test.conf:2: This kernel has no module "vfatt", ignoring the word',
    '/etc/pkginitrd/test.conf:3: This kernel has no module "/drivers/atta/", ignoring the word',
    '/etc/pkginitrd/test.conf:4: This kernel has no module "fs/extt*", ignoring the word',
  ]);
});

test('unknownModuleWords() says nothing of modules, subtrees, what is built in, words for lists, and what is left out', () => {
  const good = ['crc32c-intel', 'crc32c_intel', 'nvme', '/fs/', 'fs/ext4/ext4', 'realtek*'];
  assert.deepEqual(warningsFor(...good, 'host', 'default', '-nouveau'), []);
});

test("unknownModuleWords() says nothing of the tool's own words, which are for all kernels", () => {
  const own = words('vfatt');
  const ours = config({ kernelModules: own, defaultKernelModules: own });
  assert.deepEqual(unknownModuleWords(ours, modules), []);
});
