import type { Config } from '../model/config.ts';
import type { HostFacts } from '../model/facts.ts';

/**
 * A sentence about an address that initramfs-tools has been told, by which a machine is unlocked from elsewhere or unlocks itself,
 * and which nothing here reads.
 */
export function initramfsAddressWarnings(
  { profiles }: Pick<Config, 'profiles'>,
  { initramfsAddress, commandLine, hostFiles }: HostFacts,
): readonly string[] {
  if (initramfsAddress === undefined || byDhcp.test(initramfsAddress.value)) return [];
  const { file, value } = initramfsAddress;
  const [user] = ['ssh', 'tang'].filter((name) => profiles.some((each) => each.value === name));
  const isSet =
    commandLine.some((word) => word.startsWith('ip=')) ||
    hostFiles.some(({ path }) => /\/systemd\/network\/[^/]+\.network$/.test(path));
  if (user === undefined || isSet) return [];
  return [
    `"${file}" has IP=${value}, which an initrd of pkginitrd does not read: the network for the profile "${user}" comes by DHCP. ` +
      `Write ip=${value} to the kernel's command line, or a file to /etc/systemd/network`,
  ];
}

// All wired cards are asked for an address anyhow.
const byDhcp = /^(?:dhcp|on|any|both|:*:[^:]*:(?:dhcp|on|any|both)?:*)$/;
