// npm run planted [-- EVERY [IMAGE KERNEL VERSION]]: plants each fault into each file of a good image's boot path, and holds
// verify's verdict against the boot's. Faults that pass are planted all at once, and halved where that does not boot; those
// that are refused are booted one by one, which takes hours: EVERY boots only each so many of them. What was booted once
// is not booted again.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rootDisk } from '../disk.ts';
import { builtImage } from '../image.ts';
import { machineKernel } from '../kernel.ts';
import { cache } from '../paths.ts';
import { bootFaults, type Guest } from './boot-fault.ts';
import { bootPath, rootModules } from './boot-path.ts';
import { faultsOf, kinds, plantFault, type Fault } from './faults.ts';
import { readFiles, type Files } from './image-files.ts';
import { judgeOf } from './judge.ts';

interface Subject {
  readonly image: string;
  /** The kernel's own file. */
  readonly kernel: string;
  readonly version: string;
}

async function main(subject: Subject, every: number): Promise<number> {
  const good = await readFiles(subject.image);
  const { passed, refused } = await judged(good, subject.version);
  const digest = createHash('sha256').update(readFileSync(subject.image)).digest('hex');
  const verdicts = join(cache, 'planted', digest);
  mkdirSync(verdicts, { recursive: true });
  const directory = mkdtempSync(join(verdicts, 'disk-'));
  const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
  const disk = join(directory, 'disk.img');
  copyFileSync(await rootDisk({ directory, label: 'root', uuid }), disk);
  const commandLine = `root=UUID=${uuid} rw`;
  const guest = { kernel: subject.kernel, disk, commandLine, directory: verdicts };
  let wrong = 0;
  for (const kind of kinds) {
    const closed = await thatDoNotBoot(
      guest,
      good,
      passed.filter((fault) => fault.kind === kind),
    );
    for (const { fault, came } of closed) tell(['WRONG', fault.kind, fault.path, came, 'passes']);
    wrong += closed.length;
  }
  const sample = refused.filter((_, at) => at % every === 0);
  for (const { fault, error } of sample) {
    const came = await bootFaults(guest, good, [fault]);
    if (came === 'boots') wrong++;
    tell([came === 'boots' ? 'WRONG' : '', fault.kind, fault.path, came, error]);
  }
  rmSync(directory, { recursive: true });
  tell([`${passed.length} faults passed, ${sample.length} refused, ${wrong} wrong verdicts`]);
  return wrong;
}

interface Judged {
  readonly passed: readonly Fault[];
  readonly refused: readonly { readonly fault: Fault; readonly error: string }[];
}

async function judged(good: Files, version: string): Promise<Judged> {
  const judge = judgeOf(good, version);
  const passed: Fault[] = [];
  const refused: { fault: Fault; error: string }[] = [];
  for (const fault of faultsOf(good, bootPath(good, rootModules))) {
    const [error] = await judge(plantFault(good, fault));
    if (error === undefined) passed.push(fault);
    else refused.push({ fault, error });
  }
  return { passed, refused };
}

/** An image that boots with many faults boots with each of them. */
async function thatDoNotBoot(
  guest: Guest,
  good: Files,
  faults: readonly Fault[],
): Promise<readonly { readonly fault: Fault; readonly came: string }[]> {
  const [first, second] = faults;
  if (first === undefined) return [];
  const came = await bootFaults(guest, good, faults);
  tell(['', first.kind, `${faults.length} faults that pass`, came]);
  if (came === 'boots') return [];
  if (second === undefined) return [{ fault: first, came }];
  const middle = Math.ceil(faults.length / 2);
  return [
    ...(await thatDoNotBoot(guest, good, faults.slice(0, middle))),
    ...(await thatDoNotBoot(guest, good, faults.slice(middle))),
  ];
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
