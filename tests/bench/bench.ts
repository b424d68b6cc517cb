import {
  createReadStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byteReader } from '../../src/formats/byte-reader.ts';
import { readMembers } from '../../src/formats/initrd/members.ts';
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
import { rebuildRound } from './rebuilds.ts';
import { type Figures, type Measured, describe, emptyFigures, json } from './report.ts';
import { timed } from './timed.ts';
import { writerSeconds } from './writer.ts';

// Side by side in copies of one Debian 13, for a virtual machine with / on a disk: npm run bench [-- ROUNDS [ROW...]]. Builds
// and boots of all generators take turns, so that a machine that grows slower or faster in between does so for all of them.
// Medians and ratios are printed, and all figures are left in .cache/bench.json. ROW is the beginning of a row's name: those
// alone are measured, and nothing beside the table.

type Hosts = Readonly<Record<Generator['host'], ThrowAwayHost>>;

const uuid = '0d7b8f4e-2f0a-4a3c-9c55-6a1b1b0f7a31';

const [, , givenRounds = '5', ...rows] = process.argv;
await main(Number(givenRounds));

async function main(rounds: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'pkginitrd-bench-'));
  try {
    const host = await workstation(join(directory, 'workstation'));
    const hosts = {
      common: host,
      own: await workstation(join(directory, 'another')),
      debian: await workstation(join(directory, 'third')),
    };
    const figures = await measure(hosts, directory, rounds);
    print(describe(figures));
    const left = join(cache, 'bench.json');
    writeFileSync(left, json(figures));
    print(`all figures: ${left}`);
    if (rows.length > 0) return;
    for (const line of await managerTable(rounds, directory)) print(line);
    await smallThings(host, rounds);
    for (const kernel of [host.kernel, machineKernel()]) {
      if (kernel !== undefined) print(await allModules(kernel, rounds));
    }
    await writer(rounds);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(
  hosts: Hosts,
  directory: string,
  rounds: number,
): Promise<ReadonlyMap<string, Figures>> {
  const figures = new Map<string, Figures>();
  const of = (name: string): Figures => {
    const found = figures.get(name) ?? emptyFigures();
    figures.set(name, found);
    return found;
  };
  const usable = await installed(hosts);
  const disk = await rootDisk({ directory, label: 'bench', uuid });
  // The first round fills the caches.
  for (let round = 0; round <= rounds; round += 1) {
    const began = performance.now();
    for (const generator of [...usable]) {
      try {
        const found = await buildOnce(generator, hosts[generator.host], disk, round > 0);
        if (found !== undefined) of(generator.name).push(found);
      } catch (error) {
        print(`${generator.name} failed, left out:\n${String(error)}`);
        figures.delete(generator.name);
        usable.splice(usable.indexOf(generator), 1);
      }
    }
    await rebuildRound(hosts.common, isWanted, (name, { seconds, processorSeconds, peak }) => {
      if (round > 0) of(`pkginitrd: ${name}`).push({ seconds, processorSeconds, peak });
    });
    print(`round ${round}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
  return figures;
}

/** Builds, and boots what was built where it counts. */
async function buildOnce(
  generator: Generator,
  host: ThrowAwayHost,
  disk: string,
  counts: boolean,
): Promise<Measured | undefined> {
  const image = generator.name.replaceAll(/\W+/g, '-');
  const { seconds, processorSeconds, peak, ran } = await timed(
    host,
    generator.build(host.kernel.version, image),
  );
  if (!counts) return undefined;
  print(`${generator.name}: ${seconds.toFixed(1)} s`);
  if (generator.name === 'pkginitrd') print(ran.stdout + ran.stderr);
  const path = builtFile(host, image);
  const size = statSync(path).size / 2 ** 20;
  const work = await bootWork(host.kernel.image, path, disk);
  return {
    ...{ seconds, processorSeconds, peak, size },
    sizeWithoutMicrocode: size - (await leadingBytes(path)) / 2 ** 20,
    ...(work === undefined ? {} : { bootWork: work }),
  };
}

/** Of the archives before the first compressed one: the kernel looks for microcode there alone. */
async function leadingBytes(image: string): Promise<number> {
  let bytes = 0;
  const reader = byteReader(createReadStream(image));
  await readMembers(reader, nothing, {
    onMember: ({ compression, offset }) => {
      if (compression !== 'none' && bytes === 0) bytes = offset;
    },
    onEntry: () => undefined,
    onProblem: () => undefined,
    wants: () => false,
  });
  await reader.close();
  return bytes;
}

// The first compressed member ends the walk.
async function* nothing(): AsyncGenerator<Uint8Array> {}

function isWanted(row: string): boolean {
  return rows.length === 0 || rows.some((each) => row.startsWith(each));
}

async function installed(hosts: Hosts): Promise<Generator[]> {
  const usable: Generator[] = [];
  for (const generator of generators.filter(({ name }) => isWanted(name))) {
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

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
