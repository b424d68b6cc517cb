import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCommandLine } from './cli/parse.ts';
import { printError } from './cli/print-error.ts';
import { jsonReporter, liveReporter, plainReporter } from './cli/reporters.ts';
import { settings } from './config/settings.ts';
import { absolutePath, type AbsolutePath } from './model/brands.ts';
import type { Architecture } from './model/config.ts';
import { UsageError } from './model/errors.ts';
import type { Report } from './model/progress.ts';
import { proxyVariables } from './sys/proxies.ts';
import type { Surroundings } from './verbs/verb.ts';
import type { Task } from './verbs/verbs.ts';

// esbuild puts the version of package.json here.
declare const PKGINITRD_VERSION: string | undefined;
const version = typeof PKGINITRD_VERSION === 'string' ? PKGINITRD_VERSION : 'development';

async function main(): Promise<number> {
  let report = plainReporter(toStderr);
  try {
    const invocation = await parseCommandLine(process.argv.slice(2), process.env, process.cwd(), {
      version,
      settings,
    });
    if (invocation.type === 'text') {
      process.stdout.write(invocation.text);
      return 0;
    }
    // Loaded when the command line is read: help and version need none of it.
    const { makeSys } = await import('./sys/sys.ts');
    const { runVerb } = await import('./verbs/verbs.ts');
    const sys = makeSys({
      signal: cancelOnSignal(),
      proxies: proxyVariables(process.env),
      searchPath: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    });
    report = reporterFor(invocation);
    const { result, remarks, failure, exitCode } = await runVerb(
      sys,
      invocation,
      surroundings(report),
    );
    process.stdout.write(result);
    for (const text of remarks) report({ type: 'message', text });
    if (failure !== undefined) throw failure;
    return exitCode ?? 0;
  } catch (error) {
    const { text, exitCode } = printError(error);
    report({ type: 'message', text: text.trimEnd() });
    // kernel-install hands our exit code on: one that means "failed" to everybody, whatever failed.
    return /^kernel-(?:install|entry)$/.test(process.argv[2] ?? '') ? 1 : (cut ?? exitCode);
  }
}

function cancelOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      cut = 128 + constants.signals[signal];
      controller.abort(signal);
    });
  }
  return controller.signal;
}

// The exit code of a program that a signal ended, as a shell gives it.
let cut: number | undefined;

// A reader that has gone away, or a full disk behind a redirection, is no reason to fail what is done and placed.
function outliveOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.stderr.write(`pkginitrd: Warning: Cannot print the result: ${error.code}\n`);
  });
  process.stderr.on('error', () => {});
}

function surroundings(report: Report): Surroundings {
  return {
    vendorDirectory: vendorDirectory(),
    architecture: architecture(process.arch),
    temporaryDirectory: temporaryDirectory(process.env['TMPDIR']),
    memoryDirectories: process.env['TMPDIR'] ? [] : memoryDirectories,
    user: process.getuid?.(),
    tool,
    runtime: `Node.js ${process.version} ${process.arch}`,
    tell: (text) => report({ type: 'message', text }),
    report,
    // Set for maintainer scripts and what they run.
    inTransaction: process.env['DPKG_RUNNING_VERSION'] !== undefined,
  };
}

// On a terminal that understands more than lines, the step at work is one line that is written over.
function reporterFor(invocation: Task): Report {
  const { stderr } = process;
  const now = (): number => performance.now();
  if (invocation.type === 'build' && invocation.format === 'json')
    return jsonReporter(toStderr, now);
  const isDumb = ['', 'dumb', undefined].includes(process.env['TERM']);
  const isTraced = 'debug' in invocation && invocation.debug;
  return stderr.isTTY && !isDumb && !isTraced
    ? liveReporter({ write: toStderr, columns: () => stderr.columns || 80, now })
    : plainReporter(toStderr);
}

function temporaryDirectory(raw: string | undefined): AbsolutePath {
  // Empty is unset to every program that reads it.
  if (!raw) return absolutePath('/var/tmp');
  if (raw.startsWith('/')) return absolutePath(raw);
  throw new UsageError(`Cannot use TMPDIR="${raw}": expected a path from "/"`);
}

// Where distributions mount a tmpfs. The second is noexec on some, the third lies on the disk on others.
const memoryDirectories = ['/dev/shm', '/run', '/tmp'].map(absolutePath);

// All files of the bundle.
function tool(): string | undefined {
  if (version === 'development') return undefined;
  const directory = dirname(realpathSync(fileURLToPath(import.meta.url)));
  const hash = createHash('sha256');
  for (const name of readdirSync(directory).sort()) {
    if (name.endsWith('.mjs')) hash.update(`${name}\n`).update(readFileSync(join(directory, name)));
  }
  return `${version} ${hash.digest('hex').slice(0, 32)}`;
}

function toStderr(text: string): void {
  process.stderr.write(text);
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
outliveOutput();
process.exitCode = await main();
