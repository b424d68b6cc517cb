import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shadowEntry } from '../../../src/image/root-password.ts';

const shadow = { text: 'root:*:1:0:99999:7:::\n', mode: 0o640, uid: 0, gid: 42 };

test("shadowEntry()'s salt is the machine's: nothing of the password is in it", () => {
  const salts = ['secret', 'another'].map((password) => hash(password, 'machine').split('$')[2]);
  assert.equal(salts[0], salts[1]);
  assert.notEqual(hash('secret', 'machine'), hash('another', 'machine'));
  assert.equal(hash('secret', 'machine'), hash('secret', 'machine'));
  assert.notEqual(hash('secret', 'machine'), hash('secret', 'another machine'));
  assert.equal(hash('hashed:$6$a$b', 'machine'), '$6$a$b');
});

function hash(password: string, machineId: string): string {
  const entry = shadowEntry(shadow, password, machineId, 0);
  assert.ok(entry.type === 'file' && entry.content.type === 'bytes');
  return Buffer.from(entry.content.bytes).toString().split(':')[1] ?? '';
}
