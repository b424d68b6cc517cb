import assert from 'node:assert/strict';
import test from 'node:test';
import { clevisPins } from '../../../src/formats/clevis.ts';
import { parseLuksHeader } from '../../../src/formats/luks.ts';

const header = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const ofTang = header({
  alg: 'ECDH-ES',
  clevis: { pin: 'tang', tang: { adv: { keys: [] }, url: 'http://tang' } },
  enc: 'A256GCM',
});
const ofTpm = header({ alg: 'dir', clevis: { pin: 'tpm2', tpm2: { hash: 'sha256' } } });
const shared = (...inner: readonly string[]): string =>
  header({
    clevis: { pin: 'sss', sss: { jwe: inner.map((each) => `${each}..iv.text.tag`), t: 1 } },
  });

for (const [name, text, expected] of [
  ['a server', ofTang, ['tang']],
  ['a TPM', ofTpm, ['tpm2']],
  ['some of several', shared(ofTang, ofTpm), ['sss', 'tang', 'tpm2']],
  [
    'some of several, of which one is some of others',
    shared(shared(ofTpm), ofTang),
    ['sss', 'tang', 'tpm2'],
  ],
  ['no header of Clevis', header({ alg: 'dir' }), []],
  ['no JSON', Buffer.from('{"clevis"').toString('base64url'), []],
  ['no object', header(null), []],
  ['a pin that is no word', header({ clevis: { pin: { tang: 1 } } }), []],
  ['nothing', '', []],
] as const) {
  test(`clevisPins() of ${name}`, () => assert.deepEqual(clevisPins(text), expected));
}

test('parseLuksHeader() names what decrypts a token of Clevis', () => {
  const token = {
    type: 'clevis',
    keyslots: ['1'],
    jwe: { ciphertext: 'x', protected: shared(ofTang) },
  };
  const bytes = Buffer.alloc(16_384);
  bytes.write('LUKS\u00ba\u00be', 'latin1');
  bytes.writeUInt16BE(2, 6);
  bytes.write(JSON.stringify({ keyslots: {}, tokens: { 0: token } }), 4096);
  assert.deepEqual(parseLuksHeader(bytes)?.tokens, ['clevis', 'clevis:sss', 'clevis:tang']);
});
