// The INI files of dnf, yum and zypper, read as Python's configparser and libzypp's reader agree to read them. The ini
// library splits names at dots, cuts values at ";" and knows no continued lines, so each word is handed to it quoted.
import { parse, stringify } from 'ini';

export type Ini = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Section to key to value, keys in lower case. A line that is indented further than its key continues the value, after a
 * newline; of a key that stands twice the last value counts. Lines before the first section and lines without `=` or `:`
 * are left out.
 */
export function parseIni(text: string): Ini {
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = parse(quoted(text));
  return new Map(
    Object.entries(sections).map(([name, keys]) => [name.slice(0, -1), valuesOf(keys)]),
  );
}

/** The text of sections whose names and values hold nothing that readers of INI files disagree on. */
export function stringifyIni(
  sections: Readonly<Record<string, Readonly<Record<string, string>>>>,
): string {
  const words = Object.entries(sections).flatMap(([name, keys]) => [name, ...Object.values(keys)]);
  const odd = words.find((word) => !/^[\w:/@+~,-][\w:/@+~,. -]*$/.test(word) || word.endsWith(' '));
  // Readers other than the library would take its quotes for part of the value.
  if (odd !== undefined) throw new RangeError(`Cannot write ${JSON.stringify(odd)} to an INI file`);
  return stringify(sections);
}

function quoted(text: string): string {
  const lines: string[] = [];
  let assignment: { readonly key: string; readonly indent: number; value: string } | undefined;
  const finish = (): void => {
    if (assignment !== undefined)
      lines.push(`${quoteName(assignment.key)}=${quote(assignment.value)}`);
    assignment = undefined;
  };
  let inSection = false;
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const indent = line.length - line.trimStart().length;
    if (assignment !== undefined && indent > assignment.indent) {
      assignment.value = `${assignment.value}\n${trimmed}`.trim();
      continue;
    }
    const name = sectionName(trimmed);
    const separator = line.search(/[=:]/);
    if (name !== undefined) {
      finish();
      inSection = true;
      lines.push(`[${quoteName(name.replaceAll('.', '\\.'))}]`);
    } else if (inSection && separator > 0) {
      finish();
      const key = line.slice(0, separator).trim().toLowerCase();
      assignment = { key, indent, value: line.slice(separator + 1).trim() };
    }
  }
  finish();
  return lines.join('\n');
}

// Up to the last bracket: readers take no notice of text behind it.
function sectionName(trimmed: string): string | undefined {
  const end = trimmed.lastIndexOf(']');
  return trimmed.startsWith('[') && end > 1 ? trimmed.slice(1, end) : undefined;
}

// The mark at its end keeps a name from being one that the library treats in a way of its own: "key[]", "__proto__", "10".
function quoteName(name: string): string {
  return quote(`${name}:`);
}

// As JSON, which the library reads back exactly; the bracket would end a section's name.
function quote(word: string): string {
  return JSON.stringify(word).replaceAll(']', '\\u005d').replaceAll('=', '\\u003d');
}

function valuesOf(keys: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  // A word that reads like a boolean comes back as one.
  return new Map(Object.entries(keys).map(([key, value]) => [key.slice(0, -1), String(value)]));
}
