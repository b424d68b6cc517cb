/** mkosi's and systemd's words for yes and no; undefined for any other. */
export function parseBoolean(raw: string): boolean | undefined {
  if (/^(1|true|yes|y|t|on|always)$/i.test(raw)) return true;
  if (/^(0|false|no|n|f|off|never)$/i.test(raw)) return false;
  return undefined;
}
