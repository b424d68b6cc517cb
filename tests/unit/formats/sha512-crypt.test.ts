import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha512Crypt } from '../../../src/formats/sha512-crypt.ts';
import { output, without } from './tools.ts';

// The vectors of the specification (akkadia.org/drepper/SHA-crypt.txt) whose rounds do not take long.
const VECTORS: readonly [string, string, number | undefined, string][] = [
  [
    'Hello world!',
    'saltstring',
    undefined,
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
  ],
  [
    'Hello world!',
    'saltstringsaltstring',
    10000,
    '$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.',
  ],
  [
    'This is just a test',
    'toolongsaltstring',
    5000,
    '$6$rounds=5000$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/e1JSbq3y6JMxxl8audkUEm0',
  ],
  [
    'the minimum number is still observed',
    'roundstoolow',
    10,
    '$6$rounds=1000$roundstoolow$kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUNGc0dqbpBYYBaHHrsX.',
  ],
];

for (const [password, salt, rounds, expected] of VECTORS) {
  test(`sha512Crypt gives the specification's hash of "${password}" with ${salt}`, () => {
    assert.equal(sha512Crypt(password, salt, rounds), expected);
  });
}

test(
  'sha512Crypt agrees with openssl for passwords of many lengths',
  { skip: without('openssl') },
  () => {
    for (const length of [1, 2, 7, 63, 64, 65, 128, 200]) {
      const password = 'pässword'.repeat(30).slice(0, length);
      const expected = output(['openssl', 'passwd', '-6', '-salt', 'abcdefgh', '-stdin'], password)
        .toString()
        .trim();
      assert.equal(sha512Crypt(password, 'abcdefgh'), expected, `${length}`);
    }
  },
);

test('sha512Crypt refuses salts that shadow(5) could not hold', () => {
  for (const salt of ['a$b', 'a:b', 'a\nb'])
    assert.throws(() => sha512Crypt('x', salt), { name: 'BuildError' });
});
