// Words of the kernel's command line that keep systemd's generators from setting devices up.
import type { CommandLine } from '../../model/facts.ts';

export interface SwitchedOff {
  /** `rd.luks=no` */
  readonly option: string;
  /** The place that has it. */
  readonly file: string;
}

/**
 * systemd-cryptsetup-generator(8), systemd-veritysetup-generator(8): each is a boolean, with `rd.` in front for the initrd alone.
 * `luks` and `systemd.verity` stand for all that the generator does, the others for its table in /etc.
 */
export type Switch = 'luks' | 'luks.crypttab' | 'systemd.verity' | 'veritytab';

/** The option that turns a switch off where the machine is started next; undefined where none does. The last one counts. */
export function switchedOff(
  commandLines: readonly CommandLine[],
  name: Switch,
): SwitchedOff | undefined {
  for (const { file, words } of commandLines) {
    const settings = words.flatMap((option) => {
      const [key = '', ...value] = option.split('=');
      if (key.replace(/^rd\./, '').replaceAll('-', '_') !== name) return [];
      const isOff = booleans.get(value.join('=').toLowerCase());
      return isOff === undefined ? [] : [{ option, isOff }];
    });
    const last = settings.at(-1);
    if (last?.isOff === true) return { option: last.option, file };
  }
  return undefined;
}

// parse_boolean() of systemd; a word without a value is true, and what it cannot read is passed over.
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['0', 'no', 'n', 'false', 'f', 'off'].map((word) => [word, true] as const),
  ...['', '1', 'yes', 'y', 'true', 't', 'on'].map((word) => [word, false] as const),
]);
