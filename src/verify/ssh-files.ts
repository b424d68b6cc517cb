// Files that the profile ssh takes of the host, and that its server looks for in the initrd.
const places = '(?:pkginitrd/ssh|dropbear/initramfs|dropbear-initramfs)';

export const authorizedKeys = new RegExp(
  `^(?:etc/${places}/(?:authorized_keys|id_\\w+\\.pub)|root/\\.ssh/authorized_keys)$`,
);

/** In the form of OpenSSH. */
export const ownKeys = /^etc\/pkginitrd\/ssh\/ssh_host_\w+_key$/;

export const keysOfDropbear = /^etc\/dropbear(?:\/|-)initramfs\/dropbear_\w+_host_key$/;
