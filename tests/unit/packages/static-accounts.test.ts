import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { staticAccounts } from '../../../src/packages/shared/static-accounts.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { scratch } from '../../helpers/scratch.ts';

test('staticAccounts() keeps what every machine has, and no password, person or member', (t) => {
  const directory = scratch(t);
  mkdirSync(`${directory}/etc`);
  writeFileSync(
    `${directory}/etc/passwd`,
    'root:$6$secret:0:0:root:/root:/bin/bash\n+nis:::\nme:x:1000:1000::/home/me:/bin/sh\nsshd:x:999:999::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n',
  );
  writeFileSync(`${directory}/etc/group`, 'root:x:0:\nwheel:!:10:me,you\nme:x:1000:\n');
  const host = makeSys({ searchPath: '/usr/bin' }).root(directory);
  assert.equal(
    staticAccounts(host, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n',
  );
  assert.equal(staticAccounts(host, 'etc/group'), 'root:x:0:\nwheel:x:10:\n');
  assert.equal(staticAccounts(host, 'etc/absent'), '');
});
