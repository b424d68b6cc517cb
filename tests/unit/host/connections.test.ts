import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConnections } from '../../../src/host/connections.ts';
import type { HostFile } from '../../../src/model/facts.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const iscsi = '/etc/iscsi/iscsi.initramfs';
const discovery = '/etc/nvme/discovery.conf';
const table = '/sys/firmware/acpi/tables/NBFT';

const rows: readonly (readonly [path: string, text: string, type: string | null])[] = [
  [iscsi, 'ISCSI_INITIATOR=iqn.z\nISCSI_TARGET_NAME=iqn.x:y\n', 'iscsi'],
  [iscsi, ' export ISCSI_AUTO=true\n', 'iscsi'],
  [iscsi, '', null],
  [iscsi, '# ISCSI_AUTO=true\nISCSI_INITIATOR=iqn.z\n', null],
  [discovery, '# example\n\n--transport=tcp --traddr=10.0.0.1\n', 'nvmf'],
  [discovery, '# Used for extracting default parameters\n\n#\n', null],
  ['/etc/nvme/config.json', '[]', 'nvmf'],
  [table, 'NBFT', 'nvmf'],
];

test('readConnections() gives the files that say something and go into the image, and the table', (t) => {
  for (const [path, text, type] of rows) {
    const files = rootFiles(plant(scratch(t), { [path.slice(1)]: text }));
    const file: HostFile = { path, reason: { type: 'default' }, secret: false, size: text.length };
    const expected = type === null ? [] : [{ type, from: path }];
    assert.deepEqual(readConnections(files, [file]), expected, path + text);
    assert.deepEqual(readConnections(files, []), path === table ? expected : [], path);
  }
});
