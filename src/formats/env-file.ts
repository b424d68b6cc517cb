// Files of `KEY=value` lines with shell quoting: os-release(5), vconsole.conf(5), locale.conf(5).

/** Later lines win; what is no assignment is passed over, as systemd does. */
export function parseEnvFile(text: string): Map<string, string> {
  const result = new Map<string, string>();
  // A backslash at the end of a line joins the next one to it.
  for (const line of text.replaceAll('\\\n', '').split('\n')) {
    const [, key, rawValue] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(line) ?? [];
    if (key !== undefined && rawValue !== undefined) result.set(key, unquote(rawValue.trim()));
  }
  return result;
}

/** Undoes shell quoting: single quotes keep all, double quotes all but a backslash before $ ` " and \. */
function unquote(raw: string): string {
  const parts = raw.matchAll(/'([^']*)'?|"((?:[^"\\]|\\[\s\S])*)"?|\\([\s\S]?)|([^'"\\]+)/g);
  return [...parts]
    .map(([, single, double, escaped, plain]) => {
      if (double !== undefined) return double.replace(/\\([$`"\\])/g, '$1');
      return single ?? escaped ?? plain ?? '';
    })
    .join('');
}
