import { spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKeyboard } from './keyboard.ts';
import { killGroup, plainEnvironment } from './run.ts';

/** A boot by QEMU's own loader. */
export interface Boot extends Guest {
  readonly kernel: string;
  readonly initrd: string;
  /** Added to the console and panic options that every boot gets. */
  readonly commandLine: string;
  /** The variables of an EFI firmware, a file of `firmwareVariables()` that it writes to; a BIOS where absent. */
  readonly variables?: string;
}

/** A boot by firmware and the boot loader that it finds on the disks. A guest that resets starts once more. */
export interface FirmwareBoot extends Guest {
  readonly firmware: 'SeaBIOS' | 'OVMF';
}

interface Guest {
  /** Raw disk images, attached in this order. */
  readonly disks?: readonly string[];
  /** More options of QEMU's own. */
  readonly more?: readonly string[];
  /** The controller of the disks; `virtio-blk` by default. */
  readonly attach?: Attachment;
  /** MiB; 1024 by default. */
  readonly memory?: number;
  /**
   * One emulated processor whose clock counts its instructions, one a nanosecond, and jumps over sleeps: the guest's own time
   * but for its idle time is its work, whatever else this machine does.
   */
  readonly countsInstructions?: boolean;
  /** QEMU's machine type; `q35` by default. */
  readonly machine?: string;
  /** The console line that ends the boot, and with it the guest. */
  readonly until: RegExp;
  /** Lines typed into the console, each one when its prompt has appeared after the one before. */
  readonly dialogue?: readonly Exchange[];
  /** A screen and a keyboard, on which a line is typed again and again once the prompt has appeared. */
  readonly keyboard?: TypedLine;
  /** Milliseconds; three minutes by default, which is ten times what emulation needs. */
  readonly timeout?: number;
}

interface Exchange {
  readonly prompt: RegExp;
  readonly type?: string;
  /** What else happens then. */
  readonly run?: () => Promise<void>;
  /** Milliseconds between the two. */
  readonly after?: number;
}

interface TypedLine {
  readonly device: 'PS/2' | 'USB';
  readonly prompt: RegExp;
  readonly line: string;
  /**
   * Milliseconds between two tries, where each line is judged: by default there are 2000, and an empty line is typed before
   * each. A prompt that takes long to judge one loses what is typed meanwhile.
   */
  readonly every?: number;
}

export interface Booted {
  /** True where `until` was seen. */
  readonly reached: boolean;
  /** Why the guest ended: the line, its own power-off, a panic, the time limit. */
  readonly end: 'reached' | 'exit' | 'panic' | 'timeout';
  /** The console, escape sequences and carriage returns gone. */
  readonly transcript: string;
  /** From QEMU's start to its end, in milliseconds. */
  readonly milliseconds: number;
}

/** Boots a kernel with an initrd and returns what its console said. No process outlives the call. */
export async function boot(options: Boot | FirmwareBoot): Promise<Booted> {
  const booted = await bootOnce(options);
  return emulatorsFault.test(booted.transcript) ? bootOnce(options) : booted;
}

// Where two emulated processors run at once, one may see code that the other is patching half done.
const emulatorsFault = /^\[.*\] Oops: int3: /m;

async function bootOnce(options: Boot | FirmwareBoot): Promise<Booted> {
  const directory = mkdtempSync(join(tmpdir(), 'pkginitrd-qemu-'));
  // Through a file: QEMU drops what a full pipe does not take, and a busy reader's pipe is soon full of single bytes.
  const log = join(directory, 'console');
  const console = openSync(log, 'w');
  try {
    const began = performance.now();
    const socket = join(directory, 'qmp');
    const start =
      'firmware' in options ? firmwareArguments(options, directory) : kernelArguments(options);
    const guest = startGuest([...qemuArguments(options, socket), ...start], console);
    const typing = new AbortController();
    const typed = typeLine(options.keyboard, socket, log, typing.signal);
    const end = await follow(guest, log, options);
    typing.abort();
    await typed;
    killGroup(guest.pid);
    const errors = await guest.closed;
    const milliseconds = performance.now() - began;
    return {
      reached: end === 'reached',
      end,
      transcript: transcriptOf(log) + errors,
      milliseconds,
    };
  } finally {
    closeSync(console);
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Running {
  readonly pid: number;
  readonly type: (line: string) => void;
  readonly isRunning: () => boolean;
  /** QEMU's own complaints. */
  readonly closed: Promise<string>;
}

function startGuest(argv: readonly string[], console: number): Running {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], {
    env: plainEnvironment,
    stdio: ['pipe', console, 'pipe'],
    detached: true,
  });
  const { pid, stdin, stderr } = child;
  if (pid === undefined || stdin === null || stderr === null) {
    throw new Error('Cannot start QEMU: no setpriv');
  }
  let errors = '';
  stdin.on('error', () => {
    // The guest is gone before its line was typed: the transcript tells.
  });
  stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return {
    pid,
    type: (line) => stdin.write(`${line}\n`),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    closed: new Promise((resolve) => child.once('close', () => resolve(errors))),
  };
}

async function follow(
  guest: Running,
  log: string,
  options: Boot | FirmwareBoot,
): Promise<Booted['end']> {
  const deadline = performance.now() + (options.timeout ?? 180_000);
  const dialogue = [...(options.dialogue ?? [])];
  let searched = 0;
  for (;;) {
    const running = guest.isRunning();
    const transcript = transcriptOf(log);
    const [next] = dialogue;
    const found = (next?.prompt ?? options.until).exec(transcript.slice(searched));
    if (found !== null && next === undefined) return 'reached';
    if (found !== null && next !== undefined) {
      searched += found.index + found[0].length;
      dialogue.shift();
      // A shell empties its input when it sets up the terminal, just after its prompt.
      await sleep(next.after ?? 500);
      if (next.type !== undefined) guest.type(next.type);
      await next.run?.();
    }
    // With firmware it is for the boot loader to go on from there.
    if (!('firmware' in options) && /Kernel panic - not syncing/.test(transcript)) return 'panic';
    if (!running) return 'exit';
    if (performance.now() > deadline) return 'timeout';
    await sleep(100);
  }
}

// When a shell is ready for its first line cannot be seen from outside, so the line is typed until it had its effect.
async function typeLine(
  typed: TypedLine | undefined,
  socket: string,
  log: string,
  signal: AbortSignal,
): Promise<void> {
  if (typed === undefined) return;
  const keyboard = await openKeyboard(socket);
  try {
    while (!signal.aborted) {
      if (typed.prompt.test(transcriptOf(log))) {
        await keyboard.type(`${typed.every === undefined ? '\n' : ''}${typed.line}\n`);
      }
      await sleep(typed.every ?? 2000, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    keyboard.close();
  }
}

/** The kernel's messages when it cannot unpack an initrd; it goes on booting half of one. */
export function unpackErrors(transcript: string): readonly string[] {
  return transcript
    .split('\n')
    .filter((line) =>
      /Initramfs unpacking failed|write error|invalid magic|junk (?:at|within)|broken padding|data is probably corrupt/i.test(
        line,
      ),
    );
}

/** Of the disk that has two paths. */
export const worldWideName = '0x5000c500a1b2c3d4';

/** Devices for one disk, whose drive is called `id`. */
const attachments = {
  'virtio-blk': (id) => [`virtio-blk-pci,drive=${id}`],
  'virtio-scsi': (id) => [`virtio-scsi-pci,id=${id}-bus`, `scsi-hd,drive=${id},bus=${id}-bus.0`],
  nvme: (id) => [`nvme,serial=${id},drive=${id}`],
  ahci: (id) => [`ich9-ahci,id=${id}-bus`, `ide-hd,drive=${id},bus=${id}-bus.0`],
  'usb behind a hub': (id) => [
    `qemu-xhci,id=${id}-bus`,
    `usb-hub,bus=${id}-bus.0,port=1`,
    `usb-storage,drive=${id},bus=${id}-bus.0,port=1.2`,
  ],
  sdhci: (id) => ['sdhci-pci', `sd-card,drive=${id}`],
  'MegaRAID SAS': (id) => [`megasas,id=${id}-bus`, `scsi-hd,drive=${id},bus=${id}-bus.0`],
  // The same disk behind two controllers, known by its world wide name.
  'two paths': (id) =>
    ['a', 'b'].flatMap((path) => [
      `virtio-scsi-pci,id=${id}-${path}`,
      `scsi-hd,drive=${id}-node,share-rw=on,bus=${id}-${path}.0,serial=${id},wwn=${worldWideName}`,
    ]),
  pvscsi: (id) => [`pvscsi,id=${id}-bus`, `scsi-hd,drive=${id},bus=${id}-bus.0`],
} as const satisfies Readonly<Record<string, (id: string) => readonly string[]>>;

export type Attachment = keyof typeof attachments;

function kernelArguments({ kernel, initrd, variables, commandLine }: Boot): readonly string[] {
  return [
    ...['-no-reboot', '-kernel', kernel, '-initrd', initrd],
    ...(variables === undefined ? [] : efi(variables)),
    ...['-append', `${plainWords} ${commandLine}`],
  ];
}

/** For every kernel. A busy machine's guest finds its timer dead, and ends before it has begun. */
export const plainWords = 'console=ttyS0,115200 panic=1 oops=panic no_timer_check';

// SeaBIOS is QEMU's own.
function firmwareArguments({ firmware }: FirmwareBoot, directory: string): readonly string[] {
  return firmware === 'SeaBIOS' ? [] : efi(firmwareVariables(directory));
}

function qemuArguments(options: Guest, socket: string): readonly string[] {
  const attach = attachments[options.attach ?? 'virtio-blk'];
  const disks = (options.disks ?? []).flatMap((disk, index) => [
    ...[
      '-drive',
      `file=${disk.replaceAll(',', ',,')},format=raw,if=none,id=disk${index},node-name=disk${index}-node,cache=unsafe`,
    ],
    ...attach(`disk${index}`).flatMap((device) => ['-device', device]),
  ]);
  return [
    'qemu-system-x86_64',
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-machine', machineOf(options), '-cpu', 'max', '-m', `${options.memory ?? 1024}`],
    ...(options.countsInstructions === true ? counting : ['-accel', accelerator(), '-smp', '2']),
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...disks,
    ...(options.more ?? []),
    ...(options.keyboard === undefined ? [] : ['-vga', 'std']),
    ...(options.keyboard === undefined ? [] : ['-qmp', `unix:${socket},server=on,wait=off`]),
    ...(options.keyboard?.device === 'USB' ? usbKeyboard : []),
  ];
}

const counting = ['-accel', 'tcg,thread=single', '-smp', '1', '-icount', 'shift=0,sleep=off'];

const usbKeyboard = ['-device', 'qemu-xhci,id=keys', '-device', 'usb-kbd,bus=keys.0'];

const ovmf = '/usr/share/OVMF';

/** True where there is a firmware with EFI for guests. */
export function hasFirmware(): boolean {
  return existsSync(join(ovmf, 'OVMF_CODE_4M.fd'));
}

/** The memory of a firmware that has never booted, for one guest after the other. */
export function firmwareVariables(directory: string): string {
  const file = join(directory, 'variables.fd');
  copyFileSync(join(ovmf, 'OVMF_VARS_4M.fd'), file);
  return file;
}

function efi(variables: string): readonly string[] {
  const flash = (unit: number, file: string, more: string): readonly string[] => [
    '-drive',
    `if=pflash,format=raw,unit=${unit},file=${file}${more}`,
  ];
  return [...flash(0, join(ovmf, 'OVMF_CODE_4M.fd'), ',readonly=on'), ...flash(1, variables, '')];
}

// A machine whose keyboard is a USB one has no PS/2 controller that could do its work.
function machineOf({ machine = 'q35', keyboard }: Guest): string {
  return keyboard?.device === 'USB' ? `${machine},i8042=off` : machine;
}

// A /dev/kvm without the processor's own help opens well, and guests hang in it.
function accelerator(): string {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return /^flags\s*:.*\b(?:vmx|svm)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'))
      ? 'kvm'
      : 'tcg,thread=multi';
  } catch {
    return 'tcg,thread=multi';
  }
}

// Without escape sequences and carriage returns.
function transcriptOf(log: string): string {
  return readFileSync(log, 'utf8').replaceAll(
    // eslint-disable-next-line no-control-regex
    /\u001B(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007]*\u0007|[@-Z\\-_78c])|\r/g,
    '',
  );
}
