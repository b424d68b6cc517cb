import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Sandbox } from '../../../src/model/sys.ts';
import { makeRunner } from '../../../src/sys/run.ts';
import { sandboxArgv } from '../../../src/sys/sandbox.ts';
import { skipFor } from '../../helpers/need.ts';
import { scratch } from '../../helpers/scratch.ts';

const closed: Sandbox = {
  root: absolutePath('/'),
  rootWritable: false,
  binds: [],
  network: false,
  suppressSync: false,
};

const whole = { directory: '/', view: undefined, hiddenInProc: [] };

const { run } = makeRunner();
const lacksPython = !existsSync('/usr/bin/python3') && skipFor('needs python3');
const skip = process.getuid?.() !== 0 ? skipFor('needs root') : await lacksBubblewrap();

test('sandboxArgv() is this command line', () => {
  const bind = { source: absolutePath('/a'), target: '/run/b', writable: true };
  assert.equal(
    sandboxArgv({ ...closed, binds: [bind, { ...bind, writable: false }] }, ['apt-get', 'x'], {
      ...whole,
      hiddenInProc: ['keys'],
    }).join(' '),
    'bwrap --unshare-pid --unshare-ipc --unshare-uts --unshare-net --hostname localhost --die-with-parent' +
      ' --new-session --cap-drop ALL --cap-add CAP_AUDIT_WRITE --cap-add CAP_CHOWN --cap-add CAP_DAC_OVERRIDE' +
      ' --cap-add CAP_FOWNER --cap-add CAP_FSETID --cap-add CAP_KILL --cap-add CAP_MKNOD --cap-add CAP_SETFCAP' +
      ' --cap-add CAP_SETGID --cap-add CAP_SETPCAP --cap-add CAP_SETUID --cap-add CAP_SYS_CHROOT' +
      ' --ro-bind / / --dev /dev --proc /proc --ro-bind /dev/null /proc/keys --remount-ro /proc --tmpfs /sys --remount-ro /sys' +
      ' --perms 1777 --tmpfs /tmp --tmpfs /run --bind /a /run/b --ro-bind /a /run/b --seccomp 3 --chdir / -- apt-get x',
  );
});

test('sandboxArgv() keeps the network and writes the root when told', () => {
  const argv = sandboxArgv(
    { ...closed, network: true, rootWritable: true, suppressSync: true },
    ['x'],
    { ...whole, directory: '/srv' },
  );
  assert.ok(!argv.includes('--unshare-net'));
  assert.match(argv.join(' '), /--bind \/ \/ .* --seccomp 3 --chdir \/srv -- x$/);
});

test('a sandbox shows nothing of the machine but its root', { skip }, async () => {
  const script = 'hostname; find /sys /run /tmp | sort | tr "\\n" " "; ls /dev | tr "\\n" " "';
  const [name, empty, devices] = (await inside(script)).stdout.split(/\n| (?=console|core)/);
  assert.equal(name, 'localhost');
  assert.equal(empty, '/run /sys /tmp');
  assert.match(devices ?? '', /^core fd full null ptmx pts random shm stderr stdin stdout tty/);
  assert.ok(Number((await inside('ls -d /proc/[0-9]* | wc -l')).stdout) < 6);
  assert.equal((await inside('stat -c %a /tmp /run')).stdout, '1777\n755\n');
});

test('a sandbox lets nothing of the machine be written', { skip }, async () => {
  for (const target of ['/etc/x', '/usr/x', '/var/tmp/x', '/sys/x', '/proc/self/oom_score_adj']) {
    assert.notEqual((await inside(`echo 0 > ${target}`)).exitCode, 0, target);
  }
  const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
  const same = await inside(`echo '${pattern}' > /proc/sys/kernel/core_pattern`);
  assert.match(same.stderr, /Read-only file system/);
  assert.equal(
    (await inside('echo x > /tmp/x && echo y > /run/y && cat /tmp/x /run/y')).stdout,
    'x\ny\n',
  );
});

test('a sandbox without network has a loopback device only', { skip }, async () => {
  const devices = await inside("grep -c : /proc/net/dev; grep -c 'lo:' /proc/net/dev");
  assert.equal(devices.stdout, '1\n1\n');
});

test('a sandbox with network finds the name servers', { skip }, async () => {
  const ran = await inside('cat /etc/resolv.conf', { ...closed, network: true });
  assert.equal(ran.stdout, readFileSync('/etc/resolv.conf', 'utf8'));
});

test(
  'a sandbox can change owners, make nodes and chroot, and can neither mount nor open a disk',
  { skip },
  async () => {
    const good = await inside(
      'touch /tmp/f && chown 1:2 /tmp/f && mknod /tmp/n c 1 3 && stat -c %u:%g /tmp/f && chroot / true',
    );
    assert.equal(good.stdout, '1:2\n');
    assert.notEqual((await inside('mount -t tmpfs none /tmp')).exitCode, 0);
    assert.notEqual((await inside('mount -o remount,rw /')).exitCode, 0);
    assert.notEqual((await inside('mknod /tmp/null c 1 3 && : < /tmp/null')).exitCode, 0);
  },
);

test('a sandbox writes what a bind allows', { skip }, async (t) => {
  const directory = scratch(t);
  const source = absolutePath(directory);
  const open = { ...closed, binds: [{ source, target: '/run/here', writable: true }] };
  await inside('echo x > /run/here/file', open);
  assert.equal(readFileSync(join(directory, 'file'), 'utf8'), 'x\n');
  const shut = { ...closed, binds: [{ source, target: '/run/here', writable: false }] };
  assert.notEqual((await inside('echo y > /run/here/file', shut)).exitCode, 0);
});

test(
  'a sandbox has no door to the kernel that no namespace closes',
  { skip: skip || lacksPython },
  async () => {
    // Numbers of x86-64 and of arm64; each has to come back with this error.
    const numbers = {
      keyctl: [250, 219, 'EPERM'],
      bpf: [321, 280, 'EPERM'],
      perf_event_open: [298, 241, 'EPERM'],
      syslog: [103, 116, 'EPERM'],
      io_uring_setup: [425, 425, 'ENOSYS'],
      clone3: [435, 435, 'ENOSYS'],
    } as const;
    const asked = Object.entries(numbers).map(([name, [x64, arm64, wanted]]) => ({
      ...{ name, wanted, call: process.arch === 'x64' ? x64 : arm64 },
    }));
    const program = `
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)
for name, call in ${JSON.stringify(asked.map(({ name, call }) => [name, call]))}:
    print(name, libc.syscall(call, 0, -3, 0), errno.errorcode[ctypes.get_errno()])
print('unshare', libc.unshare(0x10000000), errno.errorcode[ctypes.get_errno()])
for family in 40, 38, 17, 16:
    try:
        print(family, socket.socket(family, socket.SOCK_RAW))
    except OSError as error:
        print(family, errno.errorcode[error.errno])
for name in 'keys', 'kmsg':
    try:
        open('/proc/' + name).close()
        print(name, 'open')
    except OSError as error:
        print(name, errno.errorcode[error.errno])
socket.socket(socket.AF_INET, socket.SOCK_STREAM)
`;
    for (const suppressSync of [true, false]) {
      const ran = await run({
        ...{ argv: ['python3', '-c', program], purpose: 'Try the doors' },
        sandbox: { ...closed, suppressSync },
      });
      assert.deepEqual(ran.stdout.trim().split('\n'), [
        ...asked.map(({ name, wanted }) => `${name} -1 ${wanted}`),
        ...['unshare -1 EPERM', '40 EAFNOSUPPORT', '38 EAFNOSUPPORT', '17 EAFNOSUPPORT'],
        ...['16 EAFNOSUPPORT', 'keys EACCES', 'kmsg EACCES'],
      ]);
    }
  },
);

test('a sandbox without syncs does none', { skip: skip || lacksPython }, async () => {
  // A flush of a pipe is an error (EINVAL) when it reaches the kernel.
  const flush = "import os, sys\nos.fsync(0)\nos.fdatasync(0)\nos.sync()\nprint('flushed')";
  const argv = ['python3', '-c', flush] as const;
  const command = { argv, stdin: 'x', purpose: 'Flush a pipe', okExit: [0, 1] };
  const real = await run({ ...command, sandbox: closed });
  assert.match(real.stderr, /Invalid argument/);
  const ran = await run({ ...command, sandbox: { ...closed, suppressSync: true } });
  assert.equal(ran.stdout, 'flushed\n');
});

test(
  'run() names the signal of a program in a sandbox, and a program that its root lacks',
  { skip },
  async () => {
    await assert.rejects(inside('kill -KILL $$'), /killed by SIGKILL: sh -c/);
    await assert.rejects(
      run({ argv: ['no-such-program'], sandbox: closed, purpose: 'Test the sandbox' }),
      /the program "no-such-program" is not installed$/,
    );
  },
);

test('an abort ends what runs in a sandbox', { skip, timeout: 10_000 }, async (t) => {
  const directory = scratch(t);
  const controller = new AbortController();
  const bind = { source: directory, target: '/run/here', writable: true };
  const running = makeRunner({ signal: controller.signal, patience: 100 }).run({
    argv: ['sh', '-c', "trap '' TERM; touch /run/here/ready; sleep 0.5; touch /run/here/late"],
    sandbox: { ...closed, binds: [bind] },
    purpose: 'Wait',
  });
  const failing = assert.rejects(running, /cancelled/);
  while (!existsSync(`${directory}/ready`)) await delay(10);
  controller.abort();
  await failing;
  await delay(600);
  assert.equal(existsSync(`${directory}/late`), false);
});

async function inside(script: string, sandbox: Sandbox = closed) {
  const okExit = Array.from({ length: 128 }, (_, code) => code);
  return run({ argv: ['sh', '-c', script], sandbox, okExit, purpose: 'Test the sandbox' });
}

async function lacksBubblewrap(): Promise<string | false> {
  try {
    await inside('true');
    return false;
  } catch (error) {
    return skipFor(error instanceof Error ? error.message : 'no bubblewrap');
  }
}

test('a root that a program changes into has a /dev and a /proc of its own, and nothing is left there', () => {
  const argv = sandboxArgv({ ...closed, chroots: ['/run/r'] }, ['x'], whole).join(' ');
  assert.match(
    argv,
    / --dev \/run\/r\/dev --proc \/run\/r\/proc --remount-ro \/run\/r\/proc --tmpfs \/run\/r\/sys --remount-ro \/run\/r\/sys --perms 1777 --tmpfs \/run\/r\/tmp --tmpfs \/run\/r\/run --seccomp 3 --chdir /,
  );
});
