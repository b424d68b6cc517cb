// Stanzas of `Field: value` as in dpkg's status and Debian's Packages files (deb822(5)).

/** Field name in lower case to its value; continuation lines are joined with newlines, their first blank gone. */
export type Stanza = ReadonlyMap<string, string>;

/**
 * Yields the stanzas one by one, so that a status file of megabytes costs the memory of one. With `wanted` (lower
 * case), other fields are left out, which is twice as fast.
 */
export function* parseControl(text: string, wanted?: ReadonlySet<string>): Generator<Stanza> {
  let fields = new Map<string, string>();
  let current: string | undefined;
  let started = false;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const first = text[at];
    if (first === '#') {
      // A comment, inside of a field as well.
    } else if (isBlank(text, at, end)) {
      if (started) yield fields;
      fields = new Map();
      current = undefined;
      started = false;
    } else if (first === ' ' || first === '\t') {
      if (current !== undefined) {
        fields.set(current, `${fields.get(current) ?? ''}\n${text.slice(at + 1, end).trimEnd()}`);
      }
    } else {
      started = true;
      current = undefined;
      // Within the line: a file of lines without a colon would be read to its end for each of them.
      const line = text.slice(at, end);
      const colon = line.indexOf(':');
      if (colon !== -1) {
        const name = line.slice(0, colon).toLowerCase();
        if (wanted === undefined || wanted.has(name)) {
          current = name;
          fields.set(name, line.slice(colon + 1).trim());
        }
      }
    }
    at = end + 1;
  }
  if (started) yield fields;
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const character = text[at];
    if (character !== ' ' && character !== '\t' && character !== '\r') return false;
  }
  return true;
}

/** A stanza as text, in the order of its fields, names as they are in the map. */
export function encodeStanza(stanza: Stanza): string {
  return [...stanza].map(([name, value]) => `${name}: ${value.replaceAll('\n', '\n ')}\n`).join('');
}
