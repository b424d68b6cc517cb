import assert from 'node:assert/strict';
import test from 'node:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../../helpers/paths.ts';
import { runOk } from '../../helpers/run.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { movedScript } from './moved-script.ts';

const functions = readFileSync(
  join(checkout, 'dropins/extra/usr/lib/pkginitrd/emergency-functions'),
  'utf8',
);

const rows: readonly (readonly [words: string, shown: string])[] = [
  ['root=UUID=1 rw  quiet', 'root=UUID=1 rw quiet'],
  ['iscsi_password=se=cret rd.iscsi.in.password=x', 'iscsi_password=*** rd.iscsi.in.password=***'],
  ['cifspass=se,cret cifsuser=me', 'cifspass=*** cifsuser=me'],
  ['"cifspass=se cret of mine" quiet', '"cifspass=*** quiet'],
  ['cifspass="secret" quiet', 'cifspass=*** quiet'],
  ['rootflags=username=me,password=secret,ro rw', 'rootflags=username=me,password=*** rw'],
  ['root=cifs://me:secret@server/share', 'root=cifs:***@server/share'],
  ['netroot=iscsi:me:secret:you:other@h::::iqn.x', 'netroot=iscsi:***@h::::iqn.x'],
  ['root=iscsi:h::::iqn.x nbdroot=h:root', 'root=iscsi:h::::iqn.x nbdroot=h:root'],
  ['root=nfs:10.0.0.1:/vol/@ iommu.passthrough=1', 'root=nfs:10.0.0.1:/vol/@ iommu.passthrough=1'],
  ['systemd.set_credential=a.key:secret', 'systemd.set_credential=a.key:***'],
  ['root=/dev/* x', 'root=/dev/* x'],
  ['root=live:http://me:s3cretpw@h/x@y', 'root=live:http://***@h/x@y'],
  ['root=live:http://me:pw@h/x?pass=y quiet', 'root=live:http://***@h/x?pass=*** quiet'],
  ['root=live:http://h:80/a@b', 'root=live:http://h:80/a@b'],
  ['systemd.setenv=ROOT_PASSWORD=hunter22 x', 'systemd.setenv=ROOT_PASSWORD=*** x'],
];

for (const shell of ['dash', 'bash']) {
  test(`an emergency shows the command line without what is secret, in ${shell}`, async (t) => {
    for (const [words, shown] of rows) {
      const root = plant(scratch(t), {
        'proc/cmdline': `${words}\n`,
        'usr/lib/pkginitrd/emergency-functions': functions,
        sys: null,
      });
      const script = movedScript(root, '../extra/usr/lib/pkginitrd/emergency-words');
      const { stdout } = await runOk([shell, '-uc', script]);
      assert.equal(/^Command line: (.*)$/m.exec(stdout)?.[1], shown);
    }
  });
}

for (const [code, said] of [
  [0, false],
  [124, true],
  [137, true],
] as const) {
  test(`an emergency whose record ${said ? 'takes too long' : 'is kept'} is told of it, after exit code ${code}`, async (t) => {
    const root = plant(scratch(t), {
      'proc/cmdline': 'root=UUID=1\n',
      'usr/lib/pkginitrd/emergency-functions': functions,
      'usr/lib/pkginitrd/keep-record': '',
      'bin/timeout': `#!/bin/sh\nexit ${code}\n`,
      sys: null,
    });
    await runOk(['chmod', '+x', `${root}/bin/timeout`]);
    const script = movedScript(root, '../extra/usr/lib/pkginitrd/emergency-words');
    const PATH = `${root}/bin:${process.env['PATH'] ?? ''}`;
    const { stdout } = await runOk(['env', `PATH=${PATH}`, 'dash', '-uc', script]);
    assert.equal(/^This is kept nowhere: it took too long\.$/m.test(stdout), said);
  });
}
