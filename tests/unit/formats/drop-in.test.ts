import assert from 'node:assert/strict';
import test from 'node:test';
import { parseDropIn } from '../../../src/formats/drop-in.ts';

const cases: readonly (readonly [name: string, text: string, expected: readonly string[]])[] = [
  ['plain assignments', '[A]\nK=v\nL = w \n', ['A 2 K "v"', 'A 3 L "w"']],
  ['sections of one name stay apart', '[A]\nK=1\n[B]\n[A]\nK=2\n', ['A 2 K "1"', 'A 5 K "2"']],
  ['indented lines continue', '[A]\nK=\n  a\n\tb\nL=c\n', ['A 2 K "a\\nb"', 'A 5 L "c"']],
  ['an indented assignment is a value', '[A]\nK=\n  L=c\n  [B]\n', ['A 2 K "L=c\\n[B]"']],
  [
    'comments and blank lines in a continuation',
    '[A]\nK=\n  a\n  # x\n# y\n\n  b # z\n',
    ['A 2 K "a\\nb"'],
  ],
  ['only commented-out continuations are empty', '[A]\nK=\n  # a\n  # b\n', ['A 2 K ""']],
  ['a comment after white space', '[A] # x\nK=v # w\nL=v\t#w\n', ['A 2 K "v"', 'A 3 L "v"']],
  ['a # inside a word stays', '[A]\nK=http://x/#frag #c\n', ['A 2 K "http://x/#frag"']],
  ['a value that is a comment', '[A]\nK= # v\n', ['A 2 K ""']],
  ['; opens a comment line only', '[A]\n; K=v\nL=a;b\n', ['A 3 L "a;b"']],
  [
    'a backslash joins, whatever the indentation',
    '[A]\nK=a \\\nb \\\n  c\nL=d\n',
    ['A 2 K "a b c"', 'A 5 L "d"'],
  ],
  ['a comment does not end a backslash', '[A]\nK=a \\\n# x\nb\n', ['A 2 K "a b"']],
  ['a blank line ends a backslash', '[A]\nK=a \\\n\nL=b\n', ['A 2 K "a"', 'A 4 L "b"']],
  ['a backslash at the end of the file', '[A]\nK=a \\', ['A 2 K "a"']],
  ['equals signs in a value', '[A]\nK=a=b==c\n', ['A 2 K "a=b==c"']],
  [
    'a file that is indented as a whole',
    '  [A]\n  K=v\n    w\n  L=x\n',
    ['A 2 K "v\\nw"', 'A 4 L "x"'],
  ],
  ['carriage returns and a byte order mark', '\uFEFF[A]\r\nK=v\r\n', ['A 2 K "v"']],
  ['an empty file', '', []],
];

for (const [name, text, expected] of cases) {
  test(`parseDropIn: ${name}`, () => {
    const found = parseDropIn(text, 'x.conf').flatMap((section) =>
      section.assignments.map(
        ({ key, value, line }) => `${section.name} ${line} ${key} ${JSON.stringify(value)}`,
      ),
    );
    assert.deepEqual(found, expected);
  });
}

const errors: readonly (readonly [text: string, message: string])[] = [
  ['[A]\nnonsense\n', 'x.conf:2: Cannot read "nonsense": expected "Key=value"'],
  ['[A]\n\n=v\n', 'x.conf:3: Cannot read "=v": expected "Key=value"'],
  ['# c\nK=v\n', 'x.conf:2: Cannot take "K=" outside of a section'],
  ['[A\n', 'x.conf:1: Cannot read "[A" as a section: expected "[Name]"'],
  ['[ ]\n', 'x.conf:1: Cannot read "[ ]" as a section: expected "[Name]"'],
];

for (const [text, message] of errors) {
  test(`parseDropIn refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseDropIn(text, 'x.conf'), { name: 'UsageError', message });
  });
}

test('parseDropIn gives the lines of section headers', () => {
  assert.deepEqual(
    parseDropIn('\n[A]\n\n[B]\n', 'x.conf').map(({ name, line }) => [name, line]),
    [
      ['A', 2],
      ['B', 4],
    ],
  );
});
