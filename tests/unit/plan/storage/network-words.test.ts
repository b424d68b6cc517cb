import assert from 'node:assert/strict';
import test from 'node:test';
import {
  networkWordProblems,
  profilesOfNetworkWord,
} from '../../../../src/plan/storage/network-words.ts';

const rows: readonly (readonly [words: string, profiles: readonly string[]])[] = [
  ['ip=dhcp ip=10.0.0.2::10.0.0.1:255.255.255.0:name:eth0:none', ['network']],
  ['rd.neednet=1 nameserver=10.0.0.1 bond=bond0:eth0 vlan=v0:eth0', ['network']],
  ['ip=ibft', ['iscsi', 'network']],
  ['root=/dev/nfs nfsroot=/srv root=nfs:h:/srv root=nfs4:h:/srv netroot=nfs:h:/srv', ['nfs']],
  ['root=10.0.0.1:/srv root=[fe80::1]:/srv rootfstype=nfs4', ['nfs']],
  ['root=iscsi:h::::iqn.x netroot=iscsi:h::::iqn.x netroot=iscsi netroot=ibft', ['iscsi']],
  ['rd.iscsi.firmware=1 rd.iscsi.initiator=iqn.x iscsi_auto iscsi_target_ip=h', ['iscsi']],
  ['iscsi_in_password=x iscsi_username=x', ['iscsi']],
  ['root=nbd:h:root netroot=nbd:h:root nbdroot=h:root root=/dev/nbd0p1', ['nbd']],
  ['root=virtiofs:tag rootfstype=virtiofs', ['virtiofs']],
  ['root=virtfs:tag root=9p:tag rootfstype=9p', ['9p']],
  ['root=cifs://h/share rootfstype=smb3', ['cifs']],
  ['rd.nvmf.discover=tcp,h', ['nvmf']],
  ['ip=off ip=none ip= rd.neednet=0 iscsi_tcp.debug_iscsi_tcp=1 root=/dev/sda nbd.max_part=8', []],
  ['root=UUID=1 rootfstype=ext4 xip=dhcp root=live:x netroot=dhcp', []],
];

for (const [words, profiles] of rows) {
  test(`profilesOfNetworkWord() gives ${profiles.join(', ') || 'nothing'} for ${words}`, () => {
    for (const word of words.split(' ')) {
      assert.deepEqual(profilesOfNetworkWord(word), profiles, word);
    }
  });
}

const problems: readonly (readonly [words: string, message: RegExp | null, isNeeded: boolean])[] = [
  ['root=dhcp', /^"root=dhcp" in FILE has no meaning in the initrd: the root path/, true],
  ['netroot=dhcp root=UUID=1', /"netroot=dhcp"/, true],
  ['root=live:http://h/x', /live systems/, true],
  ['fcoe=eth1:nodcb root=UUID=1', /Fibre Channel over Ethernet/, false],
  ['rd.fcoe=0 root=UUID=1', null, false],
  ['netroot=fcoe:eth0', /Fibre Channel over Ethernet/, true],
  ['root=/dev/cifs cifsroot=//h/x', /without an initrd/, true],
  ['team=team0:eth0', /makes no team/, false],
  ['rd.net.timeout.dhcp=5', /scripts of dracut/, false],
  ['root=/dev/nfs', /no server and directory are named/, true],
  ['root=/dev/nfs nfsroot=/srv ip=dhcp', /no server and directory are named/, true],
  ['root=nfs:10.0.0.1:', /no server and directory are named/, true],
  ['root=nfs:[fe80::1]:', /no server and directory are named/, true],
  ['root=nfs:[fe80::1]:/srv', null, false],
  ['root=/dev/nfs nfsroot=/srv ip=ens3:dhcp:1500', /no server and directory are named/, true],
  ['root=nfs:/srv', /no server and directory are named/, true],
  ['root=/dev/nfs nfsroot=/srv ip=10.0.0.2:10.0.0.1::', null, false],
  ['root=/dev/nfs nfsroot=h:/srv,ro', null, false],
  ['root=/dev/nfs netroot=nfs:h:/srv', null, false],
  ['root=/dev/root rootfstype=9p', /systemd waits for a device of this name/, true],
  ['root=rootfs rootfstype=9p', null, false],
  ['root=/dev/sda ip=dhcp netroot=iscsi:h::::iqn.x', null, false],
];

test('networkWordProblems() names what nothing heeds, and what / is not found with', () => {
  for (const [words, message, isNeeded] of problems) {
    for (const file of ['/etc/kernel/cmdline', '/proc/cmdline']) {
      const found = networkWordProblems({ commandLines: [{ file, words: words.split(' ') }] });
      assert.equal(found.length, message === null ? 0 : 1, words);
      for (const each of found) {
        assert.match(each.message.replace(file, 'FILE'), message ?? /never/);
        assert.ok(each.hint.startsWith(`In ${file}, `), each.hint);
        // What an installer was started with does not say how its machine will be.
        assert.equal(each.isNeeded, isNeeded && file !== '/proc/cmdline', words);
      }
    }
  }
});
