import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Assignment } from '../../../src/model/config.ts';
import type { ImageRequest, PlanInvocation } from '../../../src/model/invocation.ts';
import { plan } from '../../../src/verbs/plan.ts';
import { machineKernel } from '../../helpers/kernel.ts';
import { need } from '../../helpers/need.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { genericRequest, surroundings } from '../../helpers/surroundings.ts';
import { cleanUp, skip, sys } from './support.ts';

// What a dry run finds out of what would fail a build, with the answers of this machine's own apt.

after(cleanUp);

test('a dry run counts what the packages come to', { skip }, async (t) => {
  const invocation = dryRun();
  if (!need(t, invocation !== undefined, 'no kernel: run tests/helpers/setup.sh')) return;
  if (invocation === undefined) return;
  const { result, failure } = await plan(sys, invocation, surroundings);
  assert.equal(failure, undefined);
  const [, asked, all] =
    /^Packages: (\d+) asked for, (\d+) with those that they need/m.exec(result) ?? [];
  assert.ok(Number(all) > Number(asked) + 30, `${asked} ${all}`);
});

test(
  'a dry run prints the plan, and then the lines of all that would be refused',
  { skip },
  async (t) => {
    const invocation = dryRun({
      assignments: [asked('sytemd', 3), asked('udev', 4), asked('btrfs-prgos', 5)],
    });
    if (!need(t, invocation !== undefined, 'no kernel: run tests/helpers/setup.sh')) return;
    if (invocation === undefined) return;
    const directory = absolutePath('/dev');
    const into = { ...invocation, destination: { type: 'path', directory, name: 'null' } as const };
    const { result, failure } = await plan(sys, into, surroundings);
    assert.match(result, /^Packages: \d+ asked for$/m);
    assert.equal(failure?.name, 'UsageError');
    assert.match(
      failure?.message ?? '',
      /^Cannot replace "\/dev\/null": it is a character device, not a regular file\npkginitrd: Cannot install "btrfs-prgos" \(\/etc\/pkginitrd\/50\.conf:5\), "sytemd" \(\/etc\/pkginitrd\/50\.conf:3\): apt knows no such package$/,
    );
  },
);

test(
  'a dry run without package lists is no failure, and says that they are not known',
  { skip },
  async (t) => {
    const hostRoot = plant(scratch(t), {
      'etc/os-release': 'ID=debian\nVERSION_ID=13\n',
      'usr/bin/apt-get': '',
      'var/lib/dpkg/status':
        'Package: dpkg\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n',
      'etc/pkginitrd/50.conf': '[Content]\nSources=\nSources=cache network\n',
    });
    const invocation = dryRun({ hostRoot });
    if (!need(t, invocation !== undefined, 'no kernel: run tests/helpers/setup.sh')) return;
    if (invocation === undefined) return;
    const { remarks, failure } = await plan(sys, invocation, surroundings);
    assert.equal(failure, undefined);
    assert.match(remarks.join(), /Warning: .*apt has no package lists.*Run "apt-get update"/);
  },
);

function asked(value: string, line: number): Assignment {
  const from = { type: 'file', file: '/etc/pkginitrd/50.conf', line } as const;
  return { section: 'Content', key: 'Packages', value, from };
}

function dryRun(changes: Partial<ImageRequest> = {}): PlanInvocation | undefined {
  const kernel = machineKernel();
  if (kernel === undefined) return undefined;
  return {
    type: 'plan',
    request: { ...genericRequest(kernel), ...changes },
    kernelImage: undefined,
    destination: { type: 'path', directory: absolutePath('/var/tmp'), name: undefined },
    format: 'text',
    debug: false,
  };
}
