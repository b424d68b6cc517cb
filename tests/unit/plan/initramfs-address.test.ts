import assert from 'node:assert/strict';
import test from 'node:test';
import type { HostFacts } from '../../../src/model/facts.ts';
import { initramfsAddressWarnings } from '../../../src/plan/initramfs-address.ts';
import { config, facts, words } from '../../helpers/plan-fixture.ts';

const file = '/etc/initramfs-tools/initramfs.conf';

function warnings(
  value: string,
  profiles: readonly string[],
  changes: Partial<HostFacts> = {},
): string {
  const host = facts({ initramfsAddress: { file, value }, ...changes });
  return initramfsAddressWarnings(config({ profiles: words(...profiles) }), host).join();
}

const fixed = '10.0.0.5::10.0.0.1:255.0.0.0::eth0:off';

for (const [value, profiles] of [
  [fixed, ['network', 'ssh']],
  [fixed, ['clevis', 'tang']],
  ['off', ['ssh']],
  ['10.0.0.5', ['ssh']],
] as const) {
  test(`an address of initramfs-tools, ${value}, is a warning with ${profiles.join(' and ')}`, () => {
    const text = warnings(value, profiles);
    assert.ok(text.startsWith(`"${file}" has IP=${value}, which an initrd`), text);
    assert.ok(text.includes(`the profile "${profiles.at(-1)}"`), text);
    assert.ok(text.includes(`Write ip=${value} to the kernel's command line`), text);
  });
}

for (const value of ['dhcp', 'on', 'any', ':::::eth0:dhcp', '::::::dhcp']) {
  test(`IP=${value} of initramfs-tools is what an initrd does anyhow`, () =>
    assert.equal(warnings(value, ['ssh']), ''));
}

test('an address of initramfs-tools is no warning where it is of no use, or said in another place', () => {
  assert.equal(warnings(fixed, ['network', 'nfs']), '');
  assert.equal(warnings(fixed, ['ssh'], { commandLine: ['quiet', `ip=${fixed}`] }), '');
  const path = '/etc/systemd/network/10-eth0.network';
  const own = { path, reason: { type: 'default' }, secret: false, size: 1 } as const;
  assert.equal(warnings(fixed, ['ssh'], { hostFiles: [own] }), '');
  assert.equal(initramfsAddressWarnings(config({ profiles: words('ssh') }), facts()).length, 0);
});
