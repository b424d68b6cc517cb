/**
 * Modules that another kernel has under another name, where that kernel's aliases do not say so. Old and new both
 * ways, since an older kernel may be built for while a newer one runs. A name is only tried, none of them has to exist.
 */
export const renamedModules: readonly (readonly string[])[] = [
  // 6.14 merged the accelerated checksums of lib/crc.
  ['crc32c_intel', 'crc32_pclmul', 'crc32_x86'],
  ['crct10dif_pclmul', 'crc_t10dif_x86', 'crct10dif_x86'],
  ['crct10dif_common', 'crct10dif_generic', 'crc_t10dif'],
  ['crc64_rocksoft', 'crc64_rocksoft_generic', 'crc64_nvme', 'crc64'],
  // 6.15 folded libcrc32c into crc32c.
  ['libcrc32c', 'crc32c_generic', 'crc32c'],
  // 6.16 and later moved ciphers from crypto/ to lib/crypto.
  ['sha256_ssse3', 'sha256_generic', 'libsha256', 'sha256'],
  ['sha512_ssse3', 'sha512_generic', 'libsha512', 'sha512'],
  ['blake2b_generic', 'blake2b', 'libblake2b'],
  ['chacha_x86_64', 'chacha_generic', 'libchacha', 'chacha'],
  ['poly1305_x86_64', 'poly1305_generic', 'libpoly1305', 'poly1305'],
  // 6.12 split the firmware loader off; without it some USB hosts stay dead.
  ['xhci_pci', 'xhci_pci_renesas'],
  // The framebuffer that the firmware set up.
  ['simplefb', 'simpledrm'],
  // Disk controllers whose drivers took over from older ones.
  ['cciss', 'hpsa'],
  ['hpsa', 'smartpqi'],
  ['mpt2sas', 'mpt3sas'],
  // One driver for all of ext's versions.
  ['ext2', 'ext3', 'ext4'],
  // 6.1 and later: the platform's glue of Intel's pin controllers.
  ['pinctrl_intel', 'pinctrl_intel_platform'],
];
