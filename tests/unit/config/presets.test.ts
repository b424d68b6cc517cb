import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const dropins = fileURLToPath(new URL('../../../dropins', import.meta.url));

// From version 258 on systemctl reads the one in a root that has an initrd-release, before that the other.
test('every preset of the drop-ins is there for old and new systemd', () => {
  const presets = readdirSync(dropins, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.preset'))
    .sort();
  assert.ok(presets.length >= 4, presets.join());
  for (const path of presets) {
    const twin = path.includes('/system-preset/')
      ? path.replace('/system-preset/', '/initrd-preset/')
      : path.replace('/initrd-preset/', '/system-preset/');
    assert.ok(dirname(path) !== dirname(twin), path);
    const [own, other] = [path, twin].map((each) => readFileSync(join(dropins, each), 'utf8'));
    assert.equal(own, other, path);
  }
});
