import { existsSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Outcome } from './build.ts';
import { parseCommandLine } from './cli/parse.ts';
import { printError } from './cli/print-error.ts';
import { printPlan, printPlanJson } from './cli/print-plan.ts';
import { printWhy } from './cli/print-why.ts';
import { printWhyFile } from './cli/print-why-file.ts';
import { printReceipt } from './cli/print-receipt.ts';
import { settings } from './config/settings.ts';
import { traceEverything } from './log.ts';
import { absolutePath, type AbsolutePath } from './model/brands.ts';
import type { Architecture } from './model/config.ts';
import { BuildError, UsageError } from './model/errors.ts';
import type { BuildInvocation, Invocation, WhyInvocation } from './model/invocation.ts';
import type { Plan } from './model/plan.ts';
import type { Sys } from './model/sys.ts';
import { readHostOwners } from './packages/install.ts';
import { makeSys } from './sys/sys.ts';

// esbuild puts the version of package.json here.
declare const PKGINITRD_VERSION: string | undefined;
const version = typeof PKGINITRD_VERSION === 'string' ? PKGINITRD_VERSION : 'development';

async function main(): Promise<number> {
  try {
    const invocation = await parseCommandLine(process.argv.slice(2), process.env, process.cwd(), {
      version,
      settings,
    });
    return await answer(invocation);
  } catch (error) {
    const { text, exitCode } = printError(error);
    process.stderr.write(text);
    // kernel-install hands our exit code on: one that means "failed" to everybody, whatever failed.
    return process.argv[2] === 'kernel-install' ? 1 : exitCode;
  }
}

async function answer(invocation: Invocation): Promise<number> {
  switch (invocation.type) {
    case 'text':
      process.stdout.write(invocation.text);
      return 0;
    case 'skip':
      if (invocation.verbose) process.stderr.write(`pkginitrd: ${invocation.reason}\n`);
      return 0;
    case 'build':
      return buildAndReport(invocation);
    case 'why':
      return tellWhy(invocation);
    default:
      return invocation satisfies never;
  }
}

async function tellWhy({ subject, build: invocation }: WhyInvocation): Promise<number> {
  const outcome = await run(invocation);
  const text =
    outcome.type === 'plan' ? await whyText(outcome.plan, subject, invocation) : undefined;
  if (text === undefined) {
    throw new BuildError(`Cannot find "${subject}" in what would be built`, {
      hint: 'Files of packages that the host has not installed are not known; see "pkginitrd build --dry-run"',
    });
  }
  process.stdout.write(text);
  return 0;
}

// The packages' files are asked for only when the plan itself has no answer.
async function whyText(
  plan: Plan,
  subject: string,
  { hostRoot }: BuildInvocation,
): Promise<string | undefined> {
  const text = printWhy(plan, subject);
  if (text !== undefined) return text;
  return printWhyFile(
    plan,
    subject,
    await readHostOwners(makeMachine(), plan.packages.manager, hostRoot),
  );
}

async function buildAndReport(invocation: BuildInvocation): Promise<number> {
  report(await run(invocation), invocation);
  return 0;
}

async function run(invocation: BuildInvocation): Promise<Outcome> {
  if (invocation.debug) traceEverything();
  if (invocation.mode === 'build' && process.getuid?.() !== 0) {
    throw new UsageError(
      `Cannot build as user ${process.getuid?.()}: installing packages needs root`,
      'Run it with sudo; "--dry-run" works for every user',
    );
  }
  const say = (sentence: string): void => {
    const wanted = invocation.verbose || invocation.destination.type === 'path';
    if (wanted && invocation.mode === 'build') process.stderr.write(`${sentence}\n`);
  };
  return await build(makeMachine(), invocation, {
    vendorDirectory: vendorDirectory(),
    architecture: architecture(process.arch),
    temporaryDirectory: absolutePath(process.env['TMPDIR'] ?? '/var/tmp'),
    progress: say,
  });
}

function makeMachine(): Sys {
  return makeSys({
    signal: cancelOnSignal(),
    searchPath: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
  });
}

function report(outcome: Outcome, invocation: BuildInvocation): void {
  switch (outcome.type) {
    case 'plan':
      process.stdout.write(
        invocation.mode === 'dry-run-json' ? printPlanJson(outcome.plan) : printPlan(outcome.plan),
      );
      return;
    case 'prebuilt':
      if (invocation.verbose) {
        process.stderr.write(`pkginitrd: Took the prebuilt "${outcome.source}"\n`);
      }
      return;
    case 'built':
      // kernel-install runs inside a package manager's transaction, where only problems are worth a line.
      if (invocation.destination.type === 'path' || invocation.verbose) {
        process.stdout.write(printReceipt(outcome.receipt));
      } else {
        for (const warning of outcome.receipt.warnings) {
          process.stderr.write(`pkginitrd: Warning: ${warning}\n`);
        }
      }
      return;
    default:
      outcome satisfies never;
  }
}

function cancelOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(signal));
  }
  return controller.signal;
}

// Installed, the drop-ins lie beside the program; in a checkout, in a folder of their own.
function vendorDirectory(): AbsolutePath {
  const program = realpathSync(fileURLToPath(import.meta.url));
  const checkout = absolutePath(`${program}/../../dropins`);
  return existsSync(checkout) ? checkout : absolutePath(`${program}/..`);
}

const architectures: Readonly<Record<string, Architecture>> = {
  x64: 'x86-64',
  arm64: 'arm64',
  riscv64: 'riscv64',
  ppc64: 'ppc64-le',
  s390x: 's390x',
  loong64: 'loongarch64',
};

function architecture(node: string): Architecture {
  const found = architectures[node];
  if (found === undefined) throw new UsageError(`Cannot build for the architecture "${node}"`);
  return found;
}

// Last: a module's constants are not there before it has run down to them.
process.exitCode = await main();
