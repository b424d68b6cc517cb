/**
 * Makes a man page (man(7)) of the Markdown in src/man: `# NAME(SECTION)`, `##` and `###` titles, paragraphs, lists of
 * "term" and ": description", tables, and blocks indented by four blanks.
 */
export function roff(markdown, source) {
  const [title = '', ...rest] = markdown.split(/\n{2,}/);
  const [, name, section] = /^# (.*)\((\d)\)$/.exec(title) ?? [];
  if (name === undefined)
    throw new Error(`Cannot make a man page of "${title}": expected "# NAME(SECTION)"`);
  const head = `.TH ${quoted(name.toUpperCase())} ${section} "" ${quoted(source)}\n.nh\n.ad l\n`;
  return head + rest.map(block).join('');
}

function block(text) {
  const trimmed = text.replace(/\n+$/, '');
  if (trimmed === '') return '';
  if (trimmed.startsWith('## ')) return `.SH ${quoted(trimmed.slice(3))}\n`;
  if (trimmed.startsWith('### ')) return `.SS ${quoted(trimmed.slice(4))}\n`;
  if (trimmed.startsWith('    ')) {
    return `.PP\n.RS 4\n.nf\n${literal(trimmed.replaceAll(/^ {4}/gm, ''))}\n.fi\n.RE\n`;
  }
  if (trimmed.startsWith('|')) return table(trimmed.split('\n'));
  const [, term, description] = /^(.*)\n: ([\s\S]*)$/.exec(trimmed) ?? [];
  if (term !== undefined) return `.TP\n${inline(term)}\n${inline(description)}\n`;
  return `.PP\n${inline(trimmed)}\n`;
}

/** The first column is the term, the others are told below it: no terminal has room for three. */
function table([header, , ...rows]) {
  const [, ...titles] = cells(header);
  return rows
    .map((row) => {
      const [term, ...others] = cells(row);
      const told = others.map((cell, index) => (index === 0 ? cell : `${titles[index]}: ${cell}`));
      return `.TP\n${inline(term)}\n${told.map(inline).join('\n.br\n')}\n`;
    })
    .join('');
}

function cells(row) {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function inline(text) {
  const parts = text.split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/);
  return literal(
    parts
      .map((part) => part.replace(/^\[([^\]]+)\]\([^)]+\)$/, '$1'))
      .map((part) => (/^`.*`$/s.test(part) ? `${bold}${part.slice(1, -1)}${roman}` : part))
      .join(''),
  );
}

const bold = '\u0001';
const roman = '\u0002';

function literal(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^([.'])/gm, '\\&$1')
    .replaceAll('…', '...')
    .replaceAll(bold, '\\fB')
    .replaceAll(roman, '\\fR');
}

function quoted(text) {
  return `"${literal(text).replaceAll('"', '\\(dq')}"`;
}
