import assert from 'node:assert/strict';
import test from 'node:test';
import { printWhy, printWhyJson } from '../../../src/cli/print-why.ts';
import { explainPlanned } from '../../../src/inspect/explain-planned.ts';
import type { HostFacts } from '../../../src/model/facts.ts';
import type { Sourced } from '../../../src/model/origin.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { selectModules } from '../../../src/plan/select-modules.ts';
import { config, facts, info, words } from '../../helpers/plan-fixture.ts';
import { run } from '../cli/command-line.ts';

const host: HostFacts = facts({
  loadedModules: ['r8169', 'ahci'],
  storage: [
    {
      purpose: '/',
      required: true,
      source: '/dev/sda1',
      fileSystem: 'ext4',
      checksum: null,
      below: [{ type: 'disk', device: 'sda', drivers: [] }],
    },
  ],
});

function ofProfile(value: string, profile: string): Sourced<string> {
  const file = `/usr/lib/pkginitrd/profiles/${profile}/10-x.conf`;
  return { value, from: { type: 'file', file, line: 4, profile } };
}

function plan(): Plan {
  const ours = config({
    kernelModules: words('btrfs', 'no-such'),
    hostModules: words('-/drivers/ata/'),
    packages: [...words('udev', 'systemd', 'pager|less|'), ofProfile('dmsetup', 'dm')],
    profiles: [
      ofProfile('dm', 'cryptsetup'),
      {
        value: 'cryptsetup',
        from: {
          type: 'under',
          purpose: '/',
          layer: { type: 'layer', kind: 'luks2', name: 'root' },
        },
      },
    ],
  });
  const modules = selectModules(ours, host);
  const infos = new Map([
    ['kernel/drivers/net/ethernet/realtek/r8169.ko', info(['rtl_nic/rtl8125a-3.fw', 'gone.fw'])],
  ]);
  return makePlan(ours, host, modules, infos, { generic: false, offline: false });
}

for (const [subject, ...lines] of [
  [
    'libphy',
    'module libphy (kernel/drivers/net/phy/libphy.ko)',
    '  needed by r8169',
    '  r8169: loaded on the host',
  ],
  [
    'crc32c-intel',
    'module crc32c_intel (kernel/arch/x86/crypto/crc32c-intel.ko)',
    '  soft dependency of btrfs',
    '  btrfs: /etc/pkginitrd/test.conf:1 "btrfs"',
  ],
  [
    'mbcache',
    'module mbcache (kernel/fs/mbcache.ko)',
    '  needed by ext4',
    '  ext4: under /: file system ext4',
    'Storage',
    '  / ext4',
    '  └─ disk sda',
  ],
  [
    'rtl_nic/rtl8125a-3.fw',
    'firmware usr/lib/firmware/rtl_nic/rtl8125a-3.fw.zst',
    '  firmware of r8169',
    '  r8169: loaded on the host',
  ],
  ['gone.fw', 'firmware not found gone.fw', '  firmware of r8169', '  r8169: loaded on the host'],
  [
    'ahci',
    'module left out ahci',
    '  loaded on the host, but for /etc/pkginitrd/test.conf:1 "-/drivers/ata/"',
  ],
  ['no_such', 'module not in this kernel no_such', '  /etc/pkginitrd/test.conf:2 "no-such"'],
  ['systemd', 'package systemd', '  /etc/pkginitrd/test.conf:2'],
  ['less', 'package pager|less|', '  /etc/pkginitrd/test.conf:3'],
  [
    'dmsetup',
    'package dmsetup',
    '  /usr/lib/pkginitrd/profiles/dm/10-x.conf:4',
    '  profile dm: /usr/lib/pkginitrd/profiles/cryptsetup/10-x.conf:4',
    '  profile cryptsetup: under /: luks2 root',
    'Storage',
    '  / ext4',
    '  └─ disk sda',
  ],
  [
    'cryptsetup',
    'profile cryptsetup',
    '  under /: luks2 root',
    'Storage',
    '  / ext4',
    '  └─ disk sda',
  ],
] as const) {
  test(`explainPlanned() follows ${subject} to its end`, () => {
    assert.equal(printWhy(plan(), explainPlanned(plan(), subject)), `${lines.join('\n')}\n`);
  });
}

test('explainPlanned() knows nothing of what is not planned', () => {
  assert.deepEqual(explainPlanned(plan(), 'nouveau'), []);
  assert.deepEqual(explainPlanned(plan(), '/usr/bin/btrfs'), []);
});

test('printWhyJson() has the reason as data, and its sentence', () => {
  const json: unknown = JSON.parse(printWhyJson(explainPlanned(plan(), 'libphy')));
  const at = { file: '/etc/pkginitrd/test.conf', line: 2, type: 'file' };
  assert.deepEqual(json, [
    {
      kind: 'module',
      name: 'libphy (kernel/drivers/net/phy/libphy.ko)',
      lines: [
        {
          of: null,
          remark: { module: 'r8169', type: 'needed by' },
          text: 'needed by r8169',
        },
        { of: 'r8169', remark: { as: null, type: 'loaded' }, text: 'loaded on the host' },
      ],
    },
  ]);
  const systemd: unknown = JSON.parse(printWhyJson(explainPlanned(plan(), 'systemd')));
  const lines = [{ of: null, remark: at, text: '/etc/pkginitrd/test.conf:2' }];
  assert.deepEqual(systemd, [{ kind: 'package', name: 'systemd', lines }]);
});

test('why takes several names, and the options of build before and behind them', async () => {
  for (const words of [
    ['ahci', 'libssl3', '--generic', '--kernel-modules=-usbhid'],
    ['--generic', 'ahci', '--kernel-modules=-usbhid', 'libssl3'],
    ['-g', '--kernel-modules', 'x', '--kernel-modules=-usbhid', '--', 'ahci', 'libssl3'],
  ]) {
    const invocation = await run(['why', ...words]);
    assert.ok(invocation.type === 'why');
    assert.deepEqual(invocation.subjects, ['ahci', 'libssl3']);
    assert.equal(invocation.request.generic, true);
    assert.equal(invocation.request.assignments.at(-1)?.value, '-usbhid');
    assert.equal(invocation.format, 'text');
  }
  const json = await run(['why', '--json', 'ahci']);
  assert.ok(json.type === 'why' && json.format === 'json');
  await assert.rejects(run(['why']), { name: 'UsageError', message: /without a name/ });
  await assert.rejects(run(['why', '--generic']), /without a name/);
  await assert.rejects(run(['why', 'ahci', '--genric']), /unknown option/);
  for (const help of [await run(['why', '--help']), await run(['why', 'ahci', '-h'])]) {
    assert.ok(help.type === 'text' && help.text.startsWith('Usage: pkginitrd why [OPTIONS] NAME…'));
  }
});
