// npm run planted [-- EVERY [IMAGE KERNEL VERSION]]: plants each fault into each file of a good image, and holds verify's
// verdict against the boot's. Faults that pass are planted all at once, and where that does not boot each half of them, down to
// the one that ends it; those that are refused are booted one by one, which takes hours: EVERY boots only each so many of them.
// Neither is a boot or a verdict repeated, as long as the image and verify stay the same. Of what is refused and boots, one kind
// is right to be refused: a library or an index that is cut off behind what this one boot needs of it.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { rootDisk } from '../disk.ts';
import { builtImage, digestOf } from '../image.ts';
import { machineKernel } from '../kernel.ts';
import { cache, checkout } from '../paths.ts';
import { bootFaults, type Guest } from './boot-fault.ts';
import { faultsOf, kinds, type Fault, type Kind } from './faults.ts';
import { readFiles, type Files } from './image-files.ts';
import { judgeOf, refusedOf, type Refused } from './judge.ts';
import { pathsToHarm } from './paths-to-harm.ts';

interface Subject {
  readonly image: string;
  /** The kernel's own file. */
  readonly kernel: string;
  readonly version: string;
}

async function main(subject: Subject, every: number): Promise<number> {
  const good = await readFiles(subject.image);
  const digest = createHash('sha256').update(readFileSync(subject.image)).digest('hex');
  const verdicts = join(cache, 'planted', digest);
  mkdirSync(verdicts, { recursive: true });
  const directory = mkdtempSync(join(verdicts, 'disk-'));
  const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
  const disk = join(directory, 'disk.img');
  copyFileSync(await rootDisk({ directory, label: 'root', uuid }), disk);
  const commandLine = `root=UUID=${uuid} rw`;
  const guest = { kernel: subject.kernel, disk, commandLine, directory: verdicts };
  const judge = judgeOf(good, subject.version);
  const rows: string[][] = [];
  const suspects = new Set<string>();
  for (const kind of kinds) {
    const faults = faultsOf(good, pathsToHarm(good)).filter((fault) => fault.kind === kind);
    const refused = await refusedOnce(verdicts, kind, () =>
      refusedOf(judge, good, faults, suspects),
    );
    for (const { fault } of refused) suspects.add(fault.path);
    const names = new Set(refused.map(({ fault }) => fault.path));
    const passed = faults.filter(({ path }) => !names.has(path));
    tell([kind, `${passed.length} pass, ${refused.length} are refused`]);
    const ending = await thatEndBoot(guest, good, passed);
    const sample = refused.filter((_, at) => at % every === 0);
    const booting = await thatBoot(guest, good, sample);
    rows.push(
      [kind, passed.length, ending.length, refused.length, sample.length, booting.length].map(
        String,
      ),
    );
  }
  rmSync(directory, { recursive: true });
  tell(['kind', 'passed', 'do not boot', 'refused', 'booted', 'boot']);
  for (const row of rows) tell(row);
  return rows.filter(([, , ending, , , booting]) => ending !== '0' || booting !== '0').length;
}

/** What verify refuses does not change with what is booted. */
async function refusedOnce(
  directory: string,
  kind: Kind,
  judge: () => Promise<readonly Refused[]>,
): Promise<readonly Refused[]> {
  const rules = digestOf(['verify', 'formats'].map((room) => join(checkout, 'src', room)));
  const file = join(directory, `refused-${kind}-${rules}.json`);
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(await judge()));
  const stored: readonly Refused[] = JSON.parse(readFileSync(file, 'utf8'));
  return stored;
}

/**
 * Those of the faults that pass and end the boot, each by itself: a group that does not boot is halved. Two that boot apart and
 * not together are no fault of verify, which is about one image with one fault.
 */
async function thatEndBoot(
  guest: Guest,
  good: Files,
  faults: readonly Fault[],
): Promise<readonly Fault[]> {
  const [first] = faults;
  if (first === undefined) return [];
  const came = await bootFaults(guest, good, faults);
  tell(['', `${faults.length} that pass, from ${first.path} on`, came]);
  if (came === 'boots') return [];
  if (faults.length === 1) {
    tell(['', first.kind, first.path, came, 'WRONG, passes']);
    return faults;
  }
  const middle = Math.ceil(faults.length / 2);
  return [
    ...(await thatEndBoot(guest, good, faults.slice(0, middle))),
    ...(await thatEndBoot(guest, good, faults.slice(middle))),
  ];
}

async function thatBoot(
  guest: Guest,
  good: Files,
  refused: readonly Refused[],
): Promise<readonly Fault[]> {
  const booting: Fault[] = [];
  for (const { fault, error } of refused) {
    const came = await bootFaults(guest, good, [fault]);
    if (came === 'boots') booting.push(fault);
    tell(['', fault.kind, fault.path, came, came === 'boots' ? `WRONG, refused: ${error}` : error]);
  }
  return booting;
}

function tell(row: readonly string[]): void {
  process.stdout.write(`${row.join('\t')}\n`);
}

async function machineSubject(): Promise<Subject> {
  const kernel = machineKernel();
  if (kernel === undefined) throw new Error('No kernel: run tests/helpers/setup.sh');
  return { image: await builtImage(kernel), kernel: kernel.image, version: kernel.version };
}

const [every = '1', image, kernel, version] = process.argv.slice(2);
const isGiven = image !== undefined && kernel !== undefined && version !== undefined;
const subject = isGiven ? { image, kernel, version } : await machineSubject();
process.exitCode = (await main(subject, Number(every))) === 0 ? 0 : 1;
