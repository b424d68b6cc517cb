// What a guest lets people feel and hear: a braille display at its second serial port, and its speaker.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Senses {
  /** Options of QEMU, and its machine type. */
  readonly options: readonly string[];
  readonly machine: string;
  /** All letters that the display has shown, one screen after the other. */
  felt(): string;
  isHeard(): boolean;
}

export function makeSenses(directory: string): Senses {
  mkdirSync(directory, { recursive: true });
  const [display, speaker] = [join(directory, 'display'), join(directory, 'speaker.wav')];
  return {
    options: ['-serial', `file:${display}`, '-audiodev', `wav,id=speaker,path=${speaker}`],
    machine: 'q35,pcspk-audiodev=speaker',
    felt: () => lettersOf(readFileSync(display, 'utf8')),
    // Behind the header. Silence is the middle of the scale, or is not written.
    isHeard: () => new Set(readFileSync(speaker).subarray(44)).size > 2,
  };
}

const alphabet = '⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵';

/** What moves a terminal's cursor goes, and what is no letter becomes a space. */
function lettersOf(text: string): string {
  // eslint-disable-next-line no-control-regex
  const cells = text.replaceAll(/\u001B(?:\[[0-9;?]*[A-Za-z]|[()].|[^[()])|[\u0000-\u001F]/g, '');
  return cells.replaceAll(/./gsu, (cell) => {
    const index = alphabet.indexOf(cell);
    return index === -1 ? ' ' : String.fromCharCode(97 + index);
  });
}
