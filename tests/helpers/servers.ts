// Servers of roots, which a guest reaches at 10.0.2.2: programs of this machine that run for one guest, listen to it alone, and
// need no kernel's help.
import { mkdirSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { firmwareTable } from './ibft.ts';
import { killGroup, runOk, start } from './run.ts';

/** How the root is served: a directory of files, or a disk. */
export type Serving = 'nfs' | 'cifs' | '9p' | 'virtiofs' | 'nbd' | 'iscsi';

export interface Server {
  /** Options of QEMU for a guest that is its client. */
  readonly options: readonly string[];
  /** The port where it listens, once it is started. */
  readonly port: number;
  start(): Promise<void>;
  stop(): void;
}

/** The name of the directory or disk, wherever it has one. */
export const shareName = 'rootfs';
export const targetName = 'iqn.2026-01.test:rootfs';

/** What it needs lies in `directory`; `served` is the directory or the disk's file. */
export async function makeServer(
  serving: Serving,
  directory: string,
  served: string,
): Promise<Server> {
  mkdirSync(directory, { recursive: true });
  const place: Place = { directory, served, port: await freePort() };
  const pids: number[] = [];
  writeFileSync(join(directory, 'ibft'), firmwareTable({ ...ofGuest, port: place.port }));
  const { options, begin } = kinds[serving](place);
  return {
    options,
    port: place.port,
    start: async () => {
      await begin((argv) => {
        const { pid, done } = start(argv, { timeout: 3_600_000 });
        pids.push(pid);
        // It ends when the test ends it; one that did not start is seen by its guest.
        done.catch(() => undefined);
      });
    },
    stop: () => pids.splice(0).forEach(killGroup),
  };
}

/** The disk that a firmware would have booted a client of iSCSI from. */
const ofGuest = {
  ...{ initiator: 'iqn.2026-01.test:firmware', target: targetName, lun: 1 },
  ...{ server: '10.0.2.2', address: '10.0.2.15', prefix: 24 },
  ...{ slot: 8, mac: [0x52, 0x54, 0, 0x12, 0x34, 0x56] },
};

interface Place {
  readonly directory: string;
  readonly served: string;
  readonly port: number;
}

interface Kind {
  readonly options: readonly string[];
  readonly begin: (launch: (argv: readonly string[]) => void) => Promise<void>;
}

const address = ofGuest.mac.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
const device = `virtio-net-pci,netdev=net,addr=${ofGuest.slot},mac=${address}`;
const card = ['-netdev', 'user,id=net', '-device', device];

const kinds = {
  '9p': ({ served }) => ({
    options: [
      ...['-fsdev', `local,id=share,path=${served},security_model=passthrough`],
      ...['-device', `virtio-9p-pci,fsdev=share,mount_tag=${shareName}`],
    ],
    begin: async () => undefined,
  }),
  virtiofs: ({ directory, served }) => {
    const socket = join(directory, 'socket');
    const program = ['/usr/lib/qemu/virtiofsd', '/usr/libexec/virtiofsd'].find(existsSync);
    return {
      options: [
        // The server reads the guest's memory.
        ...['-object', 'memory-backend-memfd,id=memory,size=1024M,share=on'],
        ...['-numa', 'node,memdev=memory', '-chardev', `socket,id=share,path=${socket}`],
        ...['-device', `vhost-user-fs-pci,chardev=share,tag=${shareName}`],
      ],
      begin: async (launch) => {
        launch([program ?? 'virtiofsd', `--socket-path=${socket}`, '-o', `source=${served}`]);
        await until(() => existsSync(socket));
      },
    };
  },
  nbd: ({ directory, served, port }) => ({
    options: card,
    begin: async (launch) => {
      const file = join(directory, 'nbd.conf');
      const generic = `[generic]\nport=${port}\nlistenaddr=127.0.0.1\n`;
      writeFileSync(file, `${generic}[${shareName}]\nexportname=${served}\n`);
      launch(['nbd-server', '-d', '-C', file]);
      await listens(port);
    },
  }),
  iscsi: ({ directory, served, port }) => ({
    options: [...card, '-acpitable', `sig=iBFT,rev=1,data=${join(directory, 'ibft')}`],
    begin: async (launch) => {
      // Another of these may be running, and its number is small.
      const control = `${port % 32_768}`;
      launch(['tgtd', '-f', '-C', control, '--iscsi', `portal=127.0.0.1:${port}`]);
      await listens(port);
      const target = ['--tid', '1'];
      for (const words of [
        ['--op', 'new', '--mode', 'target', ...target, '-T', targetName],
        ['--op', 'new', '--mode', 'logicalunit', ...target, '--lun', '1', '-b', served],
        ['--op', 'bind', '--mode', 'target', ...target, '-I', 'ALL'],
      ]) {
        await runOk(['tgtadm', '-C', control, '--lld', 'iscsi', ...words]);
      }
    },
  }),
  cifs: ({ directory, served, port }) => ({
    options: card,
    begin: async (launch) => {
      const file = join(directory, 'smb.conf');
      writeFileSync(file, samba(directory, served, port));
      launch(['smbd', '-F', '--no-process-group', '-s', file]);
      await listens(port);
    },
  }),
  nfs: ({ directory, served, port }) => ({
    options: card,
    begin: async (launch) => {
      const file = join(directory, 'ganesha.conf');
      writeFileSync(file, ganesha(directory, served, port));
      const log = join(directory, 'ganesha.log');
      launch(['unshare', '--mount', 'sh', '-c', withRpcbind, file, log, `${file}.pid`]);
      await listens(port);
    },
  }),
} as const satisfies Record<Serving, (place: Place) => Kind>;

// It wants to be known by an rpcbind, which nobody asks here: one of its own, that takes no port of this machine's.
const withRpcbind = `mount -t tmpfs tmpfs /run
unshare --net rpcbind -f &
until [ -S /run/rpcbind.sock ]; do sleep 0.1; done
exec ganesha.nfsd -F -f "$0" -L "$1" -p "$2"`;

// With NFS 4.2 programs cannot be run from it (4.3), and clients take the newest that is offered.
function ganesha(directory: string, served: string, port: number): string {
  return `NFS_CORE_PARAM {
  Protocols = 3, 4; NFS_Port = ${port}; MNT_Port = ${port + 1}; mount_path_pseudo = true; Bind_addr = 127.0.0.1;
  Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false;
}
NFSv4 { Graceless = true; Minor_Versions = 1; RecoveryBackend = fs; RecoveryRoot = "${directory}"; Only_Numeric_Owners = true; }
EXPORT {
  Export_Id = 1; Path = "${served}"; Pseudo = "/${shareName}"; Access_Type = RW;
  Squash = No_Root_Squash; SecType = sys; Transports = TCP; FSAL { Name = VFS; }
}
`;
}

function samba(directory: string, served: string, port: number): string {
  const own = ['state directory', 'cache directory', 'lock directory', 'private dir'];
  return `[global]
smb ports = ${port}
interfaces = 127.0.0.1
bind interfaces only = yes
disable netbios = yes
map to guest = bad user
guest account = root
pid directory = ${directory}
log file = ${directory}/smb.log
${own.map((name) => `${name} = ${directory}`).join('\n')}
[${shareName}]
path = ${served}
guest ok = yes
read only = no
`;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port is free');
  return address.port;
}

// /proc/net/tcp: a connection would be one that the server has to get over.
async function listens(port: number): Promise<void> {
  await runOk([
    'sh',
    '-c',
    `for i in $(seq 300); do grep -q ":$(printf %04X ${port}) 0*:0000 0A" /proc/net/tcp /proc/net/tcp6 && exit 0; sleep 0.1; done; exit 1`,
  ]);
}

async function until(isDone: () => boolean): Promise<void> {
  for (let tries = 0; !isDone(); tries++) {
    if (tries > 300) throw new Error('The server does not start');
    await sleep(100);
  }
}
