// npm run planted [-- EVERY]: plants each fault into each file of a good image's boot path in turn, and holds verify's
// verdict against the boot's. EVERY: only each so many faults. Hours in full; what was booted once is not booted again.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rootDisk } from '../disk.ts';
import { builtImage } from '../image.ts';
import { machineKernel, type Kernel } from '../kernel.ts';
import { cache } from '../paths.ts';
import { bootFault } from './boot-fault.ts';
import { bootPath, rootModules } from './boot-path.ts';
import { faultsOf, plantFault } from './faults.ts';
import { readFiles } from './image-files.ts';
import { judgeOf } from './judge.ts';

const guests = 2;

async function main(kernel: Kernel, every: number): Promise<number> {
  const image = await builtImage(kernel);
  const good = await readFiles(image);
  const judge = judgeOf(good, kernel.version);
  const faults = faultsOf(good, bootPath(good, rootModules)).filter((_, at) => at % every === 0);
  const verdicts = join(cache, 'planted', basename(dirname(image)));
  mkdirSync(verdicts, { recursive: true });
  const directory = mkdtempSync(join(verdicts, 'disks-'));
  const uuid = '4d2f3c58-0f67-4a2c-8a6a-51f4a9d5c1e7';
  const disk = await rootDisk({ directory, label: 'root', uuid });
  let wrong = 0;
  const pending = [...faults];
  const work = async (own: string): Promise<void> => {
    for (let fault = pending.shift(); fault !== undefined; fault = pending.shift()) {
      const [error] = await judge(plantFault(good, fault));
      const commandLine = `root=UUID=${uuid} rw`;
      const guest = { kernel: kernel.image, disk: own, commandLine, directory: verdicts };
      const came = await bootFault(guest, good, fault);
      const agrees = (error === undefined) === (came === 'boots');
      if (!agrees) wrong++;
      const row = [agrees ? '' : 'WRONG', fault.kind, fault.path, came, error ?? 'passes'];
      process.stdout.write(`${row.join('\t')}\n`);
    }
  };
  // Two guests do not write to one disk.
  const disks = Array.from({ length: guests }, (_, index) => join(directory, `${index}.img`));
  for (const each of disks) copyFileSync(disk, each);
  await Promise.all(disks.map(work));
  rmSync(directory, { recursive: true });
  process.stdout.write(`${faults.length} faults, ${wrong} wrong verdicts\n`);
  return wrong;
}

const kernel = machineKernel();
if (kernel === undefined) throw new Error('No kernel: run tests/helpers/setup.sh');
process.exitCode = (await main(kernel, Number(process.argv[2] ?? '1'))) === 0 ? 0 : 1;
