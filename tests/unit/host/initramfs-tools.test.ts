import assert from 'node:assert/strict';
import test from 'node:test';
import { readInitramfsAddress } from '../../../src/host/initramfs-tools.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const conf = '/etc/initramfs-tools/initramfs.conf';
const more = '/etc/initramfs-tools/conf.d';
const fixed = '10.0.0.5::10.0.0.1:255.0.0.0::eth0:off';

for (const [name, tree, expected] of [
  ['nothing', {}, undefined],
  ['no address', { [conf]: 'MODULES=dep\n#IP=10.0.0.9\nDEVICE=\nIP=\n' }, undefined],
  ['an address', { [conf]: `IP="${fixed}"\n` }, { file: conf, value: fixed }],
  [
    'another one behind it',
    { [conf]: 'IP=dhcp\n', [`${more}/a`]: `export A=1\nIP=${fixed}\n`, [`${more}/b`]: 'X=1\n' },
    { file: `${more}/a`, value: fixed },
  ],
  ['an address taken back', { [conf]: `IP=${fixed}\n`, [`${more}/z`]: 'IP=\n' }, undefined],
  [
    'files that mkinitramfs passes over',
    { [`${more}/ip.dpkg-old`]: `IP=${fixed}\n`, [`${more}/ip~`]: `IP=${fixed}\n` },
    undefined,
  ],
] as const satisfies readonly (readonly [string, Tree, unknown])[]) {
  test(`readInitramfsAddress() of ${name}`, (t) => {
    assert.deepEqual(readInitramfsAddress(rootFiles(plant(scratch(t), tree))), expected);
  });
}
