// The order of versions of the UAPI group's Version Format Specification, which systemd sorts kernels by.

/** Negative where `a` is older, positive where it is newer, 0 where they are equal: for `sort`. */
export function compareVersions(rawA: string, rawB: string): number {
  let a = rawA;
  let b = rawB;
  for (;;) {
    a = a.replace(/^[^a-zA-Z0-9~.^-]+/, '');
    b = b.replace(/^[^a-zA-Z0-9~.^-]+/, '');
    for (const mark of MARKS) {
      // The end comes after `~` and before all else: 1.0~rc1 is older than 1.0, 1.0 older than 1.0.1.
      if (mark === '-' && (a === '' || b === '')) return Math.sign(a.length - b.length);
      if (a.startsWith(mark) !== b.startsWith(mark)) return a.startsWith(mark) ? -1 : 1;
      if (!a.startsWith(mark)) continue;
      a = a.slice(1);
      b = b.slice(1);
    }
    const numeric = isDigit(a) || isDigit(b);
    const segment = numeric ? /^[0-9]*/ : /^[a-zA-Z]*/;
    const [headA, headB] = [segment.exec(a)?.[0] ?? '', segment.exec(b)?.[0] ?? ''];
    const order = numeric ? compareNumbers(headA, headB) : compareText(headA, headB);
    if (order !== 0) return order;
    a = a.slice(headA.length);
    b = b.slice(headB.length);
  }
}

/** From what makes a version oldest; the end of a version ranks behind the first. */
const MARKS = ['~', '-', '^', '.'] as const;

function isDigit(text: string): boolean {
  return /^[0-9]/.test(text);
}

/** Digits of any number; no number at all is older than every number. */
function compareNumbers(a: string, b: string): number {
  if (a === '' || b === '') return Math.sign(a.length - b.length);
  const [plainA, plainB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return Math.sign(plainA.length - plainB.length) || compareText(plainA, plainB);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
