import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { plainEnvironment, run, runOk } from '../../helpers/run.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';

const profile = fileURLToPath(new URL('../../../dropins/profiles/ssh/extra', import.meta.url));

/** A script that finds below `root` what it looks for at absolute paths. */
function moved(root: string, file: string): string {
  const text = readFileSync(join(profile, file), 'utf8');
  return text.replaceAll(
    /(?<=[ <>"])\/(?=(?:etc|root|run|sys|var\/empty|usr\/share\/empty|usr\/lib\/systemd)\b)/g,
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
  'sys/class/net/eth0/device/x': '',
  'sys/class/net/eth0/flags': '0x1003\n',
  'sys/class/net/wan/device/x': '',
  'sys/class/net/wan/flags': '0x1002\n',
  'sys/class/net/wlan/device/x': '',
  'sys/class/net/wlan/flags': '0x1003\n',
  'sys/class/net/lo/flags': '0x9\n',
};
const generator = 'usr/lib/systemd/system-generators/pkginitrd-netroot-generator';
const conf = 'etc/dropbear/initramfs/dropbear.conf';

for (const [name, files, expected] of [
  ['gives all cards back', {}, []],
  ['gives those back that dropbear-initramfs would', { [conf]: 'IFDOWN="eth*"\n' }, ['wlan']],
  ['leaves them where the host says so', { [conf]: 'IFDOWN=none\n' }, ['eth0', 'wlan']],
  ['leaves them where / lies behind one', { [generator]: '' }, ['eth0', 'wlan']],
] as const) {
  test(`ssh-network-down ${name}`, async (t) => {
    const { root, env } = surroundings(t, { ...cards, ...files }, []);
    await runOk(['sh', '-c', moved(root, 'usr/lib/pkginitrd/ssh-network-down')], { env });
    const flags = (card: string): number =>
      Number(readFileSync(join(root, 'sys/class/net', card, 'flags'), 'utf8'));
    const up = ['eth0', 'wan', 'wlan'].filter((card) => flags(card) % 2 === 1);
    assert.deepEqual(up, expected);
    assert.equal(flags('lo'), 9);
    assert.equal(flags('eth0') | 1, 0x1003);
  });
}

test('cryptroot-unlock answers each device once, and says whose question came again', async (t) => {
  const at = surroundings(t, { 'run/systemd/ask-password/x': '', 'usr/lib/systemd/x': '' }, []);
  const directory = join(at.root, 'run/systemd/ask-password');
  const ask = (name: string, id: string): void => {
    writeFileSync(join(directory, 'tmp'), `[Ask]\nMessage=?\nId=${id}\nSocket=/run/${name}\n`);
    renameSync(join(directory, 'tmp'), join(directory, `ask.${name}`));
  };
  const answers = join(at.root, 'answers');
  const reply = `#!/bin/sh\nread -r word\necho "$1 $2 $word" >>${answers}\nrm -f ${directory}/ask.\${2##*/}\n`;
  writeFileSync(join(at.root, 'usr/lib/systemd/systemd-reply-password'), reply, { mode: 0o755 });
  writeFileSync(join(at.root, 'bin/systemctl'), `#!/bin/sh\ncat ${at.root}/activating\n`, {
    mode: 0o755,
  });
  writeFileSync(join(at.root, 'activating'), 'one\n');

  const script = moved(at.root, 'usr/bin/cryptroot-unlock');
  const start = (): ReturnType<typeof run> =>
    run(['sh', '-c', `printf 'correct horse' | sh -c "$0"`, script], { env: at.env });
  const first = start();
  ask('a', 'cryptsetup:/dev/a');
  await until(() => existsSync(answers));
  ask('b', 'cryptsetup:/dev/b');
  await until(() => readdirSync(directory).every((name) => !name.startsWith('ask.')));
  assert.equal(readFileSync(answers, 'utf8'), '1 /run/a correct horse\n1 /run/b correct horse\n');
  ask('c', 'cryptsetup:/dev/a');
  const { code, stderr } = await first;
  assert.deepEqual([code, stderr], [1, 'The passphrase does not fit: cryptsetup:/dev/a\n']);

  const second = start();
  await until(() => readFileSync(answers, 'utf8').includes('/run/c'));
  writeFileSync(join(at.root, 'activating'), '');
  assert.equal((await second).code, 0);
});

async function until(isDone: () => boolean): Promise<void> {
  for (let tries = 0; !isDone(); tries++) {
    assert.ok(tries < 300, 'nothing happens');
    await sleep(100);
  }
}
