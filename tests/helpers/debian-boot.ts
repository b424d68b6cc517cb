// A throw-away host with what Debian's packages have on the way of a kernel to its boot loader: their own scripts, real
// kernel-install, real bootctl. The initrds are words: what counts is which of them the boot entry names.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { bootFiles } from './kernel-install.ts';
import { need } from './need.ts';
import { cache, checkout } from './paths.ts';
import { type Ran, runOk } from './run.ts';
import { scratch } from './scratch.ts';
import { type HostName, type ThrowAwayHost, throwAwayHost } from './throw-away-host.ts';

export interface Shape {
  /** The packages whose files are there. */
  readonly packages: readonly string[];
  /** The word of `initrd_generator=`; none where absent. */
  readonly generator?: string;
  /** More lines of install.conf. */
  readonly conf?: string;
  /** True: systemd-boot is on the ESP. */
  readonly systemdBoot: boolean;
  /** True: our hooks of kernel packages and update-initramfs are there, as our package brings them. */
  readonly hooks?: boolean;
  /** Files of /boot beside the kernel. */
  readonly boot?: Readonly<Record<string, string>>;
}

export interface DebianBoot {
  readonly host: ThrowAwayHost;
  readonly version: string;
  /** Runs a program on it. */
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** What the hooks of a kernel package run, as the kernel's own maintainer script does. */
  kernelHooks(script: 'postinst' | 'postrm', params: string): Promise<Ran>;
  /** The text of the images that our builder makes from now on; "ours" before. */
  makes(text: string): void;
  /** How often our builder ran since the last call. */
  builds(): number;
  /** The text of the initrds that the boot entries name but those of previous images, each behind its file name. */
  entry(): readonly string[];
  /** The same of the previous image's entry. */
  previous(): readonly string[];
  /** Text of a file in /boot; undefined where there is none. */
  boot(name: string): string | undefined;
}

/** The packages by which kernel-install makes entries of systemd-boot, as the host's release has them. */
export function entryPackages(name: HostName): readonly string[] {
  const names = ['linux-base', 'systemd-boot', 'systemd-boot-tools'];
  return names.filter((each) => existsSync(join(treesOf(name), each)));
}

function treesOf(name: HostName): string {
  const release = readFileSync('/etc/os-release', 'utf8');
  const own = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  return join(cache, 'debian-boot', name === 'machine' ? (own ?? 'bookworm') : name);
}

const machineId = '3a9d668b4db749398a4a5e78a03bffa5';

export async function debianBoot(
  t: TestContext,
  name: HostName,
  shape: Shape,
): Promise<DebianBoot | undefined> {
  const trees = treesOf(name);
  if (!need(t, existsSync(trees), 'no debian-boot fixture: run tests/helpers/setup.sh')) {
    return undefined;
  }
  const place = scratch(t);
  const boot = join(place, 'boot');
  mkdirSync(boot);
  const binds = [...['--bind', place, '/scratch'], ...['--bind', boot, '/boot']];
  const host = throwAwayHost(t, name, binds);
  if (host === undefined) return undefined;
  const { version } = host.kernel;

  for (const each of shape.packages) install(join(trees, each), host);
  const options = shape.hooks === true ? ['--for', 'debian'] : [];
  await runOk([join(checkout, 'plugin/deploy.sh'), ...options, host.upper]);
  host.write('/usr/bin/pkginitrd', ourBuilder, 0o755);
  host.write('/usr/sbin/mkinitramfs', oldBuilder('initramfs-tools'), 0o755);
  host.write('/usr/bin/dracut', oldBuilder('dracut'), 0o755);
  // It takes many seconds and has nothing to do with who makes the initrd.
  host.write('/etc/kernel/install.d/50-depmod.install', '');
  const chosen = shape.generator === undefined ? '' : `initrd_generator=${shape.generator}\n`;
  host.write('/etc/kernel/install.conf', `${shape.conf ?? ''}${chosen}`);
  host.write('/etc/kernel/cmdline', 'root=LABEL=unused\n');
  host.write('/etc/machine-id', `${machineId}\n`);
  cpSync(host.kernel.image, join(boot, `vmlinuz-${version}`));
  plant(boot, shape.boot ?? {});
  if (shape.systemdBoot) plant(host.boot, systemdBoot);
  writeFileSync(join(place, 'builds'), '');
  const makes = (text: string): void => writeFileSync(join(place, 'image'), `${text}\n`);
  makes('ours');

  const run: DebianBoot['run'] = (argv, env = {}) =>
    host.enter(argv, { ...(shape.systemdBoot ? espIsThere : {}), ...env });
  return {
    host,
    version,
    run,
    makes,
    kernelHooks: (script, params) =>
      run(
        ['run-parts', '--report', '--exit-on-error', `--arg=${version}`]
          .concat(`--arg=/boot/vmlinuz-${version}`)
          .concat(`/etc/kernel/${script}.d`),
        { DEB_MAINT_PARAMS: params },
      ),
    builds: () => {
      const count = readFileSync(join(place, 'builds'), 'utf8').split('\n').length - 1;
      writeFileSync(join(place, 'builds'), '');
      return count;
    },
    entry: () => entryInitrds(host, (file) => !file.endsWith('-previous.conf')),
    previous: () => entryInitrds(host, (file) => file.endsWith('-previous.conf')),
    boot: (file) => textOf(join(boot, file)),
  };
}

/** Files of a package; its upper directories may be links in the host. */
function install(tree: string, { upper }: ThrowAwayHost): void {
  for (const top of ['etc', 'usr']) {
    if (!existsSync(join(tree, top))) continue;
    cpSync(join(tree, top), join(upper, top), { recursive: true, verbatimSymlinks: true });
  }
}

function plant(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
}

const systemdBoot = {
  // bootctl looks for the mark.
  'EFI/systemd/systemd-bootx64.efi': '#### LoaderInfo: systemd-boot 252 ####',
  'loader/entries.srel': 'type1\n',
};

const espIsThere = {
  SYSTEMD_ESP_PATH: '/efi',
  SYSTEMD_RELAX_ESP_CHECKS: '1',
  KERNEL_INSTALL_READ_MACHINE_INFO: 'no',
  BOOT_ROOT: '/efi',
  BOOT_MNT: '/efi',
};

function entryInitrds(host: ThrowAwayHost, isWanted: (file: string) => boolean): readonly string[] {
  const files = bootFiles(host).filter(
    (file) => file.startsWith('loader/entries/') && file.endsWith('.conf') && isWanted(file),
  );
  return files.flatMap((file) =>
    readFileSync(join(host.boot, file), 'utf8')
      .split('\n')
      .flatMap((line) => /^initrd\s+(.*)$/.exec(line)?.[1] ?? [])
      .map((path) => `${path.split('/').at(-1)}: ${textOf(join(host.boot, path)) ?? 'missing'}`),
  );
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

const ourBuilder = `#!/bin/sh
[ ! -e /scratch/no-node ] || exit 1
case $1 in
    --version) echo pkginitrd 1; exit ;;
    kernel-entry | kernel-rescue | rollback) exec node /usr/lib/pkginitrd/pkginitrd.mjs "$@" ;;
    kernel-install) cat /scratch/image >"$KERNEL_INSTALL_STAGING_AREA/initrd" ;;
    kernel-hook)
        [ ! -e "$5" ] || ln -f "$5" "\${5%/*}/previous-\${5##*/}"
        cat /scratch/image >"$5.new" && mv "$5.new" "$5"
        mkdir -p /var/lib/pkginitrd && : >"/var/lib/pkginitrd/\${5##*/}.manifest.json"
        ;;
esac
echo "$*" >>/scratch/builds
[ ! -e /scratch/broken ]
`;

/** Writes its name where its caller, update-initramfs or a hook, wants the image. */
function oldBuilder(name: string): string {
  return `#!/bin/sh
[ "$1" != --version ] || { echo ${name} 1; exit; }
for word; do case $word in /boot/initrd.img-*) echo ${name} >"$word" ;; esac; done
`;
}
