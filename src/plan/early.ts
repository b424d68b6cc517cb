// Of what the host sets and loads while it starts, the part that cannot wait for its own /.
import { normalizeModuleName } from '../formats/module-name.ts';
import type { HostLines } from '../model/facts.ts';

/**
 * True for modules that an initrd has a use for: disks and file systems, ciphers, keyboards with what they hang on, a picture, the
 * network. HostModules= takes away of these what this image does without.
 */
export function isEarlyModule(path: string): boolean {
  return early.test(path);
}

const drivers =
  `acpi ata block cdrom char/tpm crypto firewire firmware gpu hid hv i2c input md memstick message mfd misc/cardreader mmc
  net nvdimm nvme pci pinctrl platform scsi spi thunderbolt tty ufs usb video virtio watchdog`
    .split(/\s+/)
    .join('|');
const early = new RegExp(`^kernel/(?:crypto|arch/[^/]+/crypto|lib|fs|drivers/(?:${drivers}))/`);

export interface EarlyContext {
  /** Names of the modules in the image. */
  readonly modules: ReadonlyMap<string, string>;
  readonly hasNetwork: boolean;
}

/** Those lines of a drop-in of the host that count in the initrd, too. */
export function earlyLines(
  { directory, lines }: HostLines,
  { modules, hasNetwork }: EarlyContext,
): readonly string[] {
  const texts = lines.map(({ text }) => text);
  switch (directory) {
    case 'modules-load.d':
      return texts.filter((name) => isEarlyModule(modules.get(normalizeModuleName(name)) ?? ''));
    case 'sysctl.d':
      return texts.filter((text) => {
        const key = sysctlKey(text);
        return earlySettings.test(key) || (hasNetwork && key.startsWith('net.'));
      });
    default:
      return directory satisfies never;
  }
}

/**
 * Messages on the console, the keys that help a machine that hangs, the end of one that has panicked, drivers of disks. All else
 * is set when the host's own systemd-sysctl runs; above all kernel.modules_disabled=1, after which nothing is loaded any more.
 */
const earlySettings =
  /^(?:kernel\.(?:printk\w*|sysrq|ctrl-alt-del|panic\w*|\w+_panic|watchdog\w*|nmi_watchdog|firmware_config\..*)|dev\..*)$/;

// sysctl.d(5): where the first separator is a slash, dots belong to the names; a leading dash says that it may fail.
function sysctlKey(text: string): string {
  const key = text.replace(/=.*$/s, '').trim().replace(/^-/, '');
  const [first] = /[./]/.exec(key) ?? [];
  if (first !== '/') return key;
  return key.replace(/[./]/g, (each) => (each === '/' ? '.' : '/'));
}
