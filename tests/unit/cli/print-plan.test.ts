import assert from 'node:assert/strict';
import test from 'node:test';
import { printPlan, printPlanJson } from '../../../src/cli/print-plan.ts';
import type { Plan } from '../../../src/model/plan.ts';

const file = '/usr/lib/pkginitrd/10-base.conf';
const from = { type: 'file', file, line: 5 } as const;
const pattern = { type: 'pattern', at: { type: 'file', file, line: 6 } } as const;
const plan: Plan = {
  version: 3,
  kernelVersion: '6.12.48',
  architecture: 'x86-64',
  distribution: { id: 'debian', version: '13' },
  generic: false,
  storage: [],
  profiles: [],
  packages: {
    manager: 'apt',
    install: [
      { value: 'systemd', from },
      { value: 'udev', from: { type: 'flag', flag: '--packages' } },
    ],
    remove: [],
    withRecommends: false,
    withDocs: false,
    offline: false,
    sources: ['cache', 'installed', 'network'],
  },
  managerFrom: { type: 'file', file: '/usr/lib/pkginitrd/20-debian.conf', line: 7 },
  root: {
    locale: 'C.UTF-8',
    extraTrees: [{ source: '/usr/lib/pkginitrd/extra', target: '/', from }],
    postinst: [],
    finalize: [],
    ownPackages: [],
    removeFiles: [{ value: '/usr/share/doc/*', from, isDefault: true }],
    removeUnusedLibraries: [],
    cleanPackageMetadata: true,
    environment: {},
    rootPassword: 'locked',
  },
  modules: {
    directory: 'usr/lib/modules/6.12.48',
    files: [
      { name: 'ahci', path: 'kernel/ahci.ko', from },
      { name: 'ext4', path: 'kernel/ext4.ko', from: { ...pattern, word: 'ext4' } },
      { name: 'jbd2', path: 'kernel/jbd2.ko', from: { type: 'needed by', module: 'ext4' } },
      { name: 'libahci', path: 'kernel/libahci.ko', from: { type: 'needed by', module: 'ahci' } },
      { name: 'mbcache', path: 'kernel/mbcache.ko', from: { type: 'needed by', module: 'ext4' } },
    ],
    missing: [{ value: 'simpledrm', from }],
    leftOut: [
      {
        name: 'i915',
        wanted: { type: 'loaded', as: null },
        by: { ...pattern, word: '-/drivers/gpu/' },
      },
    ],
    rootNeeds: [],
  },
  firmware: { files: [], missing: [] },
  programs: [],
  microcode: [],
  host: [],
  parts: [
    { name: 'base', compression: 'zstd', level: 10 },
    { name: 'kernel', compression: 'none', level: 0 },
  ],
  output: { format: 'cpio', name: 'initrd' },
  sourceDateEpoch: null,
  configFiles: ['/usr/lib/pkginitrd/10-base.conf'],
  warnings: [],
};

test('printPlan is short, grouped and aligned', () => {
  assert.equal(
    printPlan(plan),
    `  Kernel     6.12.48 (x86-64)
  System     debian 13
  Manager    apt: /usr/lib/pkginitrd/20-debian.conf:7
  Packages   from caches, then the installed system, then the network
  Made for   this host
  Output     initrd (cpio)
  Parts      base zstd -10, kernel uncompressed
  Microcode  none
  Locale     C.UTF-8
  root       is locked
  Remove     1 file pattern

Packages: 2 asked for
  systemd  /usr/lib/pkginitrd/10-base.conf:5
  udev     --packages

Kernel modules: 5
  3  needed by others
  2  /usr/lib/pkginitrd/10-base.conf

Asked for by the host, and left out: 1
  i915

Not in this kernel: 1
  simpledrm

Firmware: 0 files

Trees
  /usr/lib/pkginitrd/extra  /

Drop-ins: 1
  /usr/lib/pkginitrd/10-base.conf
`,
  );
});

test('printPlan counts the modules under a mount point together, also one with blanks', () => {
  const under = { type: 'under', purpose: '/srv/my data' } as const;
  const driver = { type: 'driver', role: 'parent', bus: 'pci', name: '0000:00:1f.2' } as const;
  const files = [
    { name: 'ext4', path: 'a', from: { ...under, layer: { type: 'file system', name: 'ext4' } } },
    { name: 'ahci', path: 'b', from: { ...under, layer: driver } },
  ] as const;
  const text = printPlan({ ...plan, modules: { ...plan.modules, files } });
  assert.ok(text.includes('\nKernel modules: 2\n  2  under /srv/my data\n'), text);
});

test('printPlan shows what only some plans have', () => {
  const text = printPlan({
    ...plan,
    generic: true,
    distribution: { id: 'arch', version: null },
    microcode: [
      {
        target: 'kernel/x86/microcode/GenuineIntel.bin',
        sources: ['/lib/firmware/intel-ucode/06-9e-0d'],
      },
    ],
    packages: { ...plan.packages, remove: [{ value: 'dpkg', from }] },
    root: {
      ...plan.root,
      rootPassword: 'set',
      postinst: [{ path: '/etc/pkginitrd/postinst.d/x', insideRoot: false, from }],
    },
    firmware: { files: [{ value: 'a', from }], missing: [{ value: 'b.bin', from }] },
    host: [
      {
        path: 'etc/crypttab',
        mode: 0o600,
        content: { type: 'text', text: 'root UUID=1 /key' },
        secret: true,
        from: { type: 'crypttab entry', entry: 'root' },
      },
    ],
    warnings: ['x.conf:1: Ssh= has no meaning for an initrd, ignoring'],
  });
  for (const line of [
    '  System     arch\n',
    '  Made for   any machine\n',
    '  Microcode  /lib/firmware/intel-ucode/06-9e-0d\n',
    '  root       has a password\n',
    `\nRemoved again\n  dpkg  ${file}:5\n`,
    '\nScripts\n  postinst  /etc/pkginitrd/postinst.d/x\n',
    '\nFirmware: 1 file\n',
    '\nFirmware not found: 1\n  b.bin\n',
    '\nOf this host: 1 file\n  /etc/crypttab  /etc/crypttab: root, secret\n',
    '\nWarnings\n  x.conf:1: Ssh= has no meaning for an initrd, ignoring\n',
  ]) {
    assert.ok(text.includes(line), `${JSON.stringify(line)} is not in ${text}`);
  }
  assert.ok(!text.includes('UUID=1'), 'what stands in files of the host is not shown');
});

test('printPlanJson sorts keys at every depth, keeps lists, and ends with a newline', () => {
  const text = printPlanJson(plan);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(plan)));
  assert.ok(text.startsWith('{\n  "architecture": "x86-64",\n  "configFiles": [\n'));
  assert.ok(text.endsWith('\n}\n'));
  const reversed = Object.fromEntries(Object.entries(plan.packages).reverse());
  assert.equal(printPlanJson({ ...plan, packages: { ...plan.packages, ...reversed } }), text);
  assert.match(text, /"manager": "apt",\n {4}"offline": false,\n {4}"remove": \[\],/);
});
