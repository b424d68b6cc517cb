/** A name as udev makes it of a label, for /dev/disk and its properties: bytes that are not safe there are `\xNN`, a blank is `\x20`. */
export function decodeUdevName(name: string): string {
  return name.replaceAll(/(?:\\x[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll(/\\x/gi, ''), 'hex').toString('utf8'),
  );
}
