// Rules of ours in profiles.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { runOk } from '../../helpers/run.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { handled, type UdevEvent } from '../../helpers/udev-rules.ts';

const extra = (profile: string): string =>
  fileURLToPath(new URL(`../../../dropins/profiles/${profile}/extra/usr/lib`, import.meta.url));
const rulesOf = (profile: string): string =>
  readFileSync(`${extra(profile)}/udev/rules.d/70-pkginitrd-${profile}.rules`, 'utf8');

const incomplete = {
  action: 'add',
  subsystem: 'block',
  kernel: 'vda',
  properties: { ID_FS_TYPE: 'btrfs', ID_BTRFS_READY: '0', SYSTEMD_READY: '0' },
} as const satisfies UdevEvent;

const timer = 'pkginitrd-btrfs-last-resort.timer';

for (const [rootflags, isWaitedFor] of [
  ['degraded', true],
  ['subvol=system,degraded', true],
  ['degraded,ro', true],
  ['ro,degraded,noatime', true],
  ['subvol=degraded', false],
  ['nodegraded,ro', false],
  [undefined, false],
] as const) {
  const what = rootflags === undefined ? 'without rootflags=' : `with rootflags=${rootflags}`;
  test(`a btrfs that misses a disk is ${isWaitedFor ? '' : 'not '}mounted after a while ${what}`, () => {
    const event = { ...incomplete, commandLine: rootflags === undefined ? {} : { rootflags } };
    const { run, properties } = handled(rulesOf('btrfs'), event);
    assert.deepEqual(run, isWaitedFor ? [`/usr/bin/systemctl --no-block start ${timer}`] : []);
    assert.equal(properties.get('SYSTEMD_READY'), '0');
    const late = handled(rulesOf('btrfs'), { ...event, paths: ['/run/pkginitrd-btrfs-degraded'] });
    assert.equal(late.properties.get('SYSTEMD_READY'), isWaitedFor ? '1' : '0');
  });
}

test('a btrfs that has all its disks, and what is no btrfs, are left alone', () => {
  const commandLine = { rootflags: 'degraded' };
  for (const properties of [{ ID_FS_TYPE: 'btrfs', ID_BTRFS_READY: '1' }, { ID_FS_TYPE: 'ext4' }]) {
    assert.deepEqual(handled(rulesOf('btrfs'), { ...incomplete, properties, commandLine }).run, []);
  }
});

test('the rule of btrfs, its timer and its service speak of the same', () => {
  const units = `${extra('btrfs')}/systemd/system`;
  assert.ok(existsSync(`${units}/${timer}`));
  const service = readFileSync(`${units}/${timer.replace('.timer', '.service')}`, 'utf8');
  const [, directory = ''] = /^RuntimeDirectory=(.*)$/m.exec(service) ?? [];
  assert.ok(rulesOf('btrfs').includes(`TEST=="/run/${directory}"`));
});

test('a device of bcache has the names of the disk below it', () => {
  const properties = { CACHED_UUID: 'aaaa', CACHED_LABEL: 'data' };
  const event = { ...incomplete, kernel: 'bcache0', properties };
  assert.deepEqual(handled(rulesOf('bcache'), event).links, [
    'bcache/by-uuid/aaaa',
    'bcache/by-label/data',
  ]);
  assert.deepEqual(handled(rulesOf('bcache'), { ...event, properties: {} }).links, []);
});

for (const shell of ['dash', 'bash']) {
  test(`bcache-names, in ${shell}, tells the disk that is cached from its cache`, async (t) => {
    const host = plant(scratch(t), {
      'slaves/vda/dev': '',
      'slaves/vdb/dev': '',
      'bin/bcache-super-show': [
        '#!/bin/sh',
        'case $1 in',
        "/dev/vda) printf 'sb.version\\t\\t3 [cache device]\\ndev.label\\t\\t(empty)\\ndev.uuid\\t\\tbbbb\\n' ;;",
        "/dev/vdb) printf 'sb.version\\t\\t1 [backing device]\\ndev.label\\t\\tdata\\ndev.uuid\\t\\taaaa\\n' ;;",
        'esac',
        '',
      ].join('\n'),
    });
    chmodSync(`${host}/bin/bcache-super-show`, 0o755);
    const script = readFileSync(`${extra('bcache')}/pkginitrd/bcache-names`, 'utf8');
    const moved = script.replace('/sys/class/block/$1', host);
    const { stdout } = await runOk([
      shell,
      '-c',
      `PATH=${host}/bin:$PATH\n${moved}`,
      'names',
      'bcache0',
    ]);
    assert.equal(stdout, 'CACHED_UUID=aaaa\nCACHED_LABEL=data\n');
  });
}
