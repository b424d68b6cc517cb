// What is remembered of rescue images, and what refresh makes of one that is out of date.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Sys } from '../../../src/model/sys.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import {
  rememberedImages,
  rememberImage,
  type Remembered,
} from '../../../src/verbs/placed-images.ts';
import { refresh } from '../../../src/verbs/refresh.ts';
import { rescueRequest } from '../../../src/verbs/rescue.ts';
import { config, facts } from '../../helpers/plan-fixture.ts';
import { surroundings } from '../../helpers/surroundings.ts';
import { machine, type Machine } from '../place/machine.ts';

const modules = { directory: '', files: [], missing: [], leftOut: [], rootNeeds: [] };
const plan = makePlan(config(), facts(), modules, new Map(), { generic: true, offline: false });

const imageAt = (path: string): Remembered => ({
  placed: {
    version: 1,
    image: absolutePath(path),
    destination: path.includes('rescue') ? 'rescue' : 'boot',
    bytes: null,
    request: rescueRequest('6.1'),
    tool: null,
    plan: { ...plan, kernelVersion: '6.1' },
    packages: [],
    machine: '',
    contents: [],
    hostFiles: [],
  },
  planInputs: null,
  baseInputs: null,
});

const old = '/boot/pkginitrd-rescue/initrd-6.1-0123456789abcdef';

/** A machine that no image can be built on, with a rescue image that knows another one. */
async function outdated(t: TestContext): Promise<Machine> {
  const host = machine(t, {
    'etc/os-release': 'ID=debian\n',
    'usr/lib/pkginitrd/10.conf': '',
    'usr/lib/modules/6.1/vmlinuz': '',
    [old.slice(1)]: 'old',
  });
  assert.deepEqual(await rememberImage(host.sys, imageAt(old)), []);
  return host;
}

async function refreshed({ sys }: Machine, run: () => string, tool = 'one') {
  let runs = 0;
  const told: string[] = [];
  const watched: Sys = {
    ...sys,
    run: async () => {
      runs += 1;
      return { exitCode: 0, stdout: '', stderr: run() };
    },
  };
  const { failure } = await refresh(
    watched,
    { type: 'refresh', debug: false },
    {
      ...surroundings,
      vendorDirectory: absolutePath('/usr/lib/pkginitrd'),
      tool: () => tool,
      tell: (text) => told.push(text),
    },
  );
  return { runs, told: told.join('\n'), failure: failure?.message };
}

const warns = (): string =>
  'pkginitrd: Building\npkginitrd: Warning: Cannot place it: no room; the rescue image stays\n';

test('refresh() says that a rescue image was not renewed, and does not try the same again', async (t) => {
  const host = await outdated(t);
  const first = await refreshed(host, warns);
  assert.equal(first.runs, 1);
  assert.match(first.told, /cannot be built anew .*: Cannot place it: no room; the rescue image/);
  assert.equal(first.failure, `Cannot build anew: ${old}`);

  const again = await refreshed(host, warns);
  assert.equal(again.runs, 0);
  assert.match(again.told, /is left as it is .*: this was tried before in vain/);
  assert.equal(again.failure, undefined);

  assert.equal((await refreshed(host, warns, 'two')).runs, 1, 'something else has changed');
  assert.equal((await refreshed(host, warns, 'two')).runs, 0);
});

test('refresh() takes a rescue image for renewed whose old name is gone', async (t) => {
  const host = await outdated(t);
  const { told, failure } = await refreshed(host, () => {
    rmSync(`${host.root}${old}`);
    return '';
  });
  assert.match(told, /was built anew/);
  assert.equal(failure, undefined);
});

test('rememberImage() forgets the rescue images that the new one has replaced, and no other', async (t) => {
  const { sys, root } = machine(t, {
    'boot/pkginitrd-rescue/initrd-c': '',
    'efi/x/pkginitrd-rescue/initrd-d': '',
  });
  const images = [
    '/boot/initrd.img-6.1',
    '/boot/pkginitrd-rescue/initrd-a',
    '/efi/y/pkginitrd-rescue/initrd-b',
    '/efi/x/pkginitrd-rescue/initrd-d',
    '/boot/pkginitrd-rescue/initrd-c',
  ];
  for (const each of images) assert.deepEqual(await rememberImage(sys, imageAt(each)), []);
  // Those of a file system that is not mounted stay.
  assert.equal(readdirSync(`${root}/var/lib/pkginitrd/images`).length, images.length - 1);
  assert.deepEqual(
    rememberedImages(sys).map(({ placed }) => placed.image),
    ['/boot/pkginitrd-rescue/initrd-c', '/efi/x/pkginitrd-rescue/initrd-d'],
  );
});
