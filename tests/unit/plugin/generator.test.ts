// The line of pkginitrd in kernel-install's configuration: what the user says counts, and removal gives back every byte.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const vendor = 'usr/lib/kernel/install.conf';
const conf = 'etc/kernel/install.conf';
const comments = '#layout=bls|other|...\n#initrd_generator=dracut|...\n';

interface Case {
  readonly name: string;
  readonly tree: Tree;
  /** The generator after "choose". */
  readonly word: string;
  /** What "choose" says. */
  readonly said?: RegExp;
  /** install.conf after "unchoose", where it is not what it was. */
  readonly left?: string;
}

const chosen =
  /^pkginitrd: Chosen as initrd generator in .*\/etc\/kernel\/install\.conf; to go back, .*\n$/;
const notChosen = (file: string, word: string) =>
  new RegExp(
    `^pkginitrd: Not chosen: .*/${file} says initrd_generator=${word}; set it to pkginitrd`,
  );

const cases: readonly Case[] = [
  { name: 'no file', tree: {}, word: 'pkginitrd', said: chosen },
  { name: "the vendor's file", tree: { [vendor]: comments }, word: 'pkginitrd', said: chosen },
  { name: 'a file of the user', tree: { [conf]: 'layout=bls\n' }, word: 'pkginitrd', said: chosen },
  {
    name: 'a file without an end of line',
    tree: { [conf]: 'layout=bls' },
    word: 'pkginitrd',
    said: chosen,
    left: 'layout=bls\n',
  },
  {
    name: 'an empty word',
    tree: { [conf]: 'initrd_generator=\n' },
    word: 'pkginitrd',
    said: chosen,
  },
  { name: 'ours already', tree: { [conf]: 'initrd_generator=pkginitrd\n' }, word: 'pkginitrd' },
  {
    name: 'another one',
    tree: { [conf]: ' initrd_generator="dracut" # fine\n', [vendor]: comments },
    word: 'dracut',
    said: notChosen(conf, 'dracut'),
  },
  {
    name: 'another one in a last line without an end',
    tree: { [conf]: 'layout=bls\ninitrd_generator=dracut' },
    word: 'dracut',
    said: notChosen(conf, 'dracut'),
  },
  {
    name: "another one of the vendor's",
    tree: { [vendor]: 'initrd_generator=mkosi\n' },
    word: 'mkosi',
    said: notChosen(vendor, 'mkosi'),
  },
  {
    name: 'a file before the vendor that names none',
    tree: { [conf]: 'layout=uki\n', [vendor]: 'initrd_generator=mkosi\n' },
    word: 'pkginitrd',
    said: chosen,
  },
  {
    name: 'another one in a drop-in',
    tree: { [`${conf}.d/50-x.conf`]: 'initrd_generator=booster\n', [conf]: 'layout=bls\n' },
    word: 'booster',
    said: notChosen(`${conf}.d/50-x.conf`, 'booster'),
  },
  {
    name: 'the later of two drop-ins',
    tree: {
      [`${vendor}.d/60-x.conf`]: 'initrd_generator=late\n',
      [`${conf}.d/50-x.conf`]: 'initrd_generator=early\n',
    },
    word: 'late',
    said: notChosen(`${vendor}.d/60-x.conf`, 'late'),
  },
  {
    name: 'a drop-in that is masked',
    tree: {
      [`${vendor}.d/60-x.conf`]: 'initrd_generator=late\n',
      [`${conf}.d/60-x.conf`]: { link: '/dev/null' },
    },
    word: 'pkginitrd',
    said: chosen,
  },
];

for (const { name, tree, word, said, left } of cases) {
  test(`generator choose and unchoose: ${name}`, (t) => {
    const root = plant(scratch(t), tree);
    const generator = (verb: string) =>
      spawnSync(join(checkout, 'plugin/generator'), ['--root', root, verb], { encoding: 'utf8' });
    const before = files(root);
    const first = generator('choose');
    assert.equal(first.status, 0);
    assert.match(first.stderr, said ?? /^$/);
    assert.equal(generator('show').stdout, `${word}\n`);
    assert.equal(generator('choose').status, 0);
    for (let times = 0; times < 2; times += 1) assert.equal(generator('unchoose').status, 0);
    const expected = left === undefined ? before : { ...before, [conf]: left };
    assert.deepEqual(files(root), expected);
  });
}

test('unchoose leaves a line that the user wrote or moved', (t) => {
  const root = plant(scratch(t), { [conf]: 'layout=bls\n' });
  const generator = (verb: string) =>
    spawnSync(join(checkout, 'plugin/generator'), ['--root', root, verb]);
  generator('choose');
  const text = readFileSync(join(root, conf), 'utf8');
  plant(root, { [conf]: text.replace('=pkginitrd', '=dracut') });
  assert.equal(generator('unchoose').status, 0);
  assert.equal(readFileSync(join(root, conf), 'utf8'), 'layout=bls\ninitrd_generator=dracut\n');
});

function files(root: string): Readonly<Record<string, string>> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')] as const),
  );
}
