import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { archive } from '../../../src/image/archive.ts';
import { arrange, treeEntries } from '../../../src/image/members.ts';
import { absolutePath } from '../../../src/model/brands.ts';
import { openDisk, openFile } from '../../../src/sys/open-file.ts';
import { rootFiles } from '../../../src/sys/root-files.ts';
import { makeSys } from '../../../src/sys/sys.ts';
import { skipFor } from '../../helpers/need.ts';
import { checkout } from '../../helpers/paths.ts';
import { plant, scratch } from '../../helpers/scratch.ts';

const skip = process.getuid?.() !== 0 && skipFor('needs root');

test('what is no regular file is not read, and not waited for', { skip, timeout: 10_000 }, (t) => {
  const root = plant(scratch(t), { etc: null, 'etc/link': { link: 'fifo' } });
  execFileSync('mknod', [`${root}/etc/fifo`, 'p']);
  execFileSync('mknod', [`${root}/etc/zero`, 'c', '1', '5']);
  execFileSync('mknod', [`${root}/etc/tty`, 'c', '5', '0']);
  const files = rootFiles(root);
  for (const name of ['fifo', 'zero', 'tty', 'link']) {
    const message =
      /^Cannot (?:read|open) ".*": it is a (?:FIFO|character device|socket, or a device)/;
    assert.throws(() => files.readText(`etc/${name}`), { message });
    assert.throws(() => files.readBytes(`etc/${name}`), { message });
    assert.throws(() => openFile(absolutePath(`${root}/etc/${name}`)), { message });
    assert.throws(() => openDisk(absolutePath(`${root}/etc/${name}`)), { message });
  }
  assert.throws(() => files.readText('etc'), /it is a directory/);
});

test(
  'a link to /dev/null reads as empty, a mask, and one to a device that is called so does not',
  { skip },
  (t) => {
    const root = plant(scratch(t), { dev: null, mask: { link: '/dev/null' } });
    assert.equal(rootFiles(root).readText('mask'), undefined);
    execFileSync('mknod', [`${root}/dev/null`, 'c', '1', '3']);
    assert.equal(rootFiles(root).readText('mask'), '');
    execFileSync('rm', [`${root}/dev/null`]);
    execFileSync('mknod', [`${root}/dev/null`, 'c', '1', '5']);
    assert.throws(
      () => rootFiles(root).readText('mask'),
      /it is a character device, not a regular file/,
    );
  },
);

test(
  'on a file system that is mounted nodev a device is refused by its kind, and the null device is empty',
  { skip },
  (t) => {
    const root = scratch(t);
    const script = `
      mount -t tmpfs -o nodev tmpfs ${root} && mkdir ${root}/dev && mknod ${root}/dev/null c 1 3 &&
      mknod ${root}/zero c 1 5 && ln -s /dev/null ${root}/mask && exec "$@"`;
    const program = `
      import { rootFiles } from './src/sys/root-files.ts';
      const files = rootFiles('${root}');
      console.log(JSON.stringify(files.readText('mask')));
      try { files.readText('zero'); } catch (error) { console.log(error.message); }
    `;
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program];
    const apart = ['-c', 'unshare --mount sh -c "$@"', 'sh', script, 'sh', ...node];
    const ran = spawnSync('sh', apart, {
      cwd: checkout,
      encoding: 'utf8',
    });
    const expected = '""\nCannot read "zero": it is a character device, not a regular file\n';
    assert.equal(ran.stdout, expected, ran.stderr);
  },
);

test(
  'copyIn() leaves sockets and FIFOs, and refuses device nodes by name',
  { skip, timeout: 10_000 },
  async (t) => {
    const source = plant(scratch(t), { 'a/file': 'x' });
    const root = scratch(t);
    execFileSync('mknod', [`${source}/a/fifo`, 'p']);
    const server = createServer().listen(`${source}/a/socket`);
    await new Promise((resolve) => server.once('listening', resolve));
    rootFiles(root).copyIn(source, '/');
    server.close();
    assert.deepEqual(readdirSync(`${root}/a`), ['file']);
    execFileSync('mknod', [`${source}/a/zero`, 'c', '1', '5']);
    assert.throws(() => rootFiles(root).copyIn(source, '/'), /a\/zero": it is a device node/);
  },
);

test('treeEntries() takes the usual device nodes and refuses others', { skip }, (t) => {
  const root = plant(scratch(t), { dev: null });
  execFileSync('mknod', [`${root}/dev/console`, 'c', '5', '1']);
  const entries = () => [...treeEntries(root, rootFiles(root).walk('/'))].map(({ path }) => path);
  assert.deepEqual(entries(), ['dev', 'dev/console']);
  execFileSync('mknod', [`${root}/dev/disk`, 'b', '8', '0']);
  assert.throws(entries, /"dev\/disk" into the image: it is a block device, 8:0/);
  execFileSync('rm', [`${root}/dev/disk`]);
  execFileSync('mknod', [`${root}/dev/mem`, 'c', '1', '1']);
  assert.throws(entries, /"dev\/mem" into the image: it is a character device, 1:1/);
});

test('names, targets and contents of files that are not UTF-8 arrive in an archive byte for byte', async (t) => {
  const source = Buffer.from(scratch(t));
  const at = (...parts: readonly Buffer[]): Buffer =>
    Buffer.concat([source, ...parts.flatMap((part) => [Buffer.from('/'), part])]);
  const [directory, file] = [
    Buffer.from([0x64, 0xff]),
    Buffer.from([0xfc, 0x62, 0xed, 0xb2, 0x80]),
  ];
  mkdirSync(at(directory));
  writeFileSync(at(directory, file), 'content');
  execFileSync('sh', ['-c', 'ln -s "$(printf \'t\\377/\\374\')" "$0/link"', source.toString()]);
  const root = scratch(t);
  rootFiles(root).copyIn(absolutePath(source.toString()), '/');

  const entries = arrange(
    [...treeEntries(root, rootFiles(root).walk('/'))].map((entry) => ({ entry, from: 'test' })),
    0,
  );
  const sys = makeSys({ searchPath: '/usr/bin:/bin' });
  const bytes = Buffer.concat([...archive(sys, entries)].map((chunk) => Buffer.from(chunk)));
  assert.ok(bytes.includes(Buffer.concat([directory, Buffer.from('/'), file, Buffer.from([0])])));

  const out = scratch(t);
  execFileSync('sh', ['-c', 'cpio --quiet -idm'], { cwd: out, input: bytes });
  const unpacked = Buffer.concat([Buffer.from(`${out}/`), directory, Buffer.from('/'), file]);
  assert.equal(readFileSync(unpacked, 'utf8'), 'content');
  const target = execFileSync('readlink', ['-n', `${out}/link`]);
  assert.deepEqual(target, Buffer.from([0x74, 0xff, 0x2f, 0xfc]));

  await sys.writeTree(absolutePath(`${out}/tree`), entries);
  assert.deepEqual(execFileSync('readlink', ['-n', `${out}/tree/link`]), target);
  rootFiles(absolutePath(out)).remove('tree');
  assert.equal(readdirSync(out).includes('tree'), false);
});
