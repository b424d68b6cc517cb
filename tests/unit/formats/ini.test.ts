import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIni } from '../../../src/formats/ini.ts';

test('parseIni() reads repositories as dnf and zypper write them', () => {
  const text = `# comment
stray=1
[copr:copr.fedorainfracloud.org:a:b]
Name = A = B
; another
baseurl=https://a/
  https://b/

[main]
cachedir: /srv/cache
no value here
`;
  const sections = parseIni(text);
  assert.deepEqual([...sections.keys()], ['copr:copr.fedorainfracloud.org:a:b', 'main']);
  const copr = sections.get('copr:copr.fedorainfracloud.org:a:b');
  assert.equal(copr?.get('name'), 'A = B');
  assert.equal(copr?.get('baseurl'), 'https://a/\nhttps://b/');
  assert.deepEqual(Object.fromEntries(sections.get('main') ?? []), { cachedir: '/srv/cache' });
});
