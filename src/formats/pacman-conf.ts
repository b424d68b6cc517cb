// pacman.conf(5): `Key = Value` and bare `Key` lines in sections, of which [options] is not a repository.
import { BuildError } from '../model/errors.ts';

export interface PacmanSection {
  readonly name: string;
  readonly lines: readonly PacmanLine[];
}

export interface PacmanLine {
  readonly key: string;
  /** undefined where the key stands alone. */
  readonly value: string | undefined;
}

/** `include` gives the texts of the files that an Include= names, in their order; they may hold sections of their own. */
export function parsePacmanConf(
  text: string,
  include: (pattern: string) => readonly string[],
): readonly PacmanSection[] {
  const sections = new Map<string, PacmanLine[]>();
  let current: PacmanLine[] = [];
  let files = 0;
  const read = (part: string, depth: number): void => {
    for (const raw of part.split('\n')) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#')) continue;
      const [, section] = /^\[(.+)\]$/.exec(line) ?? [];
      if (section !== undefined) {
        current = sections.get(section) ?? [];
        sections.set(section, current);
        continue;
      }
      const equals = line.indexOf('=');
      const key = equals === -1 ? line : line.slice(0, equals).trimEnd();
      const value = equals === -1 ? undefined : line.slice(equals + 1).trimStart();
      // As deep as pacman itself follows.
      if (key === 'Include' && value !== undefined && depth < 10) {
        for (const included of include(value)) {
          if (++files > mostFiles) throw tooManyFiles(value);
          read(included, depth + 1);
        }
      } else {
        current.push({ key, value });
      }
    }
  };
  read(text, 0);
  return [...sections].map(([name, lines]) => ({ name, lines }));
}

// Files that include each other twice are read two to the tenth times, and more often the more lines do it.
const mostFiles = 1000;

function tooManyFiles(pattern: string): BuildError {
  return new BuildError(
    `Cannot read pacman.conf: more than ${mostFiles} files are included, the next by "Include = ${pattern}"`,
    { hint: 'Look for files that include themselves or each other' },
  );
}

export function encodePacmanConf(sections: readonly PacmanSection[]): string {
  return sections
    .map(({ name, lines }) => {
      const body = lines.map(({ key, value }) => (value === undefined ? key : `${key} = ${value}`));
      return `${[`[${name}]`, ...body].join('\n')}\n`;
    })
    .join('\n');
}
