import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Explanation } from '../../../src/model/explanation.ts';
import type { WhyInvocation } from '../../../src/model/invocation.ts';
import { why } from '../../../src/verbs/why.ts';
import { explained, unexplained } from '../../helpers/explained.ts';
import { machineKernel, type Kernel } from '../../helpers/kernel.ts';
import { need } from '../../helpers/need.ts';
import { checkout } from '../../helpers/paths.ts';
import { run } from '../../helpers/run.ts';
import { genericRequest, surroundings } from '../../helpers/surroundings.ts';
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

test(
  'the command prints what it knows, and then ends with 1 for what it does not',
  { skip },
  async (t) => {
    const kernel = machineKernel();
    if (!need(t, kernel !== undefined, 'no kernel: run tests/helpers/setup.sh')) return;
    if (kernel === undefined) return;
    const options = ['--json', '--generic', '--kernel-root', kernel.root];
    const argv = ['--import', 'tsx', 'src/main.ts', 'why', ...options, '/init', 'no-such-thing'];
    const ran = await run([process.execPath, ...argv], { cwd: checkout });
    assert.equal(ran.code, 1, ran.stderr);
    const [init]: readonly Explanation[] = JSON.parse(ran.stdout);
    assert.deepEqual([init?.kind, init?.name], ['file', '/init']);
    assert.match(ran.stderr, /^pkginitrd: Cannot find "no-such-thing" in what would be built/m);
  },
);

function invocation(kernel: Kernel, subjects: readonly string[]): WhyInvocation {
  return { type: 'why', subjects, format: 'text', debug: false, request: genericRequest(kernel) };
}
