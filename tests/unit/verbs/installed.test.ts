import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isInstalled } from '../../../src/verbs/installed.ts';
import { machine } from '../place/machine.ts';

const directory = 'usr/lib/modules/6.1';

for (const [name, tree, expected] of [
  ['nothing', {}, false],
  ['what dkms has left', { [`${directory}/updates/dkms/x.ko`]: '' }, false],
  ['a kernel in /boot without modules', { 'boot/vmlinuz-6.1': '' }, false],
  ['modules', { [`${directory}/modules.dep`]: '' }, true],
  ['modules before depmod, with their kernel', { [`${directory}/vmlinuz`]: '' }, true],
  ['the same, with the kernel in /boot', { [directory]: null, 'boot/vmlinuz-6.1': '' }, true],
] as const) {
  test(`isInstalled() of ${name}: ${expected}`, (t) => {
    assert.equal(isInstalled(machine(t, tree).sys, '6.1'), expected);
  });
}
