import assert from 'node:assert/strict';
import test from 'node:test';
import { jsonReporter, liveReporter, plainReporter } from '../../../src/cli/reporters.ts';
import type { ProgressEvent, Report } from '../../../src/model/progress.ts';

const total = 4 * 1024 * 1024;

const story: readonly ProgressEvent[] = [
  { type: 'step', name: 'plan', sentence: 'Planning' },
  { type: 'done', name: 'plan', milliseconds: 1200 },
  { type: 'step', name: 'verify', sentence: 'Reading the image back' },
  ...[1, 2, 3, 4].map(
    (part) => ({ type: 'amount', done: (part * total) / 4, total, unit: 'bytes' }) as const,
  ),
  { type: 'message', text: 'Waiting for another build' },
  { type: 'failed', name: 'verify' },
];

/** The lines of a terminal of that width, and the longest that was ever on it. */
function screen(
  columns: number | (() => number),
  play: (report: Report) => void,
  clock: () => number = counted(100),
): { readonly lines: readonly string[]; readonly writes: readonly string[] } {
  const writes: string[] = [];
  const width = typeof columns === 'number' ? () => columns : columns;
  play(
    liveReporter({
      write: (text) => {
        writes.push(text);
        const [line = ''] = text.replace('\u001b[K', '').replace('\r', '').split('\n');
        const isSentence = text.includes('\n') && line !== '';
        assert.ok(isSentence || line.length < width(), `"${line}" in ${width()} columns`);
      },
      columns: width,
      now: clock,
    }),
  );
  const lines = writes
    .join('')
    .split('\n')
    .map((line) => (line.split('\r').at(-1) ?? '').replaceAll('\u001b[K', ''));
  return { lines, writes };
}

function counted(step: number): () => number {
  let time = 0;
  return () => (time += step);
}

const tell = (report: Report): void => story.forEach(report);

test('in a terminal each step keeps one line with its time, and a message goes between', () => {
  const { lines, writes } = screen(80, tell);
  assert.deepEqual(lines, [
    'Planning (1.2 s)',
    'Waiting for another build',
    'Reading the image back (failed)',
    '',
  ]);
  assert.ok(
    writes.some((text) => /\[#{15}-{15}\] 50% of 4\.0 MiB/.test(text)),
    writes.join('|'),
  );
});

for (const columns of [1, 2, 10, 20, 40, 80, 200]) {
  test(`nothing is as wide as a terminal of ${columns} columns`, () => {
    const { lines } = screen(columns, tell);
    assert.equal(lines.length, 4);
    if (columns >= 20) assert.match(lines[2] ?? '', /\(failed\)$/);
  });
}

test('in a narrow terminal the share is a number', () => {
  const { writes } = screen(20, tell);
  assert.ok(
    writes.some((text) => /\rReading the i… {2}50%/.test(text)),
    writes.join('|'),
  );
});

test('a terminal that becomes narrower gets narrower lines from then on', () => {
  let width = 80;
  screen(
    () => width,
    (report) => {
      for (const event of story) {
        report(event);
        if (event.type === 'amount') width = 25;
      }
    },
  );
});

test('a line is not written again as long as it says the same, nor more than ten times a second', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => index);
  const { writes } = screen(
    80,
    (report) => {
      report({ type: 'step', name: 'place', sentence: 'Writing' });
      for (const done of many) report({ type: 'amount', done, total: 10_000, unit: 'bytes' });
    },
    counted(0.1),
  );
  assert.ok(writes.length < 30, `${writes.length} writes for two seconds`);
});

test('a bar counts packages as it counts bytes', () => {
  const { lines } = screen(80, (report) => {
    report({ type: 'step', name: 'fetch', sentence: 'Fetching' });
    report({ type: 'amount', done: 27, total: 108, unit: 'packages' });
  });
  assert.match(lines.at(-1) ?? '', /^Fetching \[#+-+\] 25% of 108 packages$/);
});

test('the step that is left is shown again when one beside it has ended', () => {
  const { lines } = screen(80, (report) => {
    report({ type: 'step', name: 'base', sentence: 'Writing' });
    report({ type: 'step', name: 'modules', sentence: 'Indexing' });
    report({ type: 'done', name: 'modules', milliseconds: 10 });
    report({ type: 'message', text: 'Between' });
  });
  assert.deepEqual(lines, ['Indexing (10 ms)', 'Between', 'Writing']);
});

test('in a pipe each step is a line as it begins', () => {
  let text = '';
  story.forEach(plainReporter((piece) => (text += piece)));
  assert.equal(text, 'Planning\nReading the image back\nWaiting for another build\n');
});

test('for programs each event is a line of JSON', () => {
  let text = '';
  story.forEach(jsonReporter((piece) => (text += piece), counted(100)));
  const events: readonly unknown[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(events, story);
});
