import type { WrittenFile } from '../model/explanation.ts';

/** Files that making an initrd of the root writes: for explanations, each beside the step that writes it. */
export const writtenInRoot: readonly WrittenFile[] = [
  // basics.ts
  {
    path: 'init',
    how: 'a link to /usr/lib/systemd/systemd, where no package or tree has an /init',
  },
  ...['usr/lib/initrd-release', 'etc/initrd-release'].map((path) => ({
    path,
    how: 'the os-release of the packages with VARIANT_ID=initrd; systemd knows an initrd by it',
  })),
  {
    path: 'etc/machine-id',
    how: '"uninitialized", so that systemd takes no boot for the first one',
  },
  { path: 'etc/locale.conf', how: 'Locale= of pkginitrd.conf(5)' },
  // tools.ts
  ...['passwd', 'group', 'shadow', 'gshadow'].map((name) => ({
    path: `etc/${name}`,
    how: "by systemd-sysusers and the packages' scripts, in the root under construction",
  })),
  ...['*.wants', '*.requires', '*.upholds'].map((directory) => ({
    path: `etc/systemd/system/${directory}/*`,
    how: 'by "systemctl preset-all" in the root under construction',
  })),
  { path: 'etc/systemd/system/*', how: 'by "systemctl preset-all" in the root under construction' },
  ...['usr/lib/udev/hwdb.bin', 'etc/udev/hwdb.bin'].map((path) => ({
    path,
    how: "by systemd-hwdb of the packages' hwdb.d",
  })),
  { path: 'etc/ld.so.cache', how: 'by ldconfig of the libraries in the root' },
];
