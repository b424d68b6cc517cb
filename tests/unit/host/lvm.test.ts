import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readHostFiles } from '../../../src/host/host-files.ts';
import { readLvm } from '../../../src/host/lvm.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { words } from '../../helpers/plan-fixture.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

function read(t: TestContext, tree: Tree, ...patterns: readonly string[]) {
  const root = rootFiles(plant(scratch(t), tree));
  const { files } = readHostFiles(root, words('/etc/lvm', ...patterns), []);
  const lvm = readLvm(root, files);
  return { paths: lvm.files.map(({ path }) => path), warnings: lvm.warnings };
}

function lvmConf(...lines: readonly string[]): Tree {
  return { 'etc/lvm/lvm.conf': ['global {', ...lines, '}', ''].join('\n') };
}

for (const source of ['machineid', 'appmachineid']) {
  test(`readLvm() says that the system ID of ${source} is not known in the initrd`, (t) => {
    const { warnings } = read(t, lvmConf('', `\tsystem_id_source = "${source}"`));
    assert.match(
      warnings.join(),
      /^\/etc\/lvm\/lvm\.conf:3 takes LVM's system ID from the machine id/,
    );
    // What does not go into the image says nothing there.
    assert.deepEqual(read(t, lvmConf(`system_id_source="${source}"`), '-/etc/lvm').warnings, []);
  });
}

test('readLvm() takes the file with the system ID', (t) => {
  const conf = lvmConf('system_id_source = "file"', 'system_id_file = "/etc/lvm-id"');
  assert.deepEqual(read(t, { ...conf, 'etc/lvm-id': 'x' }), {
    paths: ['/etc/lvm-id'],
    warnings: [],
  });
  assert.match(
    read(t, conf).warnings.join(),
    /system ID of \/etc\/lvm\/lvm\.conf:3, "\/etc\/lvm-id"/,
  );
});

test('readLvm() has nothing to say of the default, of a host name, and of what lvmlocal.conf says otherwise', (t) => {
  const nothing = { paths: [], warnings: [] };
  assert.deepEqual(read(t, {}), nothing);
  assert.deepEqual(read(t, lvmConf('# system_id_source = "machineid"')), nothing);
  assert.deepEqual(read(t, lvmConf('system_id_source = "uname"')), nothing);
  const own = { 'etc/lvm/lvmlocal.conf': 'global/system_id_source = "lvmlocal"\n' };
  assert.deepEqual(read(t, { ...lvmConf('system_id_source = "machineid"'), ...own }), nothing);
});
