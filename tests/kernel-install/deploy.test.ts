// The one installer: what it puts below a directory, it takes away again, whomever it was for.
import assert from 'node:assert/strict';
import { existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { need } from '../helpers/need.ts';
import { bundle, checkout } from '../helpers/paths.ts';
import { run, runOk } from '../helpers/run.ts';
import { scratch } from '../helpers/scratch.ts';

const deploy = join(checkout, 'plugin/deploy.sh');

for (const options of [[], ['--for', 'debian'], ['--for', 'rpm'], ['--for', 'arch']]) {
  test(`deploy.sh ${options.join(' ')} and --remove leave nothing but directories and a user's files`, async (t) => {
    if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return;
    const root = scratch(t);
    await runOk([deploy, ...options, root]);
    const installed = files(root);
    assert.ok(installed.includes('usr/bin/pkginitrd'));
    assert.ok(!installed.some((path) => path.endsWith('.new')));
    mkdirSync(join(root, 'usr/share/libalpm'), { recursive: true });
    await runOk([join(root, 'usr/lib/pkginitrd/generator'), '--root', root, 'choose']);
    const mask = join(root, 'etc/pacman.d/hooks/90-mkinitcpio-install.hook');
    const isMasked = lstatSync(mask, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    assert.equal(isMasked, options.length > 0, 'by hand nobody of ours is called in their stead');
    await runOk([
      'sh',
      '-c',
      `mkdir -p ${root}/etc/pkginitrd && : >${root}/etc/pkginitrd/own.conf`,
    ]);
    await runOk([deploy, '--remove', root]);
    assert.deepEqual(files(root), ['etc/pkginitrd/own.conf']);
  });
}

test('deploy.sh knows what it can be for', async (t) => {
  const root = scratch(t);
  for (const wrong of [['--for', 'gentoo', root], ['--frob', root], []]) {
    const ran = await run([deploy, ...wrong]);
    assert.equal(ran.code, 2, wrong.join(' '));
    assert.match(ran.stderr, /deploy\.sh \[--for debian\|rpm\|arch\]/);
  }
});

function files(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
