import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { decodeFacts, encodeFacts, readBack } from '../../../src/verify/read-back.ts';
import type { VerifyReport } from '../../../src/verify/report.ts';
import { knownMembers } from '../../../src/verify/verify.ts';
import {
  directory,
  file,
  goodImage,
  joined,
  link,
  members,
  program,
  put,
  unpackRaw,
  verifyBytes,
  type Image,
} from './build-image.ts';

/** Changes after which the image is another: none may be seen by one way of reading and not by the other. */
const changes: Readonly<Record<string, (image: Image) => void>> = {
  nothing: () => {},
  'a program of the base part lacks a library': ({ base }) =>
    put(base, program('usr/bin/mount', { type: 2, needed: ['libgone.so'] })),
  'a program of the base part is cut off': ({ base }) =>
    put(base, program('usr/lib/systemd/systemd', '\x7fELF\x02\x01')),
  'a unit of the base part is empty': ({ base }) =>
    put(base, file('usr/lib/systemd/system/initrd.target', '')),
  'a directory of the base part is missing': ({ base }) => void base.delete('usr/lib/systemd'),
  'the base part has no init': ({ base }) => void base.delete('init'),
  'the host part masks a unit of the base part': ({ host }) =>
    put(host, link('etc/systemd/system/systemd-udevd.service', '/dev/null')),
  'the host part replaces a library of the base part': ({ host }) =>
    put(host, program('usr/lib/x86_64-linux-gnu/libc.so.6', { machine: 183 })),
  'the host part has a file for a directory of the base part': ({ host }) =>
    void host.set('etc', file('etc', 'x')),
  'the host part has a directory for a link of the base part': ({ host }) =>
    put(host, directory('lib'), file('lib/x', '')),
  'the kernel part lacks a module': ({ kernel }) =>
    void kernel.delete('usr/lib/modules/6.1.0-x/kernel/libata.ko.xz'),
  'the base part has a module of its own': ({ base, kernel }) => {
    const path = 'usr/lib/modules/6.1.0-x/kernel/libata.ko.xz';
    const module = kernel.get(path);
    kernel.delete(path);
    if (module !== undefined) put(base, module);
  },
};

for (const [what, change] of Object.entries(changes)) {
  test(`an image with a part that was read back before is judged as one that is read whole: ${what}`, async () => {
    const image = goodImage();
    change(image);
    const parts = Object.entries(members(image)).map(([name, bytes]) => ({ name, bytes }));
    const bytes = joined(parts.map((part) => part.bytes));
    const whole = await verifyBytes(bytes);
    for (const names of [['base'], ['host', 'base'], parts.map(({ name }) => name)]) {
      const known = knownMembers(
        await Promise.all(
          parts.map(async ({ name, bytes: part }) => ({
            bytes: part.length,
            facts: names.includes(name) ? await stored(part) : undefined,
          })),
        ),
      );
      assert.equal(known.size, names.length);
      assert.deepEqual(comparable(await verifyBytes(bytes, { known })), comparable(whole));
    }
  });
}

test('readBack() gives the digest of all bytes of the part', async () => {
  const { base } = members(goodImage());
  const facts = await readBack([base], unpackRaw);
  assert.equal(facts?.sha256, createHash('sha256').update(base).digest('hex'));
});

test('readBack() knows nothing of a part with a fault', async () => {
  const { base, host, microcode } = members(goodImage());
  const faulty: Readonly<Record<string, Buffer>> = {
    'it is cut off': base.subarray(0, base.length - 20),
    'its archive is cut off': microcode.subarray(0, microcode.length - 60),
    'a byte of its head is another': changedAt(microcode, 3),
    'a byte of its checksum is another': changedAt(host, host.length - 6),
    'something follows it': Buffer.concat([base, Buffer.from('more')]),
  };
  for (const [what, bytes] of Object.entries(faulty)) {
    assert.equal(await readBack([bytes], unpackRaw), undefined, what);
  }
});

/** As the cache has them. */
async function stored(part: Buffer) {
  const facts = await readBack([part], unpackRaw);
  assert.ok(facts !== undefined);
  return decodeFacts(JSON.parse(JSON.stringify(encodeFacts(facts))));
}

function comparable({ findings, ...rest }: VerifyReport) {
  return { ...rest, findings: findings.map((finding) => JSON.stringify(finding)) };
}

function changedAt(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
