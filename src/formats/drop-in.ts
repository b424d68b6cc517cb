import { UsageError } from '../model/errors.ts';

/** One `[Section]` header and what stands below it; the same name may come again as another section. */
export interface DropInSection {
  readonly name: string;
  readonly line: number;
  readonly assignments: readonly DropInAssignment[];
}

export interface DropInAssignment {
  readonly key: string;
  /** Continuation lines joined with newlines, comments gone. */
  readonly value: string;
  readonly line: number;
  /** Where each line of the value stands in the file. */
  readonly lines: readonly number[];
}

/**
 * The syntax that systemd.syntax(7) and mkosi(1) have in common: sections, `Key=value`, indented lines
 * or a trailing backslash continue a value. `file` is only for messages. Throws UsageError with file:line.
 */
export function parseDropIn(text: string, file: string): readonly DropInSection[] {
  const sections: OpenSection[] = [];
  let open: OpenAssignment | undefined;
  let joinNext = false;
  for (const [index, raw] of dedent(text).entries()) {
    const at = `${file}:${index + 1}`;
    const line = withoutComment(raw).trimEnd();
    const content = line.trim();
    if (content === '') {
      // As in systemd, a comment does not end a backslash continuation, and a blank line does.
      if (raw.trim() === '') joinNext = false;
      continue;
    }
    const indented = line !== line.trimStart();
    if (open && (joinNext || indented)) {
      const [part, continues] = splitBackslash(content);
      // A backslash joins one logical line; an indented line is an item of its own.
      const separator = joinNext ? ' ' : '\n';
      const isFirst = open.value === '';
      open.value = isFirst ? part : `${open.value}${separator}${part}`;
      if (isFirst) open.lines = [index + 1];
      else if (!joinNext) open.lines.push(index + 1);
      joinNext = continues;
      continue;
    }
    if (content.startsWith('[')) {
      if (!content.endsWith(']') || content.slice(1, -1).trim() === '') {
        throw new UsageError(`${at}: Cannot read "${content}" as a section: expected "[Name]"`);
      }
      sections.push({ name: content.slice(1, -1).trim(), line: index + 1, assignments: [] });
      open = undefined;
      continue;
    }
    const equals = content.indexOf('=');
    const key = content.slice(0, Math.max(equals, 0)).trim();
    if (equals < 0 || key === '') {
      throw new UsageError(`${at}: Cannot read "${content}": expected "Key=value"`);
    }
    const section = sections.at(-1);
    if (!section) throw new UsageError(`${at}: Cannot take "${key}=" outside of a section`);
    const [value, continues] = splitBackslash(content.slice(equals + 1).trim());
    open = { key, value, line: index + 1, lines: [index + 1] };
    joinNext = continues;
    section.assignments.push(open);
  }
  return sections;
}

interface OpenAssignment extends DropInAssignment {
  value: string;
  lines: number[];
}

interface OpenSection extends DropInSection {
  readonly assignments: OpenAssignment[];
}

/** A file that is indented as a whole means the same as one that is not (mkosi reads it so). */
function dedent(text: string): string[] {
  const lines = text.split(/\r?\n/);
  let common = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    if (line.trim() !== '') common = Math.min(common, line.length - line.trimStart().length);
  }
  return lines.map((line) => line.slice(common));
}

/** `#` inside a word belongs to the word: `http://x/#frag`. `;` opens a comment line in systemd's files. */
function withoutComment(line: string): string {
  if (/^\s*[#;]/.test(line)) return '';
  const comment = line.search(/\s#/);
  return comment < 0 ? line : line.slice(0, comment);
}

function splitBackslash(content: string): [string, boolean] {
  return content.endsWith('\\') ? [content.slice(0, -1).trim(), true] : [content, false];
}
