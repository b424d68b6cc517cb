import assert from 'node:assert/strict';
import test from 'node:test';
import { parseUdevRules } from '../../../src/formats/udev-rules.ts';

test('parseUdevRules() reads words, continued lines and no comments', () => {
  const text =
    '# A="b"\n\nKERNEL!="md*", \\\n ENV{SYSTEMD_READY}="0", GOTO="end"\nNAME+=e"a\\"b"\n';
  assert.deepEqual(parseUdevRules(text), [
    [
      { key: 'KERNEL', operator: '!=', value: 'md*' },
      { key: 'ENV{SYSTEMD_READY}', operator: '=', value: '0' },
      { key: 'GOTO', operator: '=', value: 'end' },
    ],
    [{ key: 'NAME', operator: '+=', value: 'a\\"b' }],
  ]);
});

test('parseUdevRules() reads a line of a million characters', () => {
  for (const line of ['A', 'A{', 'A="', 'A =']) {
    assert.ok(parseUdevRules(line.repeat(1_000_000 / line.length)).length === 1, line);
  }
});
