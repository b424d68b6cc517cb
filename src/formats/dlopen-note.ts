// ELF notes that name libraries a program opens while it runs (uapi-group.org, ELF dlopen metadata).

export interface DlopenDependency {
  /** Any one of them will do; the first is preferred. */
  readonly soname: readonly string[];
  readonly feature: string | undefined;
  readonly description: string | undefined;
  /** `recommended` where the note says nothing. */
  readonly priority: 'required' | 'recommended' | 'suggested';
}

/**
 * The dependencies in a note section or segment. Other notes are passed over, and so is JSON that
 * does not follow the specification: it is advice, nothing that a file has to have.
 */
export function parseDlopenNotes(notes: Buffer, endian: 'little' | 'big'): DlopenDependency[] {
  const word = (at: number): number =>
    endian === 'little' ? notes.readUInt32LE(at) : notes.readUInt32BE(at);
  const found: DlopenDependency[] = [];
  let at = 0;
  while (at + 12 <= notes.length) {
    const name = at + 12;
    const description = name + align(word(at));
    const end = description + word(at + 4);
    if (end > notes.length) break;
    const owner = notes.toString('latin1', name, name + word(at));
    if (owner === 'FDO\0' && word(at + 8) === NOTE_TYPE) {
      // The padding is NULs, which no JSON holds.
      const nul = notes.indexOf(0, description);
      const last = nul === -1 || nul > end ? end : nul;
      for (const one of parseJson(notes.toString('utf8', description, last))) found.push(one);
    }
    at = align(end);
  }
  return found;
}

const NOTE_TYPE = 0x407c0c0a;
const PRIORITIES = ['required', 'recommended', 'suggested'] as const;

function parseJson(text: string): DlopenDependency[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return [];
  }
  return Array.isArray(raw) ? raw.flatMap(parseDependency) : [];
}

function parseDependency(raw: unknown): DlopenDependency[] {
  if (typeof raw !== 'object' || raw === null) return [];
  const fields = new Map<string, unknown>(Object.entries(raw));
  const rawSoname = fields.get('soname');
  const soname = (Array.isArray(rawSoname) ? rawSoname : [rawSoname]).filter(isText);
  if (soname.length === 0) return [];
  const [feature, description] = [fields.get('feature'), fields.get('description')];
  return [
    {
      soname,
      feature: isText(feature) ? feature : undefined,
      description: isText(description) ? description : undefined,
      priority: PRIORITIES.find((priority) => priority === fields.get('priority')) ?? 'recommended',
    },
  ];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function align(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
