// Our rpm package: how it is made, and what is in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { makePackage } from '../../helpers/package-host.ts';
import { checkout } from '../../helpers/paths.ts';
import { canBuild } from '../../helpers/rpm/kernel-package.ts';
import { run, runOk } from '../../helpers/run.ts';
import { scratch } from '../../helpers/scratch.ts';

const query = async (file: string, ...options: readonly string[]): Promise<readonly string[]> =>
  (await runOk(['rpm', '-qp', ...options, file])).stdout.trim().split('\n');

test('The rpm package is the same bytes wherever and whenever it is made', async (t) => {
  if (!canBuild(t)) return;
  const first = readFileSync(await makePackage('rpm', scratch(t)));
  const elsewhere = { TMPDIR: scratch(t), LC_ALL: 'C.UTF-8', TZ: 'Asia/Tokyo' };
  const again = await makePackage('rpm', scratch(t), elsewhere);
  assert.ok(first.equals(readFileSync(again)));
});

test('The rpm package names what it has in it and what it wants, and rpmlint finds no fault', async (t) => {
  if (!canBuild(t)) return;
  const without = await makePackage('rpm', scratch(t), {}, ['--without-codec']);
  assert.ok(!(await query(without, '--list')).some((path) => path.endsWith('zstd-codec.mjs')));
  assert.ok(!(await query(without, '--provides')).some((name) => name.includes('zstd-codec')));
  assert.deepEqual(await query(without, '--queryformat', '%{license}\n'), [
    'Apache-2.0 AND ISC AND MIT',
  ]);

  const file = await makePackage('rpm', scratch(t));
  const provides = await query(file, '--provides');
  for (const name of ['yargs', 'execa', 'fast-glob', 'debug', 'ini', 'zstd-codec', 'micromatch']) {
    const folder = join(checkout, 'node_modules', name, 'package.json');
    const [, version] = /"version": "(.*)"/.exec(readFileSync(folder, 'utf8')) ?? [];
    assert.ok(provides.includes(`bundled(npm(${name})) = ${version}`), name);
  }
  const requires = await query(file, '--requires');
  assert.ok(requires.includes('/usr/bin/kernel-install'), requires.join('\n'));
  const list = await query(file, '--list');
  for (const path of [
    'bin/pkginitrd',
    'lib/pkginitrd/zstd-codec.mjs',
    'lib/kernel/install.d/52-pkginitrd.install',
    'lib/systemd/system/pkginitrd-refresh.service',
    'lib/tmpfiles.d/pkginitrd.conf',
    'share/man/man8/pkginitrd.8.gz',
    'share/man/man5/pkginitrd.conf.5.gz',
    'share/bash-completion/completions/pkginitrd',
    'share/zsh/site-functions/_pkginitrd',
    'share/fish/vendor_completions.d/pkginitrd.fish',
    'share/licenses/pkginitrd/LICENSE',
    'share/licenses/pkginitrd/bundled-licences',
  ]) {
    assert.ok(list.includes(`/usr/${path}`), path);
  }
  const lint = await run(['rpmlint', '-c', join(checkout, 'plugin/rpm/rpmlint.toml'), file]);
  assert.match(lint.stdout, / 0 errors, 0 warnings/, lint.stdout);
});
