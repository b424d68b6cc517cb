import assert from 'node:assert/strict';
import test from 'node:test';
import { printError } from '../../../src/cli/print-error.ts';
import { BuildError, UsageError } from '../../../src/model/errors.ts';

const cases: readonly (readonly [error: Error, text: string, exitCode: number])[] = [
  [new UsageError('Cannot do it'), 'pkginitrd: Cannot do it\n', 2],
  [new UsageError('Cannot do it', 'Do that'), 'pkginitrd: Cannot do it\nhint: Do that\n', 2],
  [new BuildError('Cannot do it'), 'pkginitrd: Cannot do it\n', 1],
  [
    new BuildError('Cannot do it', { hint: 'Do that' }),
    'pkginitrd: Cannot do it\nhint: Do that\n',
    1,
  ],
];

for (const [error, text, exitCode] of cases) {
  test(`printError of a ${error.name} with exit code ${exitCode}: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(printError(error), { text, exitCode });
  });
}

test('printError shows the stack of a bug and ends with 1', () => {
  const { text, exitCode } = printError(new TypeError('x is undefined'));
  assert.equal(exitCode, 1);
  assert.match(
    text,
    /^pkginitrd: .*bug.*\nTypeError: x is undefined\n {4}at .*print-error\.test\.ts/,
  );
  assert.match(printError('text').text, /\ntext\n$/);
});
