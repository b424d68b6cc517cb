import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A guest's keyboard, pressed through QEMU's QMP socket. */
export interface Keyboard {
  type(text: string): Promise<void>;
  close(): void;
}

// Milliseconds: an emulated guest loses keys that come faster than its driver polls.
const betweenKeys = 60;

export async function openKeyboard(path: string): Promise<Keyboard> {
  const socket = await connected(path);
  // Its answers do not matter: a key that was not pressed shows in what the guest prints.
  socket.resume();
  send(socket, { execute: 'qmp_capabilities' });
  return {
    type: async (text) => {
      for (const character of text) {
        const keys = keysOf(character).map((data) => ({ type: 'qcode', data }));
        send(socket, { execute: 'send-key', arguments: { keys, 'hold-time': 30 } });
        await sleep(betweenKeys);
      }
    },
    close: () => socket.destroy(),
  };
}

// QEMU makes the socket a moment after it has started.
async function connected(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = connect(path, () => {
          socket.off('error', reject).on('error', () => socket.destroy());
          resolve(socket);
        });
        socket.once('error', reject);
      });
    } catch (error) {
      if (attempt === 50) throw error;
      await sleep(100);
    }
  }
}

function send(socket: Socket, message: unknown): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
}

// Names of QEMU's QKeyCode, on an American keyboard.
function keysOf(character: string): readonly string[] {
  if (/[a-z0-9]/.test(character)) return [character];
  if (/[A-Z]/.test(character)) return ['shift', character.toLowerCase()];
  const keys = others[character];
  if (keys === undefined) throw new Error(`No key for "${character}"`);
  return keys;
}

const others: Readonly<Record<string, readonly string[]>> = {
  '\n': ['ret'],
  ' ': ['spc'],
  '-': ['minus'],
  '/': ['slash'],
  '+': ['shift', 'equal'],
  '>': ['shift', 'dot'],
  $: ['shift', '4'],
  '(': ['shift', '9'],
  ')': ['shift', '0'],
};
