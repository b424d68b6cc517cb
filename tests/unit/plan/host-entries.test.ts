import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFile } from '../../../src/model/facts.ts';
import { hostEntries } from '../../../src/plan/host-entries.ts';
import { facts } from '../../helpers/plan-fixture.ts';

function file(path: string, changes: Partial<HostFile> = {}): HostFile {
  return { path, reason: { type: 'key', entry: 'root' }, secret: false, size: 1, ...changes };
}

function entries(...hostFiles: readonly HostFile[]) {
  return hostEntries(facts({ hostFiles })).map(({ path, mode, content }) => [
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
  const [only] = hostEntries(facts({ crypttab, hostFiles: [file('/etc/crypttab')] }));
  assert.deepEqual(only?.content, { type: 'text', text: 'root UUID=1 none luks\n' });
  assert.deepEqual(hostEntries(facts({ crypttab })), []);
  assert.deepEqual(hostEntries(facts({ hostFiles: [file('/etc/crypttab')] })), []);
});

test('hostEntries() refuses more than an initrd should carry, and names the largest', () => {
  const header = file('/etc/luks.header', { size: 60 * 2 ** 20 });
  assert.throws(() => entries(header, file('/etc/other', { size: 5 * 2 ** 20 })), {
    name: 'BuildError',
    message: /65 MiB .* at most 64: the largest is "\/etc\/luks\.header" with 60 MiB \(key of/,
    hint: 'Leave it out with "HostFiles=-/etc/luks.header"',
  });
});
