// Our package for Arch Linux: how it is made, and what is in it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { need } from '../../helpers/need.ts';
import { makePackage } from '../../helpers/package-host.ts';
import { bundle } from '../../helpers/paths.ts';
import { runOk } from '../../helpers/run.ts';
import { scratch } from '../../helpers/scratch.ts';

test('The package for Arch Linux is the same bytes wherever and whenever it is made, and whole', async (t) => {
  if (!need(t, existsSync(bundle), 'no bundle: run npm run build')) return;
  if (!need(t, existsSync('/usr/bin/bsdtar'), 'no bsdtar: run tests/helpers/setup.sh pacman'))
    return;
  const file = await makePackage('arch', scratch(t));
  const first = readFileSync(file);
  const elsewhere = { TMPDIR: scratch(t), LC_ALL: 'C.UTF-8', TZ: 'Asia/Tokyo' };
  const again = await makePackage('arch', scratch(t), elsewhere);
  assert.ok(first.equals(readFileSync(again)));

  const { stdout } = await runOk(['bsdtar', '-tf', file]);
  const names = stdout.split('\n');
  assert.deepEqual(names.slice(0, 3), ['.MTREE', '.PKGINFO', '.INSTALL']);
  for (const path of [
    'bin/pkginitrd',
    'lib/pkginitrd/zstd-codec.mjs',
    'lib/systemd/system/pkginitrd-refresh.service',
    'share/libalpm/hooks/60-pkginitrd-note.hook',
    'share/libalpm/hooks/90-pkginitrd-kernels.hook',
    'share/libalpm/hooks/95-pkginitrd-refresh.hook',
    'share/man/man8/pkginitrd.8.gz',
    'share/bash-completion/completions/pkginitrd',
    'share/zsh/site-functions/_pkginitrd',
    'share/fish/vendor_completions.d/pkginitrd.fish',
    'share/licenses/pkginitrd/bundled-licences',
  ]) {
    assert.ok(names.includes(`usr/${path}`), path);
  }
  const without = await makePackage('arch', scratch(t), {}, ['--without-codec']);
  const fewer = (await runOk(['bsdtar', '-tf', without])).stdout;
  assert.doesNotMatch(fewer, /zstd-codec\.mjs/);
});
