// The INI files of dnf, yum and zypper, read as Python's configparser and libzypp's reader agree to read them. The ini
// library splits names at dots, cuts values at ";" and knows no continued lines, so each word is handed to it quoted.
import { parse, stringify } from 'ini';
import { BuildError } from '../model/errors.ts';

/** Section to key to value, keys in lower case. */
export type Ini = ReadonlyMap<string, IniSection>;
export type IniSection = ReadonlyMap<string, IniValue>;

export interface IniValue {
  readonly text: string;
  /** The line of its key, from 1. */
  readonly line: number;
}

/**
 * A line that is indented further than its key continues the value, after a newline; of a key that stands twice the last
 * value counts. [DEFAULT] is a section like others: no manager takes over anything from it. Throws BuildError with
 * `file` and the line for what dnf and zypper refuse: text before the first section, a header without its bracket, a line
 * that is neither.
 */
export function parseIni(text: string, file: string): Ini {
  const lines = linesOf(text, file);
  const sections: Readonly<Record<string, Readonly<Record<string, unknown>>>> = parse(
    lines.map(quotedLine).join('\n'),
  );
  return new Map(
    Object.entries(sections).map(([quotedName, keys]) => {
      const name = quotedName.slice(0, -1);
      return [name, valuesOf(name, keys, lines)];
    }),
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

type IniLine =
  | { readonly type: 'section'; readonly name: string }
  | {
      readonly type: 'value';
      readonly section: string;
      readonly key: string;
      readonly line: number;
      value: string;
    };

function linesOf(text: string, file: string): readonly IniLine[] {
  const lines: IniLine[] = [];
  let section: string | undefined;
  let open:
    { readonly assignment: Extract<IniLine, { type: 'value' }>; indent: number } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue;
    const indent = raw.length - raw.trimStart().length;
    if (open !== undefined && indent > open.indent) {
      open.assignment.value = `${open.assignment.value}\n${trimmed}`.trim();
      continue;
    }
    const line = index + 1;
    if (trimmed.startsWith('[')) {
      section = sectionName(trimmed);
      if (section === undefined) {
        throw broken(file, line, `"${trimmed}" begins a section and has no name in brackets`);
      }
      lines.push({ type: 'section', name: section });
      open = undefined;
      continue;
    }
    const separator = raw.search(/[=:]/);
    if (section === undefined) throw broken(file, line, `no [section] stands before "${trimmed}"`);
    if (separator <= 0) throw broken(file, line, `"${trimmed}" has no "="`);
    const key = raw.slice(0, separator).trim().toLowerCase();
    const value = raw.slice(separator + 1).trim();
    const assignment = { type: 'value' as const, section, key, line, value };
    lines.push(assignment);
    open = { assignment, indent };
  }
  return lines;
}

function broken(file: string, line: number, what: string): BuildError {
  return new BuildError(`Cannot read "${file}:${line}": ${what}`, { hint: 'Correct that line' });
}

// Up to the last bracket: readers take no notice of text behind it.
function sectionName(trimmed: string): string | undefined {
  const end = trimmed.lastIndexOf(']');
  return end > 1 ? trimmed.slice(1, end) : undefined;
}

function quotedLine(line: IniLine): string {
  switch (line.type) {
    case 'section':
      return `[${quoteName(line.name.replaceAll('.', '\\.'))}]`;
    case 'value':
      return `${quoteName(line.key)}=${quote(line.value)}`;
    default:
      return line satisfies never;
  }
}

// The mark at its end keeps a name from being one that the library treats in a way of its own: "key[]", "__proto__", "10".
function quoteName(name: string): string {
  return quote(`${name}:`);
}

// As JSON, which the library reads back exactly; the bracket would end a section's name.
function quote(word: string): string {
  return JSON.stringify(word).replaceAll(']', '\\u005d').replaceAll('=', '\\u003d');
}

function valuesOf(
  section: string,
  keys: Readonly<Record<string, unknown>>,
  lines: readonly IniLine[],
): IniSection {
  const places = new Map(
    lines.flatMap((line) =>
      line.type === 'value' && line.section === section ? [[line.key, line.line] as const] : [],
    ),
  );
  return new Map(
    Object.entries(keys).map(([quotedKey, value]) => {
      const key = quotedKey.slice(0, -1);
      // A word that reads like a boolean comes back as one.
      return [key, { text: String(value), line: places.get(key) ?? 0 }];
    }),
  );
}
