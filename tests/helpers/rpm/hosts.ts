import { cpSync, createReadStream, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { cache, checkout } from '../paths.ts';
import { runOk } from '../run.ts';
import { wanted } from './debs.ts';

export type RpmManager = 'dnf4' | 'dnf5' | 'zypper';

/** The URL is part of the name of dnf's cache directory, so each manager has a port for good, below those that the kernel gives out. */
export const ports: Readonly<Record<RpmManager, number>> = {
  ...{ dnf4: 18971, zypper: 18972, dnf5: 18973 },
};

/** Where a manager's host lies. dnf 5 is in no stable Debian: its host is made of another one, and may be missing. */
export function hostDirectory(manager: RpmManager): string {
  return manager === 'dnf5' ? join(cache, 'dnf5') : join(cache, 'rpm/hosts', manager);
}

/**
 * Makes HOST of the Debian with the tools: its dpkg forgotten, all packages of WORK/repository in its rpm database, and
 * the manager's caches filled with what an initrd needs.
 */
export async function makeHost(manager: RpmManager, work: string, host: string): Promise<void> {
  await copyHost(join(cache, manager === 'dnf5' ? 'dnf5-tools' : 'rpm-tools'), host);
  for (const path of ['var/lib/dpkg', 'var/lib/apt', 'var/cache/apt', 'usr/bin/apt-get']) {
    rmSync(join(host, path), { recursive: true });
  }
  rmSync(join(host, manager === 'zypper' ? 'usr/bin/dnf' : 'usr/bin/zypper'), { force: true });
  const write = (path: string, content: string): void => {
    rmSync(join(host, path), { force: true });
    mkdirSync(join(host, path, '..'), { recursive: true });
    writeFileSync(join(host, path), content);
  };
  write(
    'etc/os-release',
    'ID=testrpm\nNAME="Test"\nPRETTY_NAME="Test rpm distribution 1"\nVERSION_ID=1\n',
  );
  configure[manager](write);
  mkdirSync(join(host, 'etc/pki/rpm-gpg'), { recursive: true });
  cpSync(join(work, 'key.asc'), join(host, 'etc/pki/rpm-gpg/RPM-GPG-KEY-test'));

  const enter = join(checkout, 'tests/helpers/enter-root.sh');
  const inHost = ['--bind-ro', join(work, 'repository'), '/mnt', host, 'bash', '-euc'];
  const server = await serve(join(work, 'repository'), ports[manager]);
  try {
    await runOk([enter, ...inHost, `${database}\n${prime[manager]}`]);
  } finally {
    server.close();
  }
}

/** A copy that shares the files of /usr, which nobody changes. */
export async function copyHost(from: string, to: string): Promise<void> {
  mkdirSync(to, { recursive: true });
  await runOk(['cp', '-a', '--link', `${from}/usr`, to]);
  await runOk([
    ...[
      'bash',
      '-euc',
      'cd "$1" && find . -mindepth 1 -maxdepth 1 ! -name usr -exec cp -a -t "$2" {} +',
    ],
    ...['copy', from, to],
  ]);
}

/** Installs the files of what a host's rpm database has, without scripts. What was linked with other hosts is no more. */
export async function installFiles(
  { manager, root }: { readonly manager: RpmManager; readonly root: string },
  repository: string,
): Promise<void> {
  // Libraries of another release would replace its own.
  const list = manager === 'dnf5' ? 'list=/mnt/Packages/widget-1*.rpm' : installedList;
  const enter = join(checkout, 'tests/helpers/enter-root.sh');
  await runOk([
    ...[enter, '--setenv', 'RPM_FORCE_DEBIAN=1', '--bind-ro', repository, '/mnt', root],
    ...['bash', '-euc', `${list}\nrpm ${withoutScripts} --replacepkgs --replacefiles $list`],
  ]);
}

/** Gives out the repository's files on the loopback interface. */
export async function serve(directory: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(
      directory,
      decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname),
    );
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-length': statSync(path).size });
    createReadStream(path).pipe(response);
  });
  // Another test of the same manager may have the port for a while.
  for (const end = Date.now() + 120_000; !(await listens(server, port));) {
    if (Date.now() > end) throw new Error(`port ${port} is in use`);
    await setTimeout(200);
  }
  return server;
}

const withoutScripts = '--install --nodeps --noscripts --notriggers';

async function listens(server: Server, port: number): Promise<boolean> {
  const listening = once(server, 'listening');
  server.listen(port, '127.0.0.1');
  try {
    await listening;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

// gadget, trinket and the like are not installed, widget in its older version.
const installedList =
  "list=$(ls /mnt/Packages/*.rpm | grep -v -E '/(widget-2|gadget|gizmo|trinket|gru|intruder|documented)')";

const database = `
rm -rf /var/lib/rpm && mkdir -p /var/lib/rpm && rpmdb --initdb
rpm --import /etc/pki/rpm-gpg/RPM-GPG-KEY-test
${installedList}
rpm ${withoutScripts} --justdb $list
`;

const prime: Readonly<Record<RpmManager, string>> = {
  dnf4: `
dnf -q makecache
dnf -y -q --installroot=/tmp/empty --releasever=/ --setopt=cachedir=/var/cache/dnf --downloadonly install ${wanted.join(' ')} widget gizmo
rm -f /var/log/dnf*.log /var/log/hawkey.log`,
  dnf5: `
dnf5 -q makecache
dnf5 -y -q --installroot=/tmp/empty --releasever=/ --use-host-config --setopt=cachedir=/var/cache/libdnf5 --setopt=system_cachedir=/var/cache/libdnf5 install --downloadonly ${wanted.join(' ')} widget gizmo
rm -f /var/log/dnf5.log*`,
  zypper: `
zypper --non-interactive --quiet --gpg-auto-import-keys refresh
zypper --non-interactive --quiet --installroot /tmp/empty install --no-recommends --download-only ${wanted.join(' ')} widget gizmo
rm -rf /var/log/zypp*`,
};

type Write = (path: string, content: string) => void;

const configure: Readonly<Record<RpmManager, (write: Write) => void>> = {
  dnf4: (write) => {
    writeDnf(write, 'dnf4');
  },
  dnf5: (write) => {
    writeDnf(write, 'dnf5');
  },
  zypper: (write) => {
    write(
      'etc/zypp/repos.d/test.repo',
      [
        ...['[test]', 'name=Test', `baseurl=http://127.0.0.1:${ports.zypper}/`, 'enabled=1'],
        ...['autorefresh=0', 'gpgcheck=1', 'keeppackages=1', 'type=rpm-md', ''],
      ].join('\n'),
    );
  },
};

function writeDnf(write: Write, manager: 'dnf4' | 'dnf5'): void {
  write('etc/dnf/dnf.conf', '[main]\ngpgcheck=1\nkeepcache=1\ninstall_weak_deps=1\n');
  write('etc/dnf/vars/place', 'Packages');
  write(
    'etc/yum.repos.d/test.repo',
    [
      ...['[test]', 'name=Test $releasever', `baseurl=http://127.0.0.1:${ports[manager]}/`],
      ...['enabled=1', 'gpgcheck=1', 'gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-test', ''],
    ].join('\n'),
  );
}
