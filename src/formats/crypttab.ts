import type { CrypttabEntry } from '../model/facts.ts';

/**
 * crypttab(5): name, device, key file and options, the last two of them optional. A line with a name only
 * is handed to `onMalformed` with its number and left out, as systemd-cryptsetup-generator does.
 */
export function parseCrypttab(
  text: string,
  onMalformed: (line: number, text: string) => void = () => undefined,
): CrypttabEntry[] {
  return text.split('\n').flatMap((line, index) => {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) return [];
    const [name, device, keyFile, options] = content.split(/\s+/);
    if (name === undefined || device === undefined) {
      onMalformed(index + 1, line);
      return [];
    }
    return [
      {
        name,
        device,
        keyFile: keyFile ?? 'none',
        options: splitOptions(options),
        line,
      },
    ];
  });
}

/** Options are joined by commas; `-` and `none` stand for no options. */
function splitOptions(field: string | undefined): string[] {
  if (field === undefined || field === '-' || field === 'none') return [];
  // A backslash protects a comma inside an option.
  const options = field.match(/(?:\\.|[^,\\])+/g) ?? [];
  return options.map((option) => option.replace(/\\(.)/g, '$1'));
}

/**
 * The path of a file that crypttab(5) or a kernel option names; undefined for a device node, for what is no path, and for
 * `FILE:DEVICE`, which lies on a file system that the initrd mounts for it.
 */
export function locationOnHost(value: string): string | undefined {
  if (!value.startsWith('/') || value.startsWith('/dev/')) return undefined;
  const device = value.slice(value.lastIndexOf(':') + 1);
  const isElsewhere = value.includes(':') && /^(?:\/|(?:PART)?(?:UUID|LABEL)=|ID=)/.test(device);
  return isElsewhere ? undefined : value;
}
