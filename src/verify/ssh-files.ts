// Files that the profile ssh takes of the host, and that its server looks for in the initrd.

export const authorizedKeys =
  /^(?:etc\/(?:pkginitrd\/ssh|dropbear\/initramfs|dropbear-initramfs)\/authorized_keys|etc\/dropbear\/initramfs\/id_[^/]*\.pub|root\/\.ssh\/authorized_keys)$/;

/** In the form of OpenSSH. */
export const ownKeys = /^etc\/pkginitrd\/ssh\/ssh_host_[^/]*_key$/;

export const keysOfDropbear = /^etc\/dropbear(?:\/|-)initramfs\/dropbear_[^/]*_host_key$/;
