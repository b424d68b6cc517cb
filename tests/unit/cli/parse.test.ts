import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCommandLine } from '../../../src/cli/parse.ts';
import { settings } from '../../../src/config/settings.ts';
import { build, run, usageError } from './command-line.ts';

test('build without flags builds for the host into the current directory', async () => {
  assert.deepEqual(await build(), {
    type: 'build',
    request: {
      kernelVersion: undefined,
      hostRoot: '/',
      kernelRoot: undefined,
      loadedModulesFile: undefined,
      generic: false,
      offline: false,
      assignments: [],
      profiles: [],
    },
    kernelImage: undefined,
    destination: { type: 'path', directory: '/home/u', name: undefined },
    verbose: false,
    quiet: false,
    format: 'text',
    debug: false,
  });
});

const versions = ['6.10', '6.12.48+deb13-amd64', '0x10', '1e3', '6.1.0-0.a.test'];

for (const version of versions) {
  test(`a kernel version ${version} stays text`, async () => {
    for (const args of [['-k', version], [`-k${version}`], [`--kernel-version=${version}`]]) {
      assert.equal((await build(...args)).request.kernelVersion, version);
    }
  });
}

test('paths are seen from the current directory', async () => {
  const invocation = await build(
    '--host-root=../host',
    '--kernel-root',
    '/k/./r',
    '--kernel-image',
    'vmlinuz',
    '--loaded-modules',
    'm',
  );
  assert.equal(invocation.request.hostRoot, '/home/host');
  assert.equal(invocation.request.kernelRoot, '/k/r');
  assert.equal(invocation.kernelImage, '/home/u/vmlinuz');
  assert.equal(invocation.request.loadedModulesFile, '/home/u/m');
});

const destinations: readonly (readonly [
  args: string[],
  directory: string,
  name: string | undefined,
])[] = [
  [['-o', 'x.img'], '/home/u', 'x.img'],
  [['-O', '/boot'], '/boot', undefined],
  [['-O', '/boot', '-o', 'x.img'], '/boot', 'x.img'],
  [['-o', '/boot/x.img'], '/boot', 'x.img'],
  [['-O', 'out', '-o', 'sub/x'], '/home/u/out/sub', 'x'],
  [['-o', '/x.img'], '/', 'x.img'],
];

for (const [args, directory, name] of destinations) {
  test(`build ${args.join(' ')} goes to ${directory}`, async () => {
    assert.deepEqual((await build(...args)).destination, { type: 'path', directory, name });
  });
}

test('switches and repeated profiles', async () => {
  const invocation = await build(
    '-g',
    '--offline',
    '--profile',
    'lvm',
    '--profile=raid,nfs',
    '--verbose',
  );
  const { request } = invocation;
  assert.equal(request.generic && request.offline && invocation.verbose, true);
  assert.equal(invocation.debug, false);
  assert.deepEqual(request.profiles, ['lvm', 'raid', 'nfs']);
  assert.equal((await build('--debug')).verbose, true);
});

test('a dry run asks for the same image, and only for its plan', async () => {
  const { request } = await build('-g', '--packages=a');
  const place = { kernelImage: undefined, destination: (await build()).destination };
  const plan = { type: 'plan', request, ...place, debug: false };
  assert.deepEqual(await run(['build', '-g', '--packages=a', '--dry-run']), {
    ...plan,
    format: 'text',
  });
  assert.deepEqual(await run(['build', '-g', '--packages=a', '--dry-run', '--json']), {
    ...plan,
    format: 'json',
  });
  const why = { type: 'why', subjects: ['ext4'], request, format: 'text', debug: false };
  assert.deepEqual(await run(['why', 'ext4', '-g', '--packages=a']), why);
});

test('of a flag that takes one value the last one counts', async () => {
  assert.equal((await build('--host-root=/a', '--host-root=/b')).request.hostRoot, '/b');
});

test('every setting that has a flag becomes an assignment in its section', async () => {
  for (const { key, section, flag } of settings) {
    if (flag === null) continue;
    assert.deepEqual((await build(`--${flag}=/v`)).request.assignments, [
      { section, key, value: '/v', from: { type: 'flag', flag: `--${flag}` } },
    ]);
  }
});

test('a repeated setting keeps its order, and an empty one resets', async () => {
  const { assignments } = (
    await build('--packages=a', '--packages', 'b', '--packages=', '--packages=c')
  ).request;
  assert.deepEqual(
    assignments.map(({ value }) => value),
    ['a', 'b', '', 'c'],
  );
});

test('values keep their text: numbers, dots and a leading dash', async () => {
  const { assignments } = (
    await build('--compress-level=07', '--kernel-modules=-a.b', '-t', 'directory')
  ).request;
  assert.deepEqual(Object.fromEntries(assignments.map(({ key, value }) => [key, value])), {
    CompressLevel: '07',
    KernelModules: '-a.b',
    Format: 'directory',
  });
});

test("paths in a setting's flag are made absolute, targets are not", async () => {
  const { assignments } = (
    await build('--extra-trees=tree:/opt,/abs', '--finalize-scripts', './run')
  ).request;
  assert.deepEqual(Object.fromEntries(assignments.map(({ key, value }) => [key, value])), {
    ExtraTrees: '/home/u/tree:/opt\n/abs',
    FinalizeScripts: '/home/u/run',
  });
});

const errors: readonly (readonly [argv: string[], message: string, hint: string | undefined])[] = [
  [[], 'Cannot run without a command', 'See "pkginitrd --help"'],
  [['buidl'], 'Cannot run "buidl": unknown command', 'Did you mean "build"?'],
  [['frobnicate'], 'Cannot run "frobnicate": unknown command', 'See "pkginitrd --help"'],
  [['--debug', 'build'], 'Cannot use "--debug" before a command', 'See "pkginitrd --help"'],
  [
    ['build', '--pakages', 'x'],
    'Cannot use "--pakages": unknown option',
    'Did you mean "--packages"?',
  ],
  [
    ['build', '--root-password=x'],
    'Cannot use "--root-password": unknown option',
    'See "pkginitrd build --help"',
  ],
  [['build', '-y'], 'Cannot use "-y": unknown option', 'See "pkginitrd build --help"'],
  [
    ['build', '--packages.x=y'],
    'Cannot use "--packages.x": unknown option',
    'Did you mean "--packages"?',
  ],
  [['build', 'x'], 'Cannot use "x": "build" takes options only', 'See "pkginitrd build --help"'],
  [
    ['build', '--no-generic'],
    'Cannot use "--no-generic": unknown option',
    'Did you mean "--generic"?',
  ],
  [
    ['build', '--kernel-version'],
    'Cannot use "--kernel-version" without a value: expected VERSION',
    'Write a value that begins with "-" after "=", as in --kernel-modules=-usbhid',
  ],
  [
    ['build', '-k'],
    'Cannot use "--kernel-version" without a value: expected VERSION',
    'Write a value that begins with "-" after "=", as in --kernel-modules=-usbhid',
  ],
  [
    ['build', '-q', '-v'],
    'Cannot use "--quiet" and "--verbose" together: expected one of them',
    undefined,
  ],
  [
    ['build', '-k', '../x'],
    'Cannot take "../x" as a kernel version',
    'Give a directory name below /usr/lib/modules',
  ],
  [
    ['build', '-o', 'dir/'],
    'Cannot take "dir/" as a file name',
    'Give a directory with --output-dir',
  ],
];

for (const [argv, message, hint] of errors) {
  test(`pkginitrd ${argv.join(' ')} is refused`, async () => {
    assert.deepEqual(await usageError(argv), [message, hint]);
  });
}

test('--version prints the version it was given', async () => {
  assert.deepEqual(await run(['--version']), { type: 'text', text: 'pkginitrd 1.2.3\n' });
});

test('a list cannot hold a path with white space, and says so', async () => {
  await assert.rejects(
    parseCommandLine(['build', '--extra-trees=tree'], {}, '/home/my user', {
      version: '',
      settings,
    }),
    { message: 'Cannot take "/home/my user/tree" in a list: it has white space, "," or ":" in it' },
  );
});
