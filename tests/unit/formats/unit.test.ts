import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUnit, unitList } from '../../../src/formats/unit.ts';

test('parseUnit() joins continued lines over comments and passes over what it does not understand', () => {
  const text = `before=any section
# a comment
[Unit]
Wants=a.service \\
; another
  b.service
garbage
[Service]
ExecStart = /bin/a --x=y
`;
  assert.deepEqual(parseUnit(text), [
    { section: 'Unit', key: 'Wants', value: 'a.service  b.service' },
    { section: 'Service', key: 'ExecStart', value: '/bin/a --x=y' },
  ]);
});

test('parseUnit() of a file that ends within a continued line keeps the line', () => {
  assert.deepEqual(parseUnit('[Unit]\nWants=a \\'), [
    { section: 'Unit', key: 'Wants', value: 'a' },
  ]);
});

test('unitList() begins anew at an empty assignment and heeds the section', () => {
  const settings = parseUnit(
    '[Service]\nExecStart=a\nExecStart=\nExecStart=b\n[Unit]\nExecStart=c\n',
  );
  assert.deepEqual(unitList(settings, 'Service', 'ExecStart'), ['b']);
});
