import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { microcodePart } from '../../../src/image/small-parts.ts';
import type { FirmwareFile, HostFacts } from '../../../src/model/facts.ts';
import type { FirmwarePlan } from '../../../src/model/plan.ts';
import { selectFirmware } from '../../../src/plan/firmware.ts';
import { selectMicrocode } from '../../../src/plan/microcode.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { plant, scratch } from '../../helpers/scratch.ts';
import { config, facts, info, words } from '../../helpers/plan-fixture.ts';

const path = 'kernel/drivers/net/ethernet/realtek/r8169.ko';
const modules = {
  directory: 'usr/lib/modules/x',
  files: [{ name: 'r8169', path, from: { type: 'default' } as const }],
  missing: [],
  leftOut: [],
  rootNeeds: [],
};

function ofModule(module: string) {
  return { type: 'firmware', module, isBuiltin: false } as const;
}

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
  assert.deepEqual(plan.missing, [{ value: 'rtl_nic/none.fw', from: ofModule('r8169') }]);
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
    { value: 'outside.bin', from: ofModule('r8169') },
  ]);
});

function within(paths: readonly string[]): HostFacts {
  const base = facts();
  const files = new Map<string, FirmwareFile>();
  for (const each of paths) {
    const parts = each.split('/');
    for (const depth of parts.keys()) {
      files.set(parts.slice(0, depth).join('/'), { type: 'directory' });
    }
    files.set(each, { type: 'file' });
  }
  return {
    ...base,
    kernel: { ...base.kernel, firmware: { directory: 'usr/lib/firmware', files } },
  };
}

const version = facts().kernel.version;

for (const [paths, first] of [
  [['x.bin', `${version}/x.bin`], `${version}/x.bin`],
  [['x.bin', `${version}/x.bin`, 'updates/x.bin'], 'updates/x.bin'],
  [['updates/x.bin', `updates/${version}/x.bin`], `updates/${version}/x.bin`],
  [['x.bin', 'updates/x.bin.zst'], 'x.bin'],
  [['x.bin.xz', 'updates/x.bin.zst'], 'updates/x.bin.zst'],
] as const) {
  test(`selectFirmware() takes ${first} of ${paths.join(' ')}, as the kernel would`, () => {
    const infos = new Map([[path, info(['x.bin'])]]);
    const plan = selectFirmware(config(), within(paths), modules, infos);
    assert.deepEqual(names(plan), [first]);
  });
}

test('selectFirmware() takes what a driver that is built in names, and FirmwareFiles= excludes it in every directory', () => {
  const base = within(['updates/x.bin', 'y.bin']);
  const builtinInfo = new Map([['nic', info(['x.bin', 'y.bin'])]]);
  const kernel = { ...base.kernel, modules: { ...base.kernel.modules, builtinInfo } };
  const none = { ...modules, files: [] };
  const host = { ...base, kernel };
  assert.deepEqual(selectFirmware(config(), host, none, new Map()).files, [
    { value: 'usr/lib/firmware/updates/x.bin', from: { ...ofModule('nic'), isBuiltin: true } },
    { value: 'usr/lib/firmware/y.bin', from: { ...ofModule('nic'), isBuiltin: true } },
  ]);
  const without = config({ firmwareFiles: words('-x.bin') });
  assert.deepEqual(names(selectFirmware(without, host, none, new Map())), ['y.bin']);
});

const microcode = [
  'amd-ucode/README',
  'amd-ucode/microcode_amd.bin.xz',
  'amd-ucode/microcode_amd_fam17h.bin.xz',
  'amd-ucode/microcode_amd_fam17h.bin.asc',
  'intel-ucode/06-55-04',
  'intel-ucode/06-55-04.initramfs',
  'intel-ucode/06-9e-0d.zst',
];

for (const [name, cpu, sources] of [
  [
    'AMD',
    { vendor: 'amd', family: 0x17, model: 1, stepping: 1 },
    ['amd-ucode/microcode_amd_fam17h.bin.xz'],
  ],
  [
    'an old AMD',
    { vendor: 'amd', family: 0x10, model: 1, stepping: 1 },
    ['amd-ucode/microcode_amd.bin.xz'],
  ],
  [
    'Intel',
    { vendor: 'intel', family: 6, model: 0x9e, stepping: 13 },
    ['intel-ucode/06-9e-0d.zst'],
  ],
  [
    'Intel with a file for early loading',
    { vendor: 'intel', family: 6, model: 0x55, stepping: 4 },
    ['intel-ucode/06-55-04.initramfs'],
  ],
  ['an unknown Intel', { vendor: 'intel', family: 6, model: 1, stepping: 4 }, []],
] as const) {
  test(`selectMicrocode() for ${name}`, () => {
    const plans = selectMicrocode({ ...within(microcode), cpu }, { generic: false });
    assert.deepEqual(
      plans.flatMap((plan) => plan.sources),
      sources.map((each) => `usr/lib/firmware/${each}`),
    );
  });
}

test('selectMicrocode() for any machine takes all of both vendors and nothing that lies beside', () => {
  const host = { ...within(microcode), cpu: undefined };
  assert.deepEqual(
    selectMicrocode(host, { generic: true }).map(({ target, sources }) => [target, sources.length]),
    [
      ['kernel/x86/microcode/AuthenticAMD.bin', 2],
      ['kernel/x86/microcode/GenuineIntel.bin', 2],
    ],
  );
  assert.deepEqual(selectMicrocode({ ...host, architecture: 'arm64' }, { generic: true }), []);
});

test('microcodePart() unpacks and joins the files', async (t) => {
  const root = plant(scratch(t), { 'a.xz': 'A', b: 'B' });
  const entries = await microcodePart(
    makeSys({ searchPath: '/usr/bin' }),
    [{ target: 'kernel/x86/microcode/AuthenticAMD.bin', sources: ['a.xz', 'b'] }],
    root,
    0,
    scratch(t),
    {
      decompress: async function* unpack(chunks, compression) {
        const isPacked = compression !== 'none';
        if (isPacked) yield Buffer.from(`${compression}(`);
        yield* chunks;
        if (isPacked) yield Buffer.from(')');
      },
    },
  );
  const file = entries.at(-1);
  assert.ok(file?.type === 'file' && file.content.type === 'file');
  assert.equal(readFileSync(file.content.source, 'utf8'), 'xz(A)B');
  assert.equal(file.content.size, 6);
});
