// The INI files of dnf, yum and zypper: Python's configparser and libzypp's reader agree on what is read here. Names of
// sections may hold dots and colons, as those of COPR repositories do.

/** Section to key to value; lines that begin with white space continue a value, after a newline. */
export function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;].*)?$/.test(line)) continue;
    const [, name] = /^\[(.+)\]\s*$/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map();
      sections.set(name, section);
      key = undefined;
      continue;
    }
    if (/^\s/.test(line) && section !== undefined && key !== undefined) {
      section.set(key, `${section.get(key) ?? ''}\n${line.trim()}`.trim());
      continue;
    }
    const [, word, value = ''] = /^([^=:\s]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (word === undefined) continue;
    key = word.toLowerCase();
    section?.set(key, value);
  }
  return sections;
}
