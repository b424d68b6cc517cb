// POSIX extended regular expressions (regex(7)), as apt reads them: case does not count, and what is compiled is found
// anywhere in a name.

/** The expression as one of this language. Throws SyntaxError where it is none. */
export function posixExpression(text: string): RegExp {
  const known = compiled.get(text);
  if (known !== undefined) return known;
  const expression = new RegExp(translate(text), 'i');
  compiled.set(text, expression);
  return expression;
}

// Each is held against every package of the image.
const compiled = new Map<string, RegExp>();

function translate(text: string): string {
  if (text.includes('(?')) throw new SyntaxError('Invalid preceding regular expression');
  let translated = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\') {
      translated += `${character}${text.charAt(++at)}`;
    } else if (character === '[') {
      const end = closingBracket(text, at);
      translated += bracketed(text.slice(at + 1, end));
      at = end;
    } else {
      translated += character;
    }
  }
  return translated;
}

// A `]` right behind `[` or `[^` stands for itself, and so does one of `[:alpha:]`.
function closingBracket(text: string, open: number): number {
  let at = open + (text.charAt(open + 1) === '^' ? 2 : 1);
  if (text.charAt(at) === ']') at++;
  while (at < text.length && text.charAt(at) !== ']') {
    const end = text.charAt(at) === '[' ? text.indexOf(`${text.charAt(at + 1)}]`, at + 2) : -1;
    at = /^\[[:.=]/.test(text.slice(at, at + 2)) && end !== -1 ? end + 2 : at + 1;
  }
  if (at >= text.length) throw new SyntaxError('a "[" is never closed');
  return at;
}

function bracketed(content: string): string {
  const negated = content.startsWith('^');
  const body = (negated ? content.slice(1) : content)
    // In brackets a backslash is a character like any other.
    .replaceAll(/[\\[\]]/g, '\\$&')
    .replaceAll(/\\\[:(\w+):\\\]/g, (_, name: string) => {
      const members = classes.get(name);
      if (members === undefined) throw new SyntaxError(`there is no class "[:${name}:]"`);
      return members;
    });
  return `[${negated ? '^' : ''}${body}]`;
}

const classes: ReadonlyMap<string, string> = new Map([
  ['alnum', 'a-zA-Z0-9'],
  ['alpha', 'a-zA-Z'],
  ['digit', '0-9'],
  ['lower', 'a-z'],
  ['punct', '!-/:-@\\[-`{-~'],
  ['space', '\\s'],
  ['upper', 'A-Z'],
  ['xdigit', '0-9a-fA-F'],
]);
