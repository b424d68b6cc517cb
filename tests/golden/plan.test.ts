import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { printPlan, printPlanJson } from '../../src/cli/print-plan.ts';
import type { Config } from '../../src/model/config.ts';
import type { HostFacts } from '../../src/model/facts.ts';
import type { Plan } from '../../src/model/plan.ts';
import { makePlan } from '../../src/plan/plan.ts';
import { selectModules } from '../../src/plan/select-modules.ts';
import { absolutePath } from '../../src/model/brands.ts';
import { config, facts, info, kernelConfig, words } from '../helpers/plan-fixture.ts';

const infos = new Map([
  ['kernel/drivers/net/ethernet/realtek/r8169.ko', info(['rtl_nic/rtl8168g-2.fw', 'rtl_nic/x'])],
]);

function planOf(ours: Config, host: HostFacts): Plan {
  const options = { generic: false, offline: false };
  return makePlan(ours, host, selectModules(ours, host), infos, options);
}

// UPDATE_GOLDEN=1 writes them anew; the difference is read in review.
function golden(name: string, text: string): void {
  const path = new URL(name, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, text);
  assert.equal(text, readFileSync(path, 'utf8'));
}

const laptop = planOf(
  config({
    kernelModules: words('btrfs', '-ccp', 'no_such'),
    profiles: [
      ...words('network'),
      { value: 'cryptsetup', from: { type: 'crypttab entry', entry: 'root' } },
    ],
    extraTrees: words('x').map(({ from }) => ({
      from,
      value: { source: absolutePath('/etc/pkginitrd/extra'), target: '/' },
    })),
  }),
  facts({
    loadedModules: ['ahci', 'ccp', 'r8169'],
    crypttab: [
      {
        name: 'root',
        device: 'UUID=1',
        keyFile: '/etc/keys/root',
        options: ['x-initrd.attach'],
        line: 'root UUID=1 /etc/keys/root x-initrd.attach',
        purpose: '/',
      },
    ],
    hostFiles: [
      { path: '/etc/keys/root', reason: { type: 'key', entry: 'root' }, secret: true, size: 4096 },
      ...words('/etc/crypttab', '/etc/vconsole.conf').map(({ value, from }) => ({
        path: value,
        reason: { type: 'pattern', at: from, word: value } as const,
        secret: false,
        size: 40,
      })),
    ],
  }),
);

test('The plan of a Debian laptop as JSON', () =>
  golden('debian-laptop.json', printPlanJson(laptop)));

test('The plan of a Debian laptop for people', () =>
  golden('debian-laptop.txt', printPlan(laptop)));

test('A kernel that cannot unpack zstd gets another compression and a warning', () => {
  const old = facts();
  const plan = planOf(config(), {
    ...old,
    kernel: { ...old.kernel, config: kernelConfig('CONFIG_RD_XZ') },
  });
  assert.deepEqual(
    plan.parts.map(({ compression }) => compression),
    ['none', 'xz', 'xz'],
  );
  assert.match(plan.warnings.join(), /cannot unpack zstd/);
});

test('A plan is JSON-safe: it survives being printed and read', () => {
  assert.deepEqual(JSON.parse(printPlanJson(laptop)), laptop);
});
