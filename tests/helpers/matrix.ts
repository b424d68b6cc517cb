// npm run test:matrix [WORD...]: all rows of the table of roots, or those whose names have a word; two guests at a time.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarios } from '../boot/scenarios.ts';
import { runScenario, type Scenario } from './scenario.ts';

interface Done {
  readonly row: Scenario;
  readonly seconds: number;
  /** Where the console's words are; undefined where the row is right. */
  readonly fault?: string;
}

const words = process.argv.slice(2);
const pending = scenarios.filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
const done: Done[] = [];
await Promise.all([0, 1].map(inLane));
process.stdout.write(`\n${tableOf(done)}`);
process.exitCode = done.length > 0 && done.every(({ fault }) => fault === undefined) ? 0 : 1;

async function inLane(lane: number): Promise<void> {
  for (let row = pending.shift(); row !== undefined; row = pending.shift()) {
    const result = await tried(row, lane);
    done.push(result);
    process.stderr.write(`${lineOf(result)}\n`);
  }
}

async function tried(row: Scenario, lane: number): Promise<Done> {
  const began = performance.now();
  const directory = mkdtempSync(join(tmpdir(), 'pkginitrd-matrix-'));
  let fault: string | undefined;
  try {
    await runScenario(row, directory, lane);
  } catch (error) {
    fault = join(tmpdir(), `pkginitrd-matrix-${row.name.replaceAll(/\W+/g, '-')}.log`);
    writeFileSync(fault, error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const seconds = Math.round((performance.now() - began) / 1000);
  return { row, seconds, ...(fault === undefined ? {} : { fault }) };
}

function tableOf(all: readonly Done[]): string {
  const order = new Map(scenarios.map(({ name }, index) => [name, index]));
  const rows = all.toSorted((a, b) => (order.get(a.row.name) ?? 0) - (order.get(b.row.name) ?? 0));
  const booted = rows.filter(({ fault }) => fault === undefined).length;
  return [...rows.map(lineOf), `${booted} of ${rows.length} rows boot`, ''].join('\n');
}

function lineOf({ row, seconds, fault }: Done): string {
  const verdict = fault === undefined ? 'boots' : `fails: ${fault}`;
  return `${row.name.padEnd(64)} ${row.image.padEnd(8)} ${String(seconds).padStart(5)} s  ${verdict}`;
}
