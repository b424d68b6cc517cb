import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDep5Licences } from '../../../src/formats/dep5.ts';

const machineReadable = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: x

Files: *
Copyright: 2020 A
License: LGPL-2.1+

Files: debian/*
License: GPL-2+
 The text of it.

License: LGPL-2.1+
 This one mentions License: in the text.
`;

test('parseDep5Licences() gives every short name once, sorted', () => {
  assert.deepEqual(parseDep5Licences(machineReadable), ['GPL-2+', 'LGPL-2.1+']);
});

test('parseDep5Licences() makes nothing of prose', () => {
  assert.deepEqual(parseDep5Licences('This is free software.\nLicense: GPL\n'), []);
});
