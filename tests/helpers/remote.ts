// Somebody at another machine, who unlocks a guest by ssh.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { plainEnvironment, runOk } from './run.ts';
import { freePort } from './servers.ts';

export interface Remote {
  /** Options of QEMU for a guest that can be reached. */
  readonly options: readonly string[];
  /** Files of the host by their paths in it: who may log in, and the key by which the initrd is known. */
  readonly files: Readonly<Record<string, string>>;
  /** Enters the passphrase in one of two ways, when the guest can be reached; before that tries what has to be refused. */
  unlock(way: UnlockWay, passphrase: string): Promise<void>;
}

export type UnlockWay = 'by a command' | 'at a terminal';

/** The guest's name of the card that it is reached by. */
export const remoteCard = 'enp0s8';

export async function makeRemote(directory: string): Promise<Remote> {
  mkdirSync(directory);
  const port = await freePort();
  for (const name of ['host', 'friend', 'unlocker', 'stranger']) {
    const file = join(directory, name);
    await runOk(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
  }
  const text = (name: string): string => readFileSync(join(directory, name), 'utf8');
  writeFileSync(join(directory, 'known'), `[127.0.0.1]:${port} ${text('host.pub')}`);
  const ssh = (who: 'friend' | 'unlocker' | 'stranger', ...more: readonly string[]) => [
    ...['ssh', '-F', 'none', '-p', `${port}`, '-i', join(directory, who)],
    ...['IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes', 'StrictHostKeyChecking=yes']
      .concat(`UserKnownHostsFile=${join(directory, 'known')}`, 'ConnectTimeout=20')
      .flatMap((option) => ['-o', option]),
    ...more,
  ];
  const place = 'root@127.0.0.1';
  return {
    options: [
      ...['-netdev', `user,id=remote,hostfwd=tcp:127.0.0.1:${port}-:22`],
      ...['-device', 'virtio-net-pci,netdev=remote,addr=8'],
    ],
    files: {
      '/etc/pkginitrd/ssh/ssh_host_ed25519_key': text('host'),
      '/etc/pkginitrd/ssh/authorized_keys': `${text('friend.pub')}${forced()} ${text('unlocker.pub')}`,
    },
    unlock: async (way, passphrase) => {
      await refused(ssh('stranger', place, 'true'));
      if (way === 'by a command') {
        const unlock = ssh('friend', place, 'cryptroot-unlock');
        const wrong = await talk(unlock, { type: 'something else\n' });
        assert.match(wrong.words, /^The passphrase does not fit: /m);
        assert.equal(wrong.code, 1, wrong.words);
        const nothing = await talk(unlock, { type: '' });
        assert.match(nothing.words, /^There is no passphrase/m);
        // Whatever is called for.
        const right = await talk(ssh('unlocker', place, 'poweroff -f'), { type: passphrase });
        // The boot may be faster than the command, and ends it.
        assert.ok([0, 255].includes(right.code ?? -1), right.words);
        assert.doesNotMatch(right.words, /does not fit/);
      } else {
        await talk(ssh('friend', '-tt', place), {
          prompt: /enter passphrase for disk/i,
          type: `${passphrase}\n`,
        });
      }
    },
  };
}

/** Options in front of a key that may do nothing but unlock, as the manual has them. */
function forced(): string {
  const page = fileURLToPath(new URL('../../src/man/pkginitrd.conf.5.md', import.meta.url));
  const [, options] = /`(command="cryptroot-unlock"[^`]*)`/.exec(readFileSync(page, 'utf8')) ?? [];
  assert.ok(options !== undefined, 'The manual has no such line');
  return options;
}

/** An emulated guest takes its time until it answers. */
async function refused(argv: readonly string[]): Promise<void> {
  let words = '';
  for (let tries = 0; tries < 60; tries++) {
    words = (await talk(argv, { type: '' })).words;
    if (words.includes('Permission denied (publickey)')) return;
    await sleep(2000);
  }
  assert.fail(`The guest refuses no stranger: ${words}`);
}

interface Talk {
  readonly prompt?: RegExp;
  readonly type: string;
}

/** Runs a program, types something into it, at once or when it has asked, and waits for its end. */
async function talk(
  argv: readonly string[],
  { prompt, type }: Talk,
): Promise<{ readonly code: number | null; readonly words: string }> {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], { env: plainEnvironment });
  let words = '';
  let isTyped = false;
  const answer = (): void => {
    if (isTyped || (prompt !== undefined && !prompt.test(words))) return;
    isTyped = true;
    child.stdin.write(type);
    if (prompt === undefined) child.stdin.end();
  };
  child.stdin.on('error', () => {
    // It ended before it was told anything: its words tell why.
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      words += text;
      answer();
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), 600_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, words });
    });
    answer();
  });
}
