import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootDisk, rootReached } from '../helpers/disk.ts';
import { machineKernel } from '../helpers/kernel.ts';
import { cache } from '../helpers/paths.ts';
import { boot, unpackErrors } from '../helpers/qemu.ts';
import { type Ran, explain } from '../helpers/run.ts';
import { type ThrowAwayHost, bare } from '../helpers/throw-away-host.ts';
import { type Generator, generators, output } from './generators.ts';
import { installInHost, memoryFile, workstation } from './workstation.ts';
import { managerTable } from './managers.ts';
import { median } from './median.ts';
import { allModules } from './modules.ts';
import { writerSeconds } from './writer.ts';

// Side by side in copies of one Debian 13, for a virtual machine with / on a disk: npm run bench [-- RUNS]. Builds and
// boots of all generators take turns, so that a machine that grows slower or faster in between does so for all of them.

interface Figures {
  readonly seconds: number[];
  /** Thousand million instructions of the guest from the kernel's start to the root's init. */
  readonly bootWork: number[];
  bytes: number;
}

type Hosts = Readonly<Record<Generator['host'], ThrowAwayHost>>;

const uuid = '0d7b8f4e-2f0a-4a3c-9c55-6a1b1b0f7a31';

const sizeGoals = [
  ['pkginitrd', 'dracut --hostonly', 'at most 1.50'],
  ['pkginitrd --generic', 'dracut --no-hostonly', 'below 1'],
  ['pkginitrd --generic', 'mkosi-initrd', 'at most 1'],
] as const;

await main(Number(process.argv[2] ?? 3));

async function main(runs: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pkginitrd-bench-'));
  try {
    const host = await workstation(join(directory, 'workstation'));
    const hosts = { common: host, own: await workstation(join(directory, 'another')) };
    report(await measure(hosts, directory, runs));
    for (const line of await managerTable(runs, directory)) print(line);
    await smallThings(host, runs);
    for (const kernel of [host.kernel, machineKernel()]) {
      if (kernel !== undefined) print(await allModules(kernel, runs));
    }
    await writer(runs);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(
  hosts: Hosts,
  directory: string,
  runs: number,
): Promise<ReadonlyMap<string, Figures>> {
  const figures = new Map<string, Figures>();
  const usable = await installed(hosts);
  const disk = await rootDisk({ directory, label: 'bench', uuid });
  for (let round = 0; round <= runs; round += 1) {
    for (const generator of [...usable]) {
      const host = hosts[generator.host];
      const image = generator.name.replaceAll(/\W+/g, '-');
      const argv = generator.build(host.kernel.version, image);
      const ran = await host.enter(argv);
      if (ran.code !== 0) {
        print(`${generator.name} failed, left out:\n${explain(argv, ran)}`);
        figures.delete(generator.name);
        usable.splice(usable.indexOf(generator), 1);
        continue;
      }
      // The first round fills the caches.
      if (round === 0) continue;
      const path = builtFile(host, image);
      const found = figures.get(generator.name) ?? { seconds: [], bootWork: [], bytes: 0 };
      figures.set(generator.name, found);
      found.seconds.push(ran.milliseconds / 1000);
      found.bytes = statSync(path).size;
      const work = await bootWork(host.kernel.image, path, disk);
      if (work !== undefined) found.bootWork.push(work);
      print(`${generator.name}, run ${round}: ${(ran.milliseconds / 1000).toFixed(1)} s`);
      if (generator.name === 'pkginitrd' && round === runs) print(ran.stdout + ran.stderr);
    }
  }
  return figures;
}

async function installed(hosts: Hosts): Promise<Generator[]> {
  const usable: Generator[] = [];
  for (const generator of generators) {
    if (generator.packages.length > 0) {
      const ran = await installInHost(hosts[generator.host], generator.packages);
      if (ran.code !== 0) {
        print(`${generator.name} cannot be installed, left out:\n${ran.stderr}`);
        continue;
      }
    }
    usable.push(generator);
  }
  return usable;
}

// mkosi adds its own suffix.
function builtFile(host: ThrowAwayHost, image: string): string {
  for (const suffix of ['', '.img', '.cpio.zst', '.cpio']) {
    const path = join(host.upper, output, `${image}${suffix}`);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path;
  }
  throw new Error(`Cannot find the image ${image} in ${output}`);
}

/** Thousand million instructions from the kernel's start to the root's init. */
async function bootWork(kernel: string, initrd: string, disk: string): Promise<number | undefined> {
  const booted = await boot({
    ...{ kernel, initrd, disks: [disk], until: rootReached, countsInstructions: true },
    commandLine: `root=UUID=${uuid} rw quiet`,
    timeout: 600_000,
  });
  const times = /^ROOT-UPTIME ([\d.]+)\nROOT-IDLE ([\d.]+) (\d+)$/m.exec(booted.transcript);
  if (booted.reached && times !== null) {
    const [, uptime, idle, waitingTicks] = times.map(Number);
    return (uptime ?? 0) - (idle ?? 0) - (waitingTicks ?? 0) / 100;
  }
  const lines = booted.transcript.trim().split('\n').slice(-5);
  print(
    `${initrd} did not boot (${booted.end}): ${[...unpackErrors(booted.transcript), ...lines].join('\n')}`,
  );
  return undefined;
}

async function smallThings(host: ThrowAwayHost, runs: number): Promise<void> {
  const { version } = host.kernel;
  const peak = Number(readFileSync(join(host.upper, memoryFile), 'utf8')) / 1024;
  print(`own peak memory: ${peak.toFixed(0)} MiB (target 150 MB)`);

  const dryRuns: number[] = [];
  const argv = ['pkginitrd', 'build', '--dry-run', '-k', version, '--host-root', bare];
  for (let round = 0; round <= runs; round += 1) {
    const ran = await host.enter([
      'sh',
      '-c',
      `t=$(date +%s%N); "$@" >&2; echo $(($(date +%s%N) - t))`,
      'sh',
      ...argv,
    ]);
    if (round > 0) dryRuns.push(nanoseconds(ran) / 1e6);
  }
  const found = await host.enter(['find', `/usr/lib/modules/${version}`, '-name', '*.ko*']);
  const modules = found.stdout.split('\n').length - 1;
  print(`dry run over ${modules} modules, packages resolved: ${median(dryRuns).toFixed(0)} ms`);

  const loop = `t=$(date +%s%N); for i in $(seq 100); do "$@"; done; echo $(($(date +%s%N) - t))`;
  const plugin = '/usr/lib/kernel/install.d/52-pkginitrd.install';
  for (const args of [
    ['add', version, '/efi/x', '/vmlinuz'],
    ['remove', version, '/efi/x'],
  ]) {
    const times: number[] = [];
    for (let round = 0; round < runs; round += 1) {
      const skipped = await host.enter(['sh', '-c', loop, 'sh', plugin, ...args]);
      times.push(nanoseconds(skipped) / 1e8);
    }
    print(`plugin, ${args[0]} for another generator: ${median(times).toFixed(2)} ms (target 5 ms)`);
  }
}

async function writer(runs: number): Promise<void> {
  const { megabytes, ours, floor } = await writerSeconds(join(cache, 'trixie/usr'), runs);
  const [own, zstd] = [median(ours), median(floor)];
  print(
    `cpio of ${megabytes.toFixed(0)} MB through zstd -3: ${own.toFixed(2)} s, ` +
      `zstd alone on the finished archive ${zstd.toFixed(2)} s (${(own / zstd).toFixed(2)})`,
  );
}

function nanoseconds(ran: Ran): number {
  if (ran.code !== 0) throw new Error(explain(['bench'], ran));
  return Number(ran.stdout.trim().split('\n').at(-1));
}

function report(figures: ReadonlyMap<string, Figures>): void {
  const heads = ['build s', 'MiB', 'boot Ginstr'].map((head) => head.padStart(16)).join('');
  print(`\n${'median (× ours)'.padEnd(26)}${heads}`);
  for (const { name, against } of generators) {
    const found = figures.get(name);
    if (found === undefined) continue;
    const own = figures.get(against);
    const values = [figuresOf(found), own === undefined ? undefined : figuresOf(own)] as const;
    const cells = values[0].map((value, index) => {
      const base = values[1]?.[index];
      const ratio = base === undefined ? '' : ` (${(value / base).toFixed(2)})`;
      return `${value.toFixed(1)}${ratio}`.padStart(16);
    });
    print(name.padEnd(26) + cells.join(''));
  }
  for (const [ours, theirs, most] of sizeGoals) {
    const [own, other] = [figures.get(ours), figures.get(theirs)];
    if (own === undefined || other === undefined) continue;
    const ratio = (own.bytes / other.bytes).toFixed(2);
    print(`size of ${ours}: ${ratio} of ${theirs}'s (target ${most})`);
  }
}

function figuresOf({ seconds, bytes, bootWork: work }: Figures): readonly number[] {
  return [median(seconds), bytes / 2 ** 20, median(work)];
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
