import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { plainEnvironment, run, runOk } from '../../helpers/run.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const profiles = fileURLToPath(new URL('../../../dropins/profiles', import.meta.url));

/** A script that finds below `root` what it looks for at absolute paths. */
function moved(root: string, file: string, profile = 'ssh'): string {
  const text = readFileSync(join(profiles, profile, 'extra', file), 'utf8');
  return text.replaceAll(
    /(?<=[ <>"])\/(?=(?:etc|proc|root|run|sys|var\/empty|usr\/share\/empty|usr\/lib\/systemd)\b)/g,
    `${root}/`,
  );
}

/** Programs that write down what they are called with, and all others as they are here. */
function surroundings(t: TestContext, files: Tree, programs: readonly string[]) {
  const root = plant(scratch(t), files);
  const calls = join(root, 'calls');
  writeFileSync(calls, '');
  mkdirSync(join(root, 'bin'));
  for (const name of programs) {
    writeFileSync(join(root, 'bin', name), `#!/bin/sh\necho "${name} $*" >>${calls}\n`, {
      mode: 0o755,
    });
  }
  const env = { ...plainEnvironment, PATH: `${join(root, 'bin')}:${plainEnvironment.PATH}` };
  return {
    root,
    env,
    calls: () =>
      readFileSync(calls, 'utf8')
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replaceAll(`${root}/`, '/')),
  };
}

const own: Tree = {
  'etc/pkginitrd/ssh/ssh_host_ed25519_key': 'own',
  'etc/pkginitrd/ssh/authorized_keys': 'ssh-ed25519 AAAA one',
};

const converted =
  'dropbearconvert openssh dropbear /etc/pkginitrd/ssh/ssh_host_ed25519_key /etc/dropbear/ssh_host_ed25519_key';
const dropbear = 'dropbear -F -E -s -j -k -P /etc/dropbear/pid';

for (const [name, files, expected] of [
  [
    'a key of the own place',
    own,
    [converted, `${dropbear} -r /etc/dropbear/ssh_host_ed25519_key -p 22`],
  ],
  [
    'another port',
    { ...own, 'etc/pkginitrd/ssh/port': '2222\n' },
    [converted, `${dropbear} -r /etc/dropbear/ssh_host_ed25519_key -p 2222`],
  ],
  [
    'port 22 where the file says nothing that is one',
    { ...own, 'etc/pkginitrd/ssh/port': '22;reboot\n' },
    [converted, `${dropbear} -r /etc/dropbear/ssh_host_ed25519_key -p 22`],
  ],
  [
    'the files and options of dropbear-initramfs',
    {
      'etc/dropbear/initramfs/dropbear_rsa_host_key': 'r',
      'etc/dropbear/initramfs/dropbear_ed25519_host_key': 'e',
      'etc/dropbear/initramfs/authorized_keys': 'ssh-rsa AAAA two',
      'etc/dropbear/initramfs/dropbear.conf': 'DROPBEAR_OPTIONS="-p 10.0.0.1:99 -I 60"\n',
    },
    [
      `${dropbear} -r /etc/dropbear/initramfs/dropbear_ed25519_host_key -r /etc/dropbear/initramfs/dropbear_rsa_host_key -p 10.0.0.1:99 -I 60`,
    ],
  ],
] as const) {
  test(`ssh-server starts dropbear with ${name}`, async (t) => {
    const at = surroundings(t, files, ['dropbear', 'dropbearconvert']);
    await runOk(['sh', '-c', moved(at.root, 'usr/lib/pkginitrd/ssh-server')], { env: at.env });
    assert.deepEqual(at.calls(), expected);
    const written = readFileSync(join(at.root, 'root/.ssh/authorized_keys'), 'utf8');
    assert.match(written.trim(), /^ssh-(?:ed25519 AAAA one|rsa AAAA two)$/);
  });
}

test('ssh-server that starts anew lets the same people in, with those that the image and a credential name', async (t) => {
  const given = { 'root/.ssh/authorized_keys': 'ssh-rsa AAAA given\n' };
  const at = surroundings(t, { ...own, ...given }, ['dropbear', 'dropbearconvert']);
  for (const _ of [1, 2, 3]) {
    await runOk(['sh', '-c', moved(at.root, 'usr/lib/pkginitrd/ssh-server')], { env: at.env });
    const written = readFileSync(join(at.root, 'root/.ssh/authorized_keys'), 'utf8');
    assert.deepEqual(written.trim().split('\n'), ['ssh-rsa AAAA given', 'ssh-ed25519 AAAA one']);
  }
});

test('ssh-server starts the server of OpenSSH where there is no dropbear, and unlocks the account for keys alone', async (t) => {
  const shadow = 'daemon:!*:1::::::\nroot:!unprovisioned:1::::::\n';
  const at = surroundings(t, { ...own, 'etc/shadow': shadow }, ['sshd']);
  await runOk(['sh', '-c', moved(at.root, 'usr/lib/pkginitrd/ssh-server')], { env: at.env });
  assert.deepEqual(at.calls(), [
    'sshd -D -e -f /usr/lib/pkginitrd/sshd_config -p 22 -h /etc/pkginitrd/ssh/ssh_host_ed25519_key',
  ]);
  assert.equal(
    readFileSync(join(at.root, 'etc/shadow'), 'utf8'),
    'daemon:!*:1::::::\nroot:*:1::::::\n',
  );
});

const cards: Tree = {
  'sys/class/net/bond0/flags': '0x1403\n',
  'sys/class/net/bonding_masters': 'bond0\n',
  'sys/class/net/eth0/flags': '0x1003\n',
  'sys/class/net/lo/flags': '0x9\n',
  'sys/class/net/wlan/flags': '0x1003\n',
  'proc/self/mounts': '/dev/mapper/root /sysroot ext4 rw 0 0\n',
};
const generator = 'usr/lib/systemd/system-generators/pkginitrd-netroot-generator';
const conf = 'etc/dropbear/initramfs/dropbear.conf';
const mounted = (type: string): Tree => ({
  'proc/self/mounts': `/dev/a / ext4 rw 0 0\n10.0.0.1:/nfs /sysroot ${type} rw 0 0\n`,
});

for (const [name, files, expected] of [
  ['gives all interfaces back', {}, ['bond0', 'eth0', 'wlan']],
  ['gives those back that dropbear-initramfs would', { [conf]: 'IFDOWN="eth*"\n' }, ['eth0']],
  ['leaves them where the host says so', { [conf]: 'IFDOWN=none\n' }, []],
  [
    'gives them back on a machine that has no use for what its image has for others',
    { [generator]: '', 'sys/class/nvme/nvme0/transport': 'pcie\n', 'sys/block/nbd0/size': '0\n' },
    ['bond0', 'eth0', 'wlan'],
  ],
  ['leaves them where / is on NFS', mounted('nfs4'), []],
  ['leaves them where / is on a server of SMB', mounted('cifs'), []],
  ['leaves them with iSCSI', { 'sys/class/iscsi_session/session1/state': 'LOGGED_IN\n' }, []],
  ['leaves them with NBD', { 'sys/block/nbd0/pid': '7\n' }, []],
  [
    'leaves them with NVMe over TCP',
    { 'sys/class/nvme/nvme0/transport': 'pcie\n', 'sys/class/nvme/nvme1/transport': 'tcp\n' },
    [],
  ],
] as const) {
  test(`network-down ${name}`, async (t) => {
    const { root, env, calls } = surroundings(t, { ...cards, ...files }, ['ip']);
    const script = moved(root, 'usr/lib/pkginitrd/network-down', 'network-down');
    await runOk(['sh', '-c', script], { env });
    const down = (card: string) => [`ip address flush dev ${card}`, `ip link set dev ${card} down`];
    assert.deepEqual(calls(), expected.flatMap(down));
  });
}

/** A machine that asks, with a systemctl that has a file for each of its two questions and fails where one is missing. */
function asking(t: TestContext) {
  const at = surroundings(t, { 'run/systemd/ask-password/x': '', 'usr/lib/systemd/x': '' }, []);
  const { root } = at;
  const directory = join(root, 'run/systemd/ask-password');
  const answers = join(root, 'answers');
  const reply = `#!/bin/sh\nread -r word\necho "$1 $2 $word" >>${answers}\nrm -f ${directory}/ask.\${2##*/}\n`;
  writeFileSync(join(root, 'usr/lib/systemd/systemd-reply-password'), reply, { mode: 0o755 });
  const systemctl = `#!/bin/sh\ncase "$*" in
'list-jobs --no-legend systemd-cryptsetup@*.service') cat ${root}/jobs ;;
'list-units --no-legend --plain --state=failed systemd-cryptsetup@*.service') cat ${root}/failed ;;
*) exit 3 ;; esac\n`;
  writeFileSync(join(root, 'bin/systemctl'), systemctl, { mode: 0o755 });
  const say = (what: 'jobs' | 'failed', text: string): void => {
    writeFileSync(join(root, 'tmp'), text);
    renameSync(join(root, 'tmp'), join(root, what));
  };
  say('jobs', '7 systemd-cryptsetup@a.service start running\n');
  say('failed', '');
  const script = moved(root, 'usr/bin/cryptroot-unlock');
  return {
    root,
    say,
    ask: (name: string, id: string): void => {
      writeFileSync(join(directory, 'tmp'), `[Ask]\nMessage=?\nId=${id}\nSocket=/run/${name}\n`);
      renameSync(join(directory, 'tmp'), join(directory, `ask.${name}`));
    },
    answered: async (text: string): Promise<void> => {
      await until(() => existsSync(answers) && readFileSync(answers, 'utf8') === text);
      await until(() => readdirSync(directory).every((name) => !name.startsWith('ask.')));
    },
    start: (passphrase = 'correct horse'): ReturnType<typeof run> =>
      run(['sh', '-c', `printf '${passphrase}' | timeout 60 sh -c "$0"`, script], { env: at.env }),
  };
}

const a = '1 /run/a correct horse\n';
const b = '1 /run/b correct horse\n';
const ofA = 'cryptsetup:/dev/a';

test('cryptroot-unlock answers each device once, and says whose question came again', async (t) => {
  const { ask, answered, start } = asking(t);
  const first = start();
  ask('a', ofA);
  await answered(a);
  ask('b', 'cryptsetup:/dev/b');
  await answered(a + b);
  ask('c', ofA);
  const { code, stderr } = await first;
  assert.deepEqual([code, stderr], [1, `The passphrase does not fit: ${ofA}\n`]);
});

test('cryptroot-unlock waits for a device that waits for another one', async (t) => {
  const { ask, answered, say, start } = asking(t);
  // Of the inner device there is nothing but its job.
  say('jobs', '8 systemd-cryptsetup@inner.service start waiting\n');
  const unlock = start();
  ask('a', ofA);
  await answered(a);
  await sleep(1500);
  ask('b', 'cryptsetup:/dev/mapper/outer');
  await answered(a + b);
  say('jobs', '');
  const { code, stderr } = await unlock;
  assert.deepEqual([code, stderr], [0, '']);
});

test('cryptroot-unlock fails where a device does, which asks no more', async (t) => {
  const { ask, answered, say, start } = asking(t);
  const unlock = start();
  ask('a', ofA);
  await answered(a);
  say('failed', 'systemd-cryptsetup@a.service loaded failed failed Cryptography Setup\n');
  say('jobs', '');
  const { code, stderr } = await unlock;
  const words = 'The device was not set up: systemd-cryptsetup@a.service\n';
  assert.deepEqual([code, stderr], [1, words]);
  // Who comes later hears the same.
  assert.deepEqual([(await start()).code, (await start()).stderr], [1, words]);
});

test('cryptroot-unlock fails where systemctl does', async (t) => {
  const { root, start } = asking(t);
  rmSync(join(root, 'jobs'));
  const { code, stderr } = await start();
  assert.equal(code, 1);
  assert.match(stderr, /^systemctl does not say how far the devices are$/m);
});

test('cryptroot-unlock answers nothing where it is given nothing', async (t) => {
  const { root, ask, start } = asking(t);
  ask('a', ofA);
  const { code, stderr } = await start('');
  assert.equal(code, 1);
  assert.match(stderr, /^There is no passphrase: /);
  assert.equal(existsSync(join(root, 'answers')), false);
});

async function until(isDone: () => boolean): Promise<void> {
  for (let tries = 0; !isDone(); tries++) {
    assert.ok(tries < 300, 'nothing happens');
    await sleep(100);
  }
}
