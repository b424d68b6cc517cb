import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alternativesOf,
  namesPackage,
  packagesToRemove,
} from '../../../src/formats/package-word.ts';
import { posixExpression } from '../../../src/formats/posix-expression.ts';

const words: readonly (readonly [word: string, alternatives: readonly string[]])[] = [
  ['less', ['less']],
  ['less|', ['less', '']],
  ['a|b|c', ['a', 'b', 'c']],
  ['^lib(a|b)$|c|', ['^lib(a|b)$', 'c', '']],
  ['^lib[a|b]x{1,2}|c', ['^lib[a|b]x{1,2}', 'c']],
  ['^a\\|b|c', ['^a\\|b', 'c']],
  ['libx.so.1()(64bit)|y', ['libx.so.1()(64bit)', 'y']],
];

for (const [word, alternatives] of words) {
  test(`alternativesOf("${word}")`, () => assert.deepEqual(alternativesOf(word), alternatives));
}

test('namesPackage() knows each alternative, and regular expressions at either end', () => {
  assert.ok(namesPackage('a|b|', 'b'));
  assert.ok(!namesPackage('a|b|', 'ab'));
  assert.ok(namesPackage('^libtss2-rc0(t64)?$', 'libtss2-rc0t64'));
  assert.ok(namesPackage('x|-rc[0-9]$', 'libtss2-rc0'));
  assert.ok(!namesPackage('lib.*', 'libtss2-rc0'));
});

test('packagesToRemove() gives those of the first alternative that fits', () => {
  const names = ['g++', 'libfoo1', 'libfoo-docs', 'zoo-docs'];
  assert.deepEqual(packagesToRemove('*-docs', names), ['libfoo-docs', 'zoo-docs']);
  assert.deepEqual(packagesToRemove('g++', names), ['g++']);
  assert.deepEqual(packagesToRemove('foo', names), []);
  assert.deepEqual(packagesToRemove('x*|libfoo[12]|*', names), ['libfoo1']);
  assert.deepEqual(packagesToRemove('x|', names), []);
});

const expressions: readonly (readonly [expression: string, fits: string, others: string])[] = [
  ['^lib[[:digit:]]+$', 'lib12', 'liba'],
  ['^lib[^[:alpha:]]$', 'lib1', 'liba'],
  ['^a[]x]$', 'a]', 'ab'],
  ['^a[^]x]$', 'ab', 'a]'],
  ['^a[\\.]$', 'a\\', 'ax'],
  ['^libfoo1\\.2$', 'libfoo1.2', 'libfoo1x2'],
  ['^LIB', 'libfoo', 'foolib'],
];

for (const [expression, fits, other] of expressions) {
  test(`posixExpression("${expression}") is read as regex(7) has it`, () => {
    assert.match(fits, posixExpression(expression));
    assert.doesNotMatch(other, posixExpression(expression));
  });
}

for (const expression of ['^a[', '^a[[:digit:]', '^a(', '^a[[:word:]]', '^(?=a)', '^**', '^a\\']) {
  test(`posixExpression("${expression}") is refused`, () => {
    assert.throws(() => posixExpression(expression), SyntaxError);
  });
}
