import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { prune } from '../../../src/cache/prune.ts';
import { keep, lookUp, openStore, type Store } from '../../../src/cache/store.ts';
import { absolutePath, type AbsolutePath } from '../../../src/model/brands.ts';
import { BuildError } from '../../../src/model/errors.ts';
import type { Sys } from '../../../src/model/sys.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const sys = makeSys({ searchPath: '/usr/bin:/bin' });
const name = 'base-0123';
const data = { bytes: 3, text: 'ü' };

function store(t: TestContext, limit = 2 ** 20): Store {
  return openStore(sys, { directory: absolutePath(`${scratch(t)}/parts`), limit, loss: 'a pity' });
}

async function kept(t: TestContext): Promise<Store> {
  const made = store(t);
  assert.deepEqual(await keep(sys, made, name, data, blobs(t)), []);
  return made;
}

function blobs(t: TestContext): ReadonlyMap<string, AbsolutePath> {
  const root = plant(scratch(t), { part: 'the part', depmod: '' });
  return new Map(['part', 'depmod'].map((blob) => [blob, absolutePath(`${root}/${blob}`)]));
}

test('lookUp() gives back what keep() was given', async (t) => {
  const found = lookUp(sys, await kept(t), name, scratch(t));
  assert.equal(found.type, 'found');
  assert.ok(found.type === 'found');
  assert.deepEqual(found.data, data);
  const contents = [...found.files].map(([blob, path]) => [blob, readFileSync(path, 'utf8')]);
  assert.deepEqual(contents, [
    ['part', 'the part'],
    ['depmod', ''],
  ]);
});

test('lookUp() finds every damaged, missing and additional byte, and takes the entry away', async (t) => {
  const made = await kept(t);
  const path = join(made.directory, name);
  const whole = readFileSync(path);
  const workspace = scratch(t);
  const damages: [string, Buffer][] = [
    ['one byte more', Buffer.concat([whole, Buffer.from('\n')])],
    ['empty', Buffer.alloc(0)],
  ];
  for (let at = 0; at < whole.length; at += 1) {
    for (const bit of [0x01, 0x20, 0x80]) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ bit;
      damages.push([`byte ${at} xor ${bit}`, damaged]);
    }
    damages.push([`cut off at ${at}`, whole.subarray(0, at)]);
  }
  for (const [what, bytes] of damages) {
    writeFileSync(path, bytes);
    assert.equal(lookUp(sys, made, name, workspace).type, 'damaged', what);
    assert.ok(!existsSync(path), what);
  }
  writeFileSync(path, whole);
  assert.equal(lookUp(sys, made, name, workspace).type, 'found');
});

test('lookUp() does not take one entry for another', async (t) => {
  const made = await kept(t);
  writeFileSync(join(made.directory, 'base-4567'), readFileSync(join(made.directory, name)));
  assert.equal(lookUp(sys, made, 'base-4567', scratch(t)).type, 'damaged');
});

test('lookUp() takes nothing but a regular file', async (t) => {
  const made = await kept(t);
  symlinkSync(name, join(made.directory, 'base-89'));
  mkdirSync(join(made.directory, 'base-ab'));
  for (const each of ['base-89', 'base-ab', 'base-none']) {
    assert.equal(lookUp(sys, made, each, scratch(t)).type, 'absent', each);
  }
});

test('openStore() refuses a directory that others may write to, and a link', (t) => {
  const parent = scratch(t);
  mkdirSync(join(parent, 'open'));
  chmodSync(join(parent, 'open'), 0o755);
  mkdirSync(join(parent, 'target'), { mode: 0o700 });
  symlinkSync('target', join(parent, 'link'));
  for (const each of ['open', 'link']) {
    const directory = absolutePath(`${parent}/${each}`);
    assert.throws(() => openStore(sys, { directory, limit: 1, loss: '' }), /ours alone/, each);
  }
});

// Stops as kill -9 would at the given call of the disk.
function killedAt(step: number): { sys: Sys; steps: () => number } {
  let steps = 0;
  const count = (): void => {
    steps += 1;
    if (steps === step) throw new Error('killed');
  };
  return {
    steps: () => steps,
    sys: {
      ...sys,
      writeAtomically: async (path, chunks, mode) => {
        const directory = path.slice(0, path.lastIndexOf('/'));
        const temporary = `${directory}/.${path.slice(directory.length + 1)}.1.new`;
        const written: Uint8Array[] = [];
        for await (const chunk of chunks) {
          written.push(Buffer.from(chunk));
          writeFileSync(temporary, Buffer.concat(written));
          count();
        }
        count();
        return sys.writeAtomically(path, written, mode);
      },
    },
  };
}

test('keep(), killed at any step, leaves the old entry or the new one, and no later build a half one', async (t) => {
  const probe = killedAt(Infinity);
  const directory = absolutePath(`${scratch(t)}/parts`);
  const made = openStore(sys, { directory, limit: 2 ** 20, loss: '' });
  await keep(probe.sys, made, name, data, blobs(t));
  assert.ok(probe.steps() >= 4);
  for (let step = 1; step <= probe.steps(); step += 1) {
    await assert.rejects(keep(killedAt(step).sys, made, name, { other: step }, blobs(t)), /killed/);
    const found = lookUp(sys, made, name, scratch(t));
    assert.ok(found.type === 'found');
    assert.deepEqual(found.data, data);
  }
  assert.equal(readdirSync(directory).length, 2);
  assert.deepEqual(await keep(sys, made, 'base-next', data, blobs(t)), []);
  assert.deepEqual(readdirSync(directory).sort(), [name, 'base-next']);
});

test('keep() says so, and goes on, where the disk is full or the entry too large', async (t) => {
  const made = await kept(t);
  const full: Sys = {
    ...sys,
    writeAtomically: async () => {
      throw new BuildError('Cannot write "x": no space left on the device');
    },
  };
  const [sentence = ''] = await keep(full, made, 'base-x', data, blobs(t));
  assert.match(sentence, /no space left on the device, a pity/);
  const small = await keep(sys, { ...made, limit: 100 }, 'base-x', data, blobs(t));
  assert.match(small[0] ?? '', /CacheSize= is 100/);
  assert.equal(lookUp(sys, made, name, scratch(t)).type, 'found');
});

test('keep() makes room by removing what was not used for longest', async (t) => {
  const made = await kept(t);
  const bytes = readFileSync(join(made.directory, name)).length;
  await keep(sys, made, 'base-b', data, blobs(t));
  for (const [index, each] of [name, 'base-b'].entries()) {
    utimesSync(join(made.directory, each), 1000 + index, 1000 + index);
  }
  // A look is a use.
  assert.equal(lookUp(sys, made, name, scratch(t)).type, 'found');
  const two = { ...made, limit: bytes * 2 + 10 };
  await keep(sys, two, 'base-c', data, blobs(t));
  assert.deepEqual(readdirSync(made.directory).sort(), [name, 'base-c']);
});

test('prune() counts the bytes that it removes, in directories below as well', (t) => {
  const root = plant(scratch(t), { 'a/b/one': '12345', 'a/two': '123', '.two.12.new': '1' });
  for (const path of ['a/b/one', 'a/two']) utimesSync(join(root, path), 5, 5);
  assert.equal(prune(sys, root, 8), 1);
  assert.equal(prune(sys, root, 0), 8);
  assert.ok(!existsSync(join(root, 'a/b/one')));
});
