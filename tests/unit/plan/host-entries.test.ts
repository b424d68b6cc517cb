import assert from 'node:assert/strict';
import { test } from 'node:test';
import { moduleName } from '../../../src/formats/module-name.ts';
import type { HostFacts, HostFile, HostLines } from '../../../src/model/facts.ts';
import { hostEntries } from '../../../src/plan/host-entries.ts';
import { facts } from '../../helpers/plan-fixture.ts';

function file(path: string, changes: Partial<HostFile> = {}): HostFile {
  return { path, reason: { type: 'key', entry: 'root' }, secret: false, size: 1, ...changes };
}

function of(changes: Partial<HostFacts>, profiles: readonly string[] = []) {
  return hostEntries(facts(changes), { files: modules }, { profiles, bootRecord: true });
}

const modules = ['kernel/drivers/block/loop.ko', 'kernel/net/tls.ko', 'misc/vboxdrv.ko'].map(
  (path) => ({ path, name: moduleName(path), from: { type: 'default' } as const }),
);

function entries(...hostFiles: readonly HostFile[]) {
  return of({ hostFiles }).map(({ path, mode, content }) => [
    path,
    mode.toString(8),
    content.type === 'copy' ? content.source : content.text,
  ]);
}

test('hostEntries() gives secrets to root alone, but for what systemd-networkd reads as another user', () => {
  const secret = { secret: true };
  assert.deepEqual(
    entries(
      file('/etc/a.key', secret),
      file('/etc/systemd/network/w.netdev', secret),
      file('/etc/z', { isMask: true }),
    ),
    [
      ['etc/a.key', '400', '/etc/a.key'],
      ['etc/systemd/network/w.netdev', '444', '/etc/systemd/network/w.netdev'],
      ['etc/z', '644', ''],
    ],
  );
});

test('hostEntries() puts what lies in /run into /etc, where /etc has nothing of that name', () => {
  const both = [file('/etc/modprobe.d/a.conf'), file('/run/modprobe.d/a.conf')];
  assert.deepEqual(entries(...both, file('/run/modprobe.d/b.conf'), file('/lib/x/c')), [
    ['etc/modprobe.d/a.conf', '644', '/etc/modprobe.d/a.conf'],
    ['etc/modprobe.d/b.conf', '644', '/run/modprobe.d/b.conf'],
    ['usr/lib/x/c', '644', '/lib/x/c'],
  ]);
});

test('hostEntries() takes the chosen lines of crypttab where HostFiles= names it', () => {
  const entry = { name: 'root', device: 'UUID=1', keyFile: 'none', options: [], purpose: '/' };
  const crypttab = [{ ...entry, line: 'root UUID=1 none luks' }];
  const [only] = of({ crypttab, hostFiles: [file('/etc/crypttab')] });
  assert.deepEqual(only?.content, { type: 'text', text: 'root UUID=1 none luks\n' });
  assert.deepEqual(of({ crypttab }), []);
  assert.deepEqual(of({ hostFiles: [file('/etc/crypttab')] }), []);
});

test('hostEntries() refuses more than an initrd should carry, and names the largest', () => {
  const header = file('/etc/luks.header', { size: 60 * 2 ** 20 });
  assert.throws(() => entries(header, file('/etc/other', { size: 5 * 2 ** 20 })), {
    name: 'BuildError',
    message: /65 MiB .* at most 64: the largest is "\/etc\/luks\.header" with 60 MiB \(key of/,
    hint: 'Leave it out with "HostFiles=-/etc/luks.header"',
  });
});

function dropIn(path: string, ...texts: readonly string[]): HostLines {
  const directory = path.includes('sysctl') ? 'sysctl.d' : 'modules-load.d';
  return { path, directory, lines: texts.map((text, index) => ({ line: index + 1, text })) };
}

function textsOf(hostLines: HostLines, profiles: readonly string[] = []): readonly unknown[] {
  const found = of({ hostLines: [hostLines], hostFiles: [file(hostLines.path)] }, profiles);
  return found.flatMap(({ content }) => (content.type === 'text' ? content.text.split('\n') : []));
}

test('hostEntries() takes of sysctl.d what counts before / is there, and of the network with its profile', () => {
  const early = [
    'kernel.printk = 3 4 1 3',
    '-kernel/sysrq=1',
    'kernel.panic=10',
    'kernel.hung_task_panic=1',
    'dev.raid.speed_limit_min = 1000',
  ];
  const late = [
    'kernel.modules_disabled=1',
    'kernel/modules_disabled = 1',
    'kernel.modprobe=/bin/false',
    'kernel.core_pattern=|/usr/lib/x',
    'vm.swappiness=1',
    'fs.file-max=1',
    'kernel.printk.x=1',
    'notkernel.printk=1',
  ];
  const network = ['net.ipv4.ip_forward=1', 'net/ipv4/conf/eth0.1/rp_filter=1'];
  const all = dropIn('/etc/sysctl.d/x.conf', ...early, ...late, ...network);
  assert.deepEqual(textsOf(all), [...early, '']);
  assert.deepEqual(textsOf(all, ['network']), [...early, ...network, '']);
  assert.deepEqual(textsOf(dropIn('/etc/sysctl.d/x.conf', ...late)), []);
});

test('hostEntries() takes of modules-load.d what is in the image and of use there', () => {
  const all = dropIn('/usr/lib/modules-load.d/x.conf', 'loop', 'tls', 'vboxdrv', 'fuse');
  assert.deepEqual(textsOf(all), ['loop', '']);
});

test('hostEntries() takes nothing of a drop-in that does not count on the host, and a mask as it is', () => {
  assert.deepEqual(
    entries(file('/run/sysctl.d/x.conf'), file('/usr/lib/modules-load.d/y.conf')),
    [],
  );
  assert.deepEqual(entries(file('/etc/sysctl.d/x.conf', { isMask: true })), [
    ['etc/sysctl.d/x.conf', '644', ''],
  ]);
});

test('hostEntries() takes the chosen lines of veritytab', () => {
  const path = '/etc/veritytab';
  const tab = {
    path,
    lines: ['usr /dev/a /dev/b 00'],
    names: ['usr'],
    files: [],
    warnings: [],
  } as const;
  const [only] = of({ setupTabs: [tab], hostFiles: [file(path)] });
  assert.deepEqual(only?.content, { type: 'text', text: 'usr /dev/a /dev/b 00\n' });
  assert.deepEqual(of({ setupTabs: [{ ...tab, lines: [] }], hostFiles: [file(path)] }), []);
});
