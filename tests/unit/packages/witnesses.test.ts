import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withAllBelow } from '../../../src/packages/shared/witnesses.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

test('withAllBelow() lists what is there, also behind links, and what is not', (t) => {
  const root = rootFiles(
    plant(scratch(t), {
      'etc/apt/sources.list.d': { link: '/srv/sources' },
      'etc/apt/loop': { link: '/etc/apt' },
      'etc/apt/gone': { link: '/nowhere' },
      'srv/sources/a.list': '',
    }),
  );
  assert.deepEqual(withAllBelow(root, ['/etc/apt', 'var/cache/later', 'etc/apt']), [
    'etc/apt',
    'etc/apt/gone',
    'etc/apt/loop',
    'etc/apt/sources.list.d',
    'etc/apt/sources.list.d/a.list',
    'var/cache/later',
  ]);
});
