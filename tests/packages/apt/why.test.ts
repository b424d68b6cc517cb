import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { absolutePath, kernelVersion } from '../../../src/model/brands.ts';
import type { WhyInvocation } from '../../../src/model/invocation.ts';
import type { Surroundings } from '../../../src/verbs/verb.ts';
import { why } from '../../../src/verbs/why.ts';
import { explained, unexplained } from '../../helpers/explained.ts';
import { machineKernel } from '../../helpers/kernel.ts';
import { need } from '../../helpers/need.ts';
import { checkout } from '../../helpers/paths.ts';
import { aptRequest, cleanUp, skip, sys } from './support.ts';
import { defaultPackages } from './system-host.ts';

// `why` with the answers of this machine's own apt.

after(cleanUp);

test(
  'every package of a Debian initrd is followed to a word of the configuration',
  { skip },
  async () => {
    const texts = await explained(sys, aptRequest(defaultPackages()));
    assert.ok(texts.size > 60, `${texts.size} packages`);
    assert.deepEqual(unexplained(texts), []);
    const byDependency = [...texts.values()].filter((text) => text.includes('needed by '));
    assert.ok(byDependency.length > 30, `${byDependency.length} by dependency`);
  },
);

test(
  'why answers for each of several names, and fails for the one that is nowhere',
  { skip },
  async (t) => {
    const kernel = machineKernel();
    if (!need(t, kernel !== undefined, 'no kernel: run tests/helpers/setup.sh')) return;
    if (kernel === undefined) return;
    const names = ['libkmod2', 'sed', '/bin/bash', 'nfs', '/init', 'nfsd', 'ext4', 'no-such-thing'];
    const { result, remarks, failure } = await why(sys, invocation(kernel, names), surroundings);
    assert.deepEqual(remarks, []);
    for (const expected of [
      /^package libkmod2\n {2}needed by .*\n[^]*20-debian\.conf:\d+$/m,
      /^package sed\n {2}essential: /m,
      /^file \S*\/bin\/bash\n {2}of package bash\n {2}bash: .*10-base\.conf:\d+$/m,
      /^profile not used nfs\n[^]*--profile=nfs$/m,
      /^file \/init\n {2}written by pkginitrd: /m,
      /^module not in the image nfsd \(.*\)\n {2}left out by .*13-modules-generic\.conf:\d+ "-\/fs\/nfsd\/"\n {2}taken by KernelModules=nfsd/m,
      /^module ext4 /m,
    ]) {
      assert.match(result, expected);
    }
    assert.equal(
      failure?.message,
      'Cannot find "no-such-thing" in what would be built, nor in this kernel or system',
    );
  },
);

test('why answers without root, and says what it does not know', { skip }, async (t) => {
  const kernel = machineKernel();
  if (!need(t, kernel !== undefined, 'no kernel: run tests/helpers/setup.sh')) return;
  if (kernel === undefined) return;
  const user = { ...surroundings, user: 1000 };
  const { result, remarks } = await why(sys, invocation(kernel, ['libkmod2']), user);
  assert.match(result, /^package not in the image libkmod2\n {2}not asked for by name/);
  assert.match(remarks.join(), /needs root/);
});

const surroundings: Surroundings = {
  vendorDirectory: absolutePath(`${checkout}/dropins`),
  architecture: 'x86-64',
  temporaryDirectory: absolutePath('/var/tmp'),
  user: 0,
  tool: () => undefined,
  runtime: '',
  tell: () => {},
};

function invocation(
  { root, version }: { readonly root: string; readonly version: string },
  subjects: readonly string[],
): WhyInvocation {
  return {
    type: 'why',
    subjects,
    format: 'text',
    debug: false,
    request: {
      kernelVersion: kernelVersion(version),
      hostRoot: absolutePath('/'),
      kernelRoot: absolutePath(root),
      loadedModulesFile: undefined,
      generic: true,
      offline: false,
      assignments: [],
      profiles: [],
    },
  };
}
