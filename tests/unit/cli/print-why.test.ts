import assert from 'node:assert/strict';
import test from 'node:test';
import { printWhy } from '../../../src/cli/print-why.ts';
import type { HostFacts } from '../../../src/model/facts.ts';
import type { Sourced } from '../../../src/model/origin.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { selectModules } from '../../../src/plan/select-modules.ts';
import { config, facts, info, words } from '../../helpers/plan-fixture.ts';
import { run } from './command-line.ts';

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
    packages: [...words('udev', 'systemd'), ofProfile('dmsetup', 'dm')],
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
  test(`printWhy() follows ${subject} to its end`, () => {
    assert.equal(printWhy(plan(), subject), `${lines.join('\n')}\n`);
  });
}

test('printWhy() knows nothing of what is not planned', () => {
  assert.equal(printWhy(plan(), 'nouveau'), undefined);
  assert.equal(printWhy(plan(), '/usr/bin/btrfs'), undefined);
});

test('why takes a name and the options of build', async () => {
  const invocation = await run(['why', 'ahci', '--generic']);
  assert.ok(invocation.type === 'why');
  assert.equal(invocation.subject, 'ahci');
  assert.equal(invocation.request.generic, true);
  await assert.rejects(run(['why']), { name: 'UsageError', message: /without a name/ });
  await assert.rejects(run(['why', '--generic']), /without a name/);
  const help = await run(['why', '--help']);
  assert.ok(help.type === 'text' && help.text.startsWith('Usage: pkginitrd why NAME'));
});
