import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parseBootRecord } from '../../src/formats/boot-record.ts';
import { checkout } from '../helpers/paths.ts';
import { run } from '../helpers/run.ts';
import { plant, scratch, type Tree } from '../helpers/scratch.ts';

const scripts = join(checkout, 'dropins/extra/usr/lib/pkginitrd');
const efivars = 'sys/firmware/efi/efivars';
const variable = 'PkginitrdBootRecord-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0';

const program = (text: string) => `#!/bin/sh\n${text}\n`;

interface Machine {
  /** What systemctl lists. */
  readonly never?: string;
  readonly failed?: string;
  readonly journal?: string;
  readonly tree?: Tree;
  readonly commandLine?: string;
}

/** Runs the script in a machine of files; programs that ask the running system are stand-ins. */
async function record(t: TestContext, shell: string, machine: Machine) {
  const { never = '', failed = '', journal = '', tree = {}, commandLine = 'root=UUID=1' } = machine;
  const root = plant(scratch(t), {
    'proc/cmdline': `${commandLine}\n`,
    'proc/sys/kernel/osrelease': '6.12.1-test\n',
    'sys/class/block': null,
    'sys/bus': null,
    run: null,
    'usr/lib/pkginitrd/manifest.json':
      '{"version":1,"kernelVersion":"6.11-test","generic":false,"modules":["/usr/lib/modules/6/kernel/a-b.ko.xz"],"settings":{"Profiles":["lvm","dm"]}}\n',
    'usr/lib/pkginitrd/emergency-functions': readFileSync(
      join(scripts, 'emergency-functions'),
      'utf8',
    ),
    'bin/systemctl': program(
      `case "$*" in
        *type=device*) cat <<'END'\n${never}\nEND\n;;
        *state=failed*) cat <<'END'\n${failed}\nEND\n;;
        show*dead-end*) printf '\\n\\n' ;;
        show*.device*) printf '\\na.mount\\n' ;;
        show*) printf 'Result=exit-code\\nExecMainStatus=203\\nExecStart={ path=/usr/bin/gone ; argv[]=/usr/bin/gone x ; status=203 }\\n' ;;
      esac`,
    ),
    'bin/journalctl': program(`[ "$1" = --sync ] || cat <<'END'\n${journal}\nEND`),
    'bin/udevadm': program(
      "printf 'ID_FS_TYPE=ext4\\nID_FS_UUID_ENC=a-b\\nID_FS_LABEL=a_label\\nID_FS_LABEL_ENC=a\\\\x20label\\n'",
    ),
    'bin/modprobe': program('case "$*" in *known*) echo a-driver ;; *) exit 1 ;; esac'),
    'bin/mount': program('exit 1'),
    ...tree,
  });
  const text = readFileSync(join(scripts, 'keep-record'), 'utf8');
  const moved = text.replaceAll(
    /(?<=[ <>"=#])\/(?=(?:proc|run|sys|usr\/lib\/pkginitrd|dev\/disk)\b)/g,
    `${root}/`,
  );
  const script = join(root, 'keep-record');
  writeFileSync(script, moved);
  for (const name of readdirSync(join(root, 'bin'))) {
    await run(['chmod', '+x', join(root, 'bin', name)]);
  }
  const PATH = `${root}/bin:${process.env['PATH'] ?? ''}`;
  const call = () => run(['env', `PATH=${PATH}`, shell, '-u', script]);
  const file = join(root, efivars, variable);
  return {
    root,
    call,
    variable: () => (existsSync(file) ? readFileSync(file) : undefined),
  };
}

const uuid = '/dev/disk/by-uuid/1';
const never = `dev-disk-by\\x2duuid-1.device loaded inactive dead ${uuid}\nx.device loaded active plugged /dev/x
dead-end.device loaded inactive dead /dev/end`;

// A password may be short, or stand in a word that all may read.
const passwords: readonly (readonly [words: string, secret: string])[] = [
  ['cifspass=1234', '1234'],
  ['rootpass=quiet', 'quiet'],
  ['iscsi_password=ab:cd,ef', 'ab:cd,ef'],
  ['rootflags=username=me,password=1234,ro', '1234'],
  ['rootfs=live:http://me:s3cretpw@h/x', 's3cretpw'],
  ['root=iscsi:me:1234:you:5f@h::::iqn.x', '5f'],
  ['systemd.setenv=ROOT_PASSWORD=hunter22', 'hunter22'],
  ['systemd.set_credential=a.key:8000', '8000'],
];

for (const shell of ['dash', 'bash']) {
  test(`a failed boot leaves what it knows in a variable of the firmware, in ${shell}`, async (t) => {
    const machine = await record(t, shell, {
      never,
      failed: 'a.service loaded failed failed A service',
      journal: '[ 1.0] kernel: one\n[ 2.0] systemd[1]: two',
      tree: {
        [`${efivars}/Boot0000-x`]: 'x',
        'sys/class/block/vda/size': '4096\n',
        'sys/class/block/loop0/size': '0\n',
        'sys/bus/virtio/devices/virtio0/modalias': 'virtio:d00000002v1\n',
        'sys/bus/pci/devices/0000:00:01.0/modalias': 'pci:v0d0sv0sd0bc01sc06i01known\n',
        'sys/bus/pci/devices/0000:00:02.0/modalias': 'pci:v0d0sv0sd0bc03sc00i00\n',
        'sys/bus/pci/devices/0000:00:03.0/modalias': 'pci:v0d1sv0sd0bc01sc06i01\n',
        'sys/bus/pci/devices/0000:00:03.0/driver': null,
        'sys/bus/mmc/devices/mmc0/uevent': 'A=b\nMODALIAS=mmc:block\n',
      },
    });
    const { stdout, stderr, code } = await machine.call();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^This is kept in the firmware: .*pkginitrd doctor --last-boot/m);
    const value = machine.variable();
    // Kept, and there at boot and later.
    assert.deepEqual([...(value?.subarray(0, 4) ?? [])], [7, 0, 0, 0]);
    const found = parseBootRecord(value?.subarray(4) ?? Buffer.of());
    assert.ok(found !== undefined);
    const { time, image, ...rest } = found;
    assert.match(time ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(image ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      kernelVersion: '6.12.1-test',
      imageKernel: '6.11-test',
      isGeneric: false,
      commandLine: 'root=UUID=1',
      profiles: ['lvm', 'dm'],
      modules: ['a_b'],
      neverCame: [uuid],
      failed: [{ unit: 'a.service', result: 'exit-code', status: 203, program: '/usr/bin/gone' }],
      disks: [
        {
          ...{ name: 'vda', mebibytes: 2, type: 'ext4', uuid: 'a-b', label: 'a label' },
          ...{ partitionUuid: null, partitionLabel: null },
        },
      ],
      undriven: [
        { bus: 'mmc', name: 'mmc0', modalias: 'mmc:block', modules: [] },
        {
          ...{ bus: 'pci', name: '0000:00:01.0', modalias: 'pci:v0d0sv0sd0bc01sc06i01known' },
          modules: ['a_driver'],
        },
        { bus: 'virtio', name: 'virtio0', modalias: 'virtio:d00000002v1', modules: [] },
      ],
      journal: ['[ 1.0] kernel: one', '[ 2.0] systemd[1]: two'],
    });
    // A second emergency of the same boot leaves the first one's record.
    const again = await machine.call();
    assert.deepEqual([again.code, again.stdout], [0, '']);
  });

  test(`no record is written where nothing failed, or the emergency was asked for, in ${shell}`, async (t) => {
    const machine = await record(t, shell, {
      never: 'x.device loaded active plugged /dev/x',
      tree: { [`${efivars}/Boot0000-x`]: 'x' },
    });
    const { stdout, code } = await machine.call();
    assert.deepEqual([code, stdout, machine.variable()], [0, '', undefined]);
    const asked = await record(t, shell, {
      never,
      commandLine: 'root=UUID=1 rd.systemd.unit=emergency.target quiet',
      tree: { [`${efivars}/Boot0000-x`]: 'x' },
    });
    assert.deepEqual([(await asked.call()).stdout, asked.variable()], ['', undefined]);
  });

  test(`a record has no password of the command line, in ${shell}`, async (t) => {
    const machine = await record(t, shell, {
      never,
      commandLine:
        'cifspass=tell-nobody "iscsi_password=two words" root=iscsi:me:hush:you:quiet@h::::iqn.x',
      journal: [
        '[ 0.1] kernel: Command line: cifspass=tell-nobody',
        '[ 0.2] a: mounts with tell-nobody',
        '[ 0.3] a: and two of them',
        '[ 0.4] a: words',
        '[ 0.5] a: hush, quiet',
        '[ 0.6] a: harmless',
        '[ 0.7] iscsi: a login',
      ].join('\n'),
      tree: { [`${efivars}/Boot0000-x`]: 'x' },
    });
    await machine.call();
    const found = parseBootRecord(machine.variable()?.subarray(4) ?? Buffer.of());
    assert.deepEqual(found?.journal, ['[ 0.6] a: harmless', '[ 0.7] iscsi: a login']);
    assert.doesNotMatch(JSON.stringify(found), /nobody|two|words|hush|quiet/);
  });

  for (const [words, secret] of passwords) {
    test(`a record has no line with the password of ${words}, in ${shell}`, async (t) => {
      const machine = await record(t, shell, {
        never,
        commandLine: `root=UUID=8d12345f-0000-4000-8000-000000000000 ${words} quiet`,
        journal: `[ 0.1] a: harmless\n[ 0.2] a: took ${secret} for it\n[ 0.3] a: harmless`,
        tree: { [`${efivars}/Boot0000-x`]: 'x' },
      });
      await machine.call();
      const found = parseBootRecord(machine.variable()?.subarray(4) ?? Buffer.of());
      assert.deepEqual(found?.journal, ['[ 0.1] a: harmless', '[ 0.3] a: harmless']);
      assert.match(found.commandLine, /\*\*\*/);
    });
  }
}

test('a record never has more than 8 KiB, and keeps the end of a long journal', async (t) => {
  const lines = Array.from(
    { length: 400 },
    (_, index) => `[ ${index}.0] ${[1, 2, 3, 4].map(() => Math.random().toString(36)).join(' ')}`,
  );
  const machine = await record(t, 'dash', {
    never,
    journal: lines.join('\n'),
    tree: { [`${efivars}/Boot0000-x`]: 'x' },
  });
  await machine.call();
  const value = machine.variable();
  assert.ok(value !== undefined && value.length <= 8192 + 4, `${value?.length}`);
  const found = parseBootRecord(value.subarray(4));
  assert.equal(found?.journal.at(-1), lines.at(-1));
  assert.ok((found?.journal.length ?? 0) >= 30);
});

test('a record of many disks and modules has no more than 8 KiB, and what was waited for', async (t) => {
  const modules = Array.from(
    { length: 3000 },
    () => `"/usr/lib/modules/6/kernel/${Math.random().toString(36).slice(2)}.ko.xz"`,
  );
  const many = (of: (index: number) => readonly [string, string]) =>
    Object.fromEntries(Array.from({ length: 130 }, (_, index) => of(index)));
  const random = 'od -An -tx1 -N16 /dev/urandom | tr -d " \\n"';
  const machine = await record(t, 'dash', {
    never: Array.from(
      { length: 130 },
      (_, index) => `a.device loaded inactive dead ${uuid}${index}`,
    ).join('\n'),
    failed: Array.from({ length: 130 }, (_, index) => `a${index}.service loaded failed`).join('\n'),
    journal: Array.from({ length: 400 }, () => `[ 1.0] a: ${Math.random()}`).join('\n'),
    tree: {
      [`${efivars}/Boot0000-x`]: 'x',
      'usr/lib/pkginitrd/manifest.json': `{"modules":[${modules.join(',')}]}\n`,
      'bin/udevadm': program(
        `for key in FS_UUID_ENC PART_ENTRY_UUID; do echo "ID_$key=$(${random})"; done`,
      ),
      ...many((index) => [`sys/class/block/vda${index}/size`, '4096\n']),
    },
  });
  const { stdout } = await machine.call();
  assert.match(stdout, /This is kept in the firmware/);
  const value = machine.variable();
  assert.ok(value !== undefined && value.length <= 8192 + 4, `${value?.length}`);
  const found = parseBootRecord(value.subarray(4));
  assert.deepEqual(
    [found?.modules, found?.neverCame.length, found?.failed.length, found?.disks.length],
    [null, 64, 64, 64],
  );
  // The names of the modules make way before the journal.
  assert.ok((found?.journal.length ?? 0) >= 30);
});

test('what no record has room for is written nowhere, and that is said', async (t) => {
  const word = () => Math.random().toString(36).slice(2);
  const machine = await record(t, 'dash', {
    never,
    commandLine: Array.from({ length: 2000 }, word).join(' '),
    tree: { [`${efivars}/Boot0000-x`]: 'x' },
  });
  const { stdout, code } = await machine.call();
  assert.equal(code, 0);
  assert.match(stdout, /This is kept nowhere: it has more than 8192 bytes/);
  assert.equal(machine.variable(), undefined);
});

const aliases: readonly (readonly [alias: string, only: 'with a network' | 'always' | 'never'])[] =
  [
    ['virtio:d00000001v00001AF4', 'with a network'],
    ['virtio:d00000002v00001AF4', 'always'],
    ['virtio:d00000004v00001AF4', 'never'],
    ['virtio:d00000008v00001AF4', 'always'],
    ['virtio:d00000010v00001AF4', 'never'],
    ['virtio:d0000001Av00001AF4', 'always'],
    ['scsi:t-0x00', 'always'],
    ['scsi:t-0x0d', 'never'],
    ['scsi:t-0x14', 'always'],
    ['vmbus:32264132cb86a2449b5c50d1417354f5', 'always'],
    ['vmbus:635161f83edfc546913ff2d2f965ed0e', 'with a network'],
    ['vmbus:6dad12f9172bea48bd65f927a61c7684', 'never'],
    ['xen:vbd', 'always'],
    ['xen:vif', 'with a network'],
    ['xen:vkbd', 'never'],
  ];

for (const profiles of ['', '"network"']) {
  test(`a record has the devices that lead to a disk, with the profiles [${profiles}]`, async (t) => {
    const machine = await record(t, 'dash', {
      never,
      tree: {
        [`${efivars}/Boot0000-x`]: 'x',
        'usr/lib/pkginitrd/manifest.json': `{"settings":{"Profiles":[${profiles}]}}\n`,
        // A bus of which no device ever leads to one.
        'sys/bus/memory/devices/memory0/uevent': 'MODALIAS=mmc:block\n',
        ...Object.fromEntries(
          aliases.map(([alias], index) => [
            `sys/bus/${alias.split(':')[0]}/devices/a${index}/modalias`,
            `${alias}\n`,
          ]),
        ),
      },
    });
    await machine.call();
    const found = parseBootRecord(machine.variable()?.subarray(4) ?? Buffer.of());
    assert.deepEqual(
      found?.undriven.map(({ modalias }) => modalias).sort(),
      aliases
        .filter(([, only]) => only === 'always' || (only !== 'never' && profiles !== ''))
        .map(([alias]) => alias)
        .sort(),
    );
  });
}

test('a journal that does not answer keeps no record away', { timeout: 60_000 }, async (t) => {
  const machine = await record(t, 'dash', {
    never,
    tree: {
      [`${efivars}/Boot0000-x`]: 'x',
      'bin/journalctl': program('[ "$1" != --sync ] || exec sleep 300'),
      'bin/timeout': program('exec /usr/bin/timeout 0.1 "$2" "$3"'),
    },
  });
  assert.match((await machine.call()).stdout, /This is kept in the firmware/);
});

test('a script that is ended since it takes too long leaves no ESP mounted', async (t) => {
  const machine = await record(t, 'dash', {
    never,
    tree: {
      ...esp,
      'bin/mv': program('kill -TERM "$PPID"'),
      'bin/umount': program('echo "$*" >"$0.called"'),
    },
  });
  assert.doesNotMatch((await machine.call()).stdout, /kept on/);
  assert.match(readFileSync(join(machine.root, 'bin/umount.called'), 'utf8'), /record\/esp$/m);
});

const esp: Tree = {
  'usr/lib/pkginitrd/record-place': 'a-partition\n',
  'dev/disk/by-partuuid/a-partition': '',
  'bin/mount': program('exit 0'),
  'bin/umount': program('exit 0'),
};
const asleep: Tree = {
  'sys/class/block/sda/size': '4096\n',
  'bin/udevadm': program('echo ID_FS_TYPE=swsuspend'),
};

// A variable that cannot be written.
const full: Tree = { [`${efivars}/${variable}/x`]: '' };

const places: readonly (readonly [name: string, machine: Machine, kept: boolean, said: RegExp])[] =
  [
    ['with an ESP', { tree: esp }, true, /This is kept on the ESP: /],
    [
      'without either',
      {},
      false,
      /kept nowhere: there is neither a variable of EFI nor a known ESP/,
    ],
    [
      'that may resume',
      { tree: esp, commandLine: 'resume=/dev/a' },
      false,
      /nowhere: the machine may be hib/,
    ],
    [
      // What sleeps is there for the boot after this one.
      'that may resume, though not this time',
      { tree: esp, commandLine: 'resume=/dev/a noresume' },
      false,
      /nowhere: the machine may be hib/,
    ],
    [
      'whose firmware knows that it sleeps',
      { tree: { ...esp, ...full, [`${efivars}/HibernateLocation-8cf2644b`]: 'x' } },
      false,
      /nowhere: the machine may be hib/,
    ],
    [
      'with EFI whose variables cannot be listed',
      { tree: { ...esp, 'sys/firmware/efi': null } },
      false,
      /nowhere: the variables of the firmware cannot be read/,
    ],
    [
      'with EFI that takes no variable',
      { tree: { ...esp, ...full } },
      true,
      /This is kept on the ESP: /,
    ],
    [
      'that sleeps on its disk',
      { tree: { ...esp, ...asleep } },
      false,
      /nowhere: the machine may be hib/,
    ],
    [
      'whose ESP is not there',
      { tree: { 'usr/lib/pkginitrd/record-place': 'a-partition\n' } },
      false,
      /kept nowhere/,
    ],
    [
      'whose ESP cannot be mounted',
      { tree: { ...esp, 'bin/mount': program('echo no such file system >&2; exit 1') } },
      false,
      /nowhere: the ESP cannot be mounted \(no such file system\)/,
    ],
  ];

for (const [name, machine, kept, said] of places) {
  test(`a failed boot of a machine ${name} keeps its record ${kept ? 'there' : 'nowhere'}, and says so`, async (t) => {
    const failed = await record(t, 'dash', { never, ...machine });
    const { stdout, code } = await failed.call();
    assert.equal(code, 0);
    assert.match(stdout, said);
    const file = join(failed.root, 'run/pkginitrd/record/esp/pkginitrd-boot-record');
    assert.equal(existsSync(file), kept);
    if (kept) assert.deepEqual(parseBootRecord(readFileSync(file))?.neverCame, [uuid]);
  });
}
