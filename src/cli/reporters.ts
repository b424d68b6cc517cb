import type { ProgressEvent, Report } from '../model/progress.ts';
import { humanBytes, humanTime } from './units.ts';

/** For the journal and pipes: a line for each step as it begins. */
export function plainReporter(write: (text: string) => void): Report {
  return (event) => {
    switch (event.type) {
      case 'step':
        return write(`${event.sentence}\n`);
      case 'message':
        return write(`${event.text}\n`);
      case 'amount':
      case 'done':
      case 'failed':
        return undefined;
      default:
        return event satisfies never;
    }
  };
}

/** For programs: one JSON object a line. Amounts come at most ten times a second. */
export function jsonReporter(write: (text: string) => void, now: () => number): Report {
  const isDue = atMostOften(now);
  return (event) => {
    if (event.type === 'amount' && event.done < event.total && !isDue()) return;
    write(`${JSON.stringify(event)}\n`);
  };
}

export interface Terminal {
  readonly write: (text: string) => void;
  /** As wide as it is now. */
  readonly columns: () => number;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * For a terminal: the step at work in one line that is written over, with a bar where it is known how much there is to do; a line with
 * its time stays when it has ended. The line is never as wide as the terminal, so that it cannot wrap.
 */
export function liveReporter({ write, columns, now }: Terminal): Report {
  const isDue = atMostOften(now);
  // By their names: one may end while another is at work.
  const sentences = new Map<string, string>();
  let step = '';
  let shown = '';

  function show(text: string): void {
    const line = cut(text, columns() - 1);
    if (line === shown) return;
    write(`\r${line}${clearToEnd}`);
    shown = line;
  }

  function end(name: string, how: string): void {
    show(ended(sentences.get(name) ?? name, how, columns() - 1));
    write('\n');
    shown = '';
    sentences.delete(name);
    step = [...sentences.values()].at(-1) ?? '';
    if (step !== '') show(step);
  }

  return (event) => {
    switch (event.type) {
      case 'step':
        step = event.sentence;
        sentences.delete(event.name);
        sentences.set(event.name, step);
        return show(step);
      case 'amount':
        if (event.done >= event.total || isDue()) show(withBar(step, event, columns() - 1));
        return undefined;
      case 'done':
        return end(event.name, humanTime(event.milliseconds));
      case 'failed':
        return end(event.name, 'failed');
      case 'message':
        write(`${shown === '' ? '' : `\r${clearToEnd}`}${event.text}\n`);
        if (shown !== '') {
          shown = '';
          show(step);
        }
        return undefined;
      default:
        return event satisfies never;
    }
  };
}

const clearToEnd = '\u001b[K';
const tenthOfASecond = 100;
const mostBar = 30;

function atMostOften(now: () => number): () => boolean {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (now() - last < tenthOfASecond) return false;
    last = now();
    return true;
  };
}

function withBar(
  step: string,
  { done, total, unit }: Extract<ProgressEvent, { readonly type: 'amount' }>,
  width: number,
): string {
  const share = total === 0 ? 1 : Math.min(done / total, 1);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const amount = ` of ${unit === 'bytes' ? humanBytes(total) : `${total} packages`}`;
  const room = Math.min(width - step.length - percent.length - amount.length - 4, mostBar);
  // In a narrow terminal the number says as much.
  if (room < 10) return `${cut(step, width - percent.length - 1)} ${percent}`;
  const filled = Math.round(share * room);
  return `${step} [${'#'.repeat(filled)}${'-'.repeat(room - filled)}]${percent}${amount}`;
}

/** The end is seen in a narrow terminal, too. */
function ended(step: string, how: string, width: number): string {
  return `${cut(step, width - how.length - 3)} (${how})`;
}

function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}
