import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FirmwarePlan } from '../../../src/model/plan.ts';
import { selectFirmware } from '../../../src/plan/firmware.ts';
import { config, facts, info, words } from '../../helpers/plan-fixture.ts';

const path = 'kernel/drivers/net/ethernet/realtek/r8169.ko';
const modules = {
  directory: 'usr/lib/modules/x',
  files: [{ name: 'r8169', path, from: '' }],
  missing: [],
};

function select(named: readonly string[], files: readonly string[] = []): FirmwarePlan {
  const infos = new Map([[path, info(named)]]);
  return selectFirmware(config({ firmwareFiles: words(...files) }), facts(), modules, infos);
}

function names(plan: FirmwarePlan): readonly string[] {
  return plan.files.map(({ value }) => value.replace('usr/lib/firmware/', ''));
}

test('selectFirmware() finds plain and compressed files and lists what is missing', () => {
  const plan = select(['rtl_nic/rtl8168g-2.fw', 'rtl_nic/rtl8125a-3.fw', 'rtl_nic/none.fw']);
  assert.deepEqual(names(plan), ['rtl_nic/rtl8125a-3.fw.zst', 'rtl_nic/rtl8168g-2.fw']);
  assert.deepEqual(plan.missing, [{ value: 'rtl_nic/none.fw', from: 'firmware of r8169' }]);
});

test('selectFirmware() keeps every link on the way, of directories too', () => {
  assert.deepEqual(names(select(['vendor/blob.bin'])), [
    'real/vendor/blob.bin',
    'store/blob-1.bin',
    'vendor',
  ]);
});

test('selectFirmware() expands globs of .modinfo over compressed names', () => {
  assert.deepEqual(names(select(['rtl_nic/*.fw'])), [
    'rtl_nic/rtl8125a-3.fw.zst',
    'rtl_nic/rtl8168g-2.fw',
  ]);
});

test('selectFirmware() adds and leaves out by FirmwareFiles=, the last word decides', () => {
  assert.deepEqual(names(select([], ['rtl_nic/*', '-rtl_nic/rtl8125*'])), [
    'rtl_nic/rtl8168g-2.fw',
  ]);
  assert.deepEqual(select(['rtl_nic/rtl8168g-2.fw'], ['-rtl_nic/*']).files, []);
});

test('selectFirmware() counts a link that leaves the firmware directory as missing', () => {
  assert.deepEqual(select(['outside.bin']).missing, [
    { value: 'outside.bin', from: 'firmware of r8169' },
  ]);
});
