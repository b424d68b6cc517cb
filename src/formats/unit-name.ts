// Names of units for paths and words, systemd.unit(5).

/** The device unit of what fstab(5) and crypttab(5) name: a path, or `UUID=` and its like; undefined for anything else. */
export function deviceUnit(device: string): string | undefined {
  const [, tag, quoted] = /^(UUID|LABEL|PARTUUID|PARTLABEL)=(.+)$/.exec(device) ?? [];
  const value = quoted?.replace(/^"(.*)"$/, '$1');
  const path =
    tag === undefined || value === undefined
      ? device
      : `/dev/disk/by-${tag.toLowerCase()}/${escaped(value, /[\w#+.:=@-]|[^ -~]/)}`;
  if (!/^\/dev\/./.test(path)) return undefined;
  return `${path.split('/').filter(Boolean).map(unitWord).join('-')}.device`;
}

/** A word as the instance of a template, or as a part of a path: `my-root` is `my\x2droot`. */
export function unitWord(word: string): string {
  return escaped(word, /[A-Za-z0-9:_.]/).replace(/^\./, '\\x2e');
}

function escaped(text: string, isKept: RegExp): string {
  return text.replaceAll(/./gsu, (each) => (isKept.test(each) ? each : inHex(each)));
}

function inHex(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
