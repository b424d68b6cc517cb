import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeReason } from '../../../../src/model/reason.ts';
import type { StorageNode } from '../../../../src/model/storage.ts';
import { storageWants } from '../../../../src/plan/storage/wants.ts';

const partition = { type: 'partition', device: 'vda3', name: 'vda3', below: [] } as const;

for (const [format, algorithm, aliases] of [
  ['verity', 'sha256', ['crypto-sha256']],
  ['verity', 'sha3-256', ['crypto-sha3-256']],
  ['luks2', 'aes-xts-plain64', ['crypto-aes', 'crypto-xts']],
  ['luks2', 'hmac(sha256)', ['crypto-hmac', 'crypto-sha256']],
  ['luks1', 'aes-cbc-essiv:sha256', ['crypto-aes', 'crypto-cbc', 'crypto-essiv', 'crypto-sha256']],
] as const) {
  test(`storageWants() asks for ${algorithm} of ${format} as the kernel does`, () => {
    const node: StorageNode = {
      ...{ type: 'crypt', format, algorithms: [algorithm], tokens: [] },
      ...{ device: 'dm-0', name: 'root', below: [partition] },
    };
    const stack = { source: '/dev/mapper/root', fileSystem: null, checksum: null, below: [node] };
    const wants = storageWants([{ purpose: '/', required: true, ...stack }]);
    assert.deepEqual(
      wants.map(({ name }) => name).filter((name) => name.startsWith('crypto-')),
      aliases,
    );
    assert.ok(wants.every(({ from }) => describeReason(from) === `under /: ${format} root`));
  });
}
