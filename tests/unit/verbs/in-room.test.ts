import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { inRoom } from '../../../src/verbs/in-room.ts';

const workspace = absolutePath('/work');
const memory = absolutePath('/memory');

/** A machine that has `room` bytes in memory, and a list of what is asked of it. */
function machine(room: number) {
  const events: string[] = [];
  const sys = {
    ...makeSys({ searchPath: '' }),
    memoryWorkspace: (parents: readonly string[], bytes: number) => {
      events.push(`${bytes} in ${parents.join(', ')}`);
      return bytes > room ? undefined : { path: memory, remove: () => events.push('removed') };
    },
  };
  return { events, place: { sys, workspace, memoryDirectories: [memory] } };
}

test('inRoom() works in memory where there is room, and gives it back', async () => {
  const { events, place } = machine(10);
  assert.equal(await inRoom(place, 10, async (room) => room), memory);
  assert.deepEqual(events, ['10 in /memory', 'removed']);
});

test('inRoom() gives the memory back where the work fails', async () => {
  const { events, place } = machine(10);
  const failing = inRoom(place, 10, async () => {
    throw new Error('on fire');
  });
  await assert.rejects(failing, /on fire/);
  assert.deepEqual(events, ['10 in /memory', 'removed']);
});

test('inRoom() works in the workspace where there is no room', async () => {
  const { events, place } = machine(10);
  assert.equal(await inRoom(place, 11, async (room) => room), workspace);
  assert.deepEqual(events, ['11 in /memory']);
});
