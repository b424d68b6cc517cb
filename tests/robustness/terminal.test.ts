// The program on a terminal of its own: what it writes there is read from the other side.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';
import { checkout } from '../helpers/paths.ts';
import { plant, scratch } from '../helpers/scratch.ts';

const terminal = `
import fcntl, os, pty, struct, sys, termios
columns = int(sys.argv[1])
child, master = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack('HHHH', 24, columns, 0, 0))
while True:
    try:
        piece = os.read(master, 65536)
    except OSError:
        break
    if not piece:
        break
    sys.stdout.buffer.write(piece)
os.waitpid(child, 0)
`;

/** What \`build\` of an empty system writes: its first step, which fails. */
function written(
  root: string,
  columns: number,
  env: Readonly<Record<string, string>>,
  ...options: readonly string[]
): string {
  const program = ['--import', 'tsx', join(checkout, 'src/main.ts')];
  const { status, stdout, stderr } = spawnSync(
    'python3',
    [
      ...['-c', terminal, String(columns), process.execPath, ...program],
      ...['build', '--host-root', root, '-O', root, ...options],
    ],
    { cwd: checkout, encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', ...env } },
  );
  assert.equal(status, 0, stderr);
  return stdout;
}

const skip = process.getuid?.() === 0 ? false : 'needs root';

for (const [name, columns, env, isLive] of [
  ['of 80 columns', 80, { TERM: 'xterm' }, true],
  ['of 20 columns', 20, { TERM: 'xterm' }, true],
  ['without colours', 80, { TERM: 'xterm', NO_COLOR: '1' }, true],
  ['that is dumb', 80, { TERM: 'dumb' }, false],
  ['without a name', 80, {}, false],
] as const) {
  test(
    `on a terminal ${name} the step at work is ${isLive ? 'one live line' : 'a plain line'}`,
    { skip },
    (t) => {
      const text = written(plant(scratch(t), {}), columns, env);
      assert.equal(text.includes('\u001b[K'), isLive, JSON.stringify(text));
      // No colour, no other sequence.
      assert.equal(text.replaceAll('\u001b[K', '').includes('\u001b'), false);
      assert.match(text, isLive ? /\rPlanning \(failed\)/ : /^Planning\r\n/);
      assert.match(text, /pkginitrd: Cannot tell the distribution/);
    },
  );
}

test(
  'with --quiet only the problem is said, with --json each event is an object',
  { skip },
  (t) => {
    const root = plant(scratch(t), {});
    assert.match(written(root, 80, { TERM: 'xterm' }, '-q'), /^pkginitrd: Cannot tell/);
    const lines = written(root, 80, { TERM: 'xterm' }, '--json').trimEnd().split('\r\n');
    const events = lines.map((line): { type: string } => JSON.parse(line));
    assert.deepEqual(
      events.map(({ type }) => type),
      ['step', 'failed', 'message'],
    );
  },
);
