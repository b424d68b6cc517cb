import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { parseControl, type Stanza } from '../../src/formats/deb-control.ts';
import { readdirRecursive } from './pacman-tree.ts';
import { dependsOf, pacmanVersion, providesOf } from './pacman-relations.ts';
import { cache, checkout } from './paths.ts';
import { run, runOk } from './run.ts';

/** A small distribution in pacman's format, made of Debian 13's packages, and a host that is installed from it. */
export interface PacmanDistribution {
  /** Signed packages and their database, as a mirror has them. */
  readonly repository: string;
  /** A system with pacman 7: configuration, keyring, databases and a full package cache. Copy it before use. */
  readonly host: string;
}

const directory = join(cache, 'pacman-distribution');

/** Makes it once; undefined where Debian 13 or pacman's tools are missing (setup.sh brings both). */
export async function pacmanDistribution(): Promise<PacmanDistribution | undefined> {
  const tools = ['pacman', 'repo-add', 'bsdtar', 'gpg', 'dpkg-deb'];
  const isMissing = (name: string) =>
    ![`/usr/bin/${name}`, `/usr/local/bin/${name}`].some((path) => existsSync(path));
  if (tools.some(isMissing) || !existsSync(join(cache, 'trixie'))) return undefined;
  const self = join(checkout, 'tests/helpers/pacman-distribution.ts');
  if (!existsSync(directory)) {
    // Two test files at once would make it twice.
    const make = [process.execPath, '--import', 'tsx', self];
    const once = ['flock', cache, 'sh', '-c', '[ -e "$0" ] || exec "$@"', directory, ...make];
    await runOk(once, { cwd: checkout });
  }
  return { repository: join(directory, 'repository'), host: join(directory, 'host') };
}

/** Packages that the drop-ins for Arch Linux name, and those that a host needs to be one. */
const wanted = [
  ...['systemd', 'systemd-sysv', 'udev', 'bash', 'dash', 'less', 'gzip', 'kmod', 'dmsetup'],
  ...['systemd-cryptsetup', 'systemd-repart', 'libcryptsetup12', 'libfdisk1', 'libfido2-1'],
  ...['libseccomp2', 'libtss2-esys-3.0.2-0t64', 'libtss2-mu-4.0.1-0t64', 'libtss2-rc0t64'],
  ...['libtss2-tcti-device0t64', 'btrfs-progs', 'e2fsprogs', 'dosfstools', 'xfsprogs', 'mount'],
  ...['procps', 'util-linux', 'liblzma5', 'libzstd1', 'login', 'passwd', 'base-files'],
  ...['coreutils', 'sed', 'grep', 'findutils', 'libc-bin', 'ncurses-bin', 'tar', 'diffutils'],
  ...['pacman-package-manager', 'gpg', 'gpg-agent', 'strace', 'ca-certificates'],
  ...['lvm2', 'mdadm'],
];

// Only maintainer scripts use them.
const dropped = new Set([
  ...['dpkg', 'debconf', 'perl-base', 'init-system-helpers', 'base-passwd', 'libdebconfclient0'],
  ...['adduser', 'openssl', 'python3', 'python3-minimal', 'libpython3-stdlib', 'media-types'],
]);

async function make(): Promise<void> {
  const work = join(cache, 'tmp/pacman-distribution');
  rmSync(work, { recursive: true, force: true });
  for (const name of ['debs/partial', 'repository', 'trees', 'keys']) {
    mkdirSync(join(work, name), { recursive: true, mode: 0o700 });
  }
  await download(join(work, 'debs'));
  const gpg = ['gpg', '--homedir', join(work, 'keys'), '--batch', '--yes'];
  const secret = ['--pinentry-mode', 'loopback', '--passphrase', ''];
  await runOk([
    ...gpg,
    ...secret,
    '--quick-generate-key',
    'Fixture <f@example.org>',
    'rsa2048',
    'sign',
    'never',
  ]);

  const debs = readdirSync(join(work, 'debs')).filter((name) => name.endsWith('.deb'));
  const controls = new Map<string, Stanza>();
  for (const name of debs) {
    const ran = await runOk(['dpkg-deb', '--field', join(work, 'debs', name)]);
    const [stanza] = parseControl(ran.stdout);
    const id = stanza?.get('package');
    if (stanza !== undefined && id !== undefined && !dropped.has(id)) controls.set(name, stanza);
  }
  const known = knownNames([...controls.values()]);
  const pending = [...controls];
  const worker = async (): Promise<void> => {
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      await convert(work, next[0], next[1], known);
    }
  };
  await Promise.all([worker(), worker()]);
  const repository = join(work, 'repository');
  const packages = readdirSync(repository).filter((name) => name.endsWith('.zst'));
  for (const name of packages) {
    await runOk([...gpg, ...secret, '--detach-sign', join(repository, name)]);
  }
  const database = join(repository, 'fixture.db.tar.gz');
  await runOk(
    ['repo-add', '--quiet', database, ...packages.map((name) => join(repository, name))],
    {
      timeout: 300_000,
    },
  );
  await runOk([
    ...gpg,
    ...secret,
    '--output',
    `${repository}/fixture.db.sig`,
    '--detach-sign',
    database,
  ]);
  await makeHost(work, gpg);
  await runOk(['gpgconf', '--homedir', join(work, 'keys'), '--kill', 'gpg-agent']);
  for (const name of ['debs', 'trees']) rmSync(join(work, name), { recursive: true });
  renameSync(work, directory);
}

async function download(debs: string): Promise<void> {
  const enter = join(checkout, 'tests/helpers/enter-root.sh');
  const options = [
    'Dir::State::status=/dev/null',
    'Dir::Cache::archives=/debs',
    'APT::Install-Recommends=false',
    'APT::Sandbox::User=root',
    'Debug::NoLocking=true',
    'pkgCacheGen::ForceEssential=,',
  ].flatMap((option) => ['-o', option]);
  const install = ['apt-get', '-q', '-y', '--download-only', ...options, 'install', ...wanted];
  await runOk([
    enter,
    '--overlay',
    'tmpfs',
    '--bind',
    debs,
    '/debs',
    join(cache, 'trixie'),
    ...install,
  ]);
}

/** Arch's names for Debian's packages: what drop-ins for Arch Linux ask for. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  'base-files': ['filesystem', 'base-files'],
  dash: ['sh'],
  dmsetup: ['device-mapper'],
  libblkid1: ['util-linux-libs'],
  libc6: ['glibc'],
  libcryptsetup12: ['cryptsetup'],
  'libfido2-1': ['libfido2'],
  libseccomp2: ['libseccomp'],
  'libtss2-esys-3.0.2-0t64': ['tpm2-tss'],
  'pacman-package-manager': ['pacman'],
  procps: ['procps-ng'],
  passwd: ['shadow'],
};

// dlopen()ed libraries and Essential packages are nobody's dependency in Debian.
const missingDependencies: Readonly<Record<string, readonly string[]>> = {
  // pacman runs scriptlets with /bin/sh.
  bash: ['dash'],
  less: ['bash'],
  libkmod2: ['liblzma5', 'libzstd1'],
  'libtss2-esys-3.0.2-0t64': ['libtss2-mu-4.0.1-0t64', 'libtss2-rc0t64', 'libtss2-tcti-device0t64'],
  libcryptsetup12: ['systemd-cryptsetup'],
  systemd: [
    'udev',
    'kmod',
    'coreutils',
    'sed',
    'grep',
    'findutils',
    'libc-bin',
    'base-files',
    'bash',
  ],
  'util-linux': ['mount', 'login', 'libfdisk1'],
};

function knownNames(stanzas: readonly Stanza[]): ReadonlySet<string> {
  return new Set(
    stanzas.flatMap((stanza) => [
      stanza.get('package') ?? '',
      ...providesOf(stanza).map((one) => one.replace(/=.*/, '')),
    ]),
  );
}

async function convert(
  work: string,
  deb: string,
  control: Stanza,
  known: ReadonlySet<string>,
): Promise<void> {
  const name = control.get('package') ?? '';
  const version = pacmanVersion(control.get('version') ?? '');
  const architecture = control.get('architecture') === 'all' ? 'any' : 'x86_64';
  const tree = join(work, 'trees', name);
  mkdirSync(tree, { mode: 0o755 });
  await runOk([
    'sh',
    '-c',
    'dpkg-deb --fsys-tarfile "$0" | tar -x -p -C "$1"',
    join(work, 'debs', deb),
    tree,
  ]);
  if (name === 'base-files') plantBase(tree);
  if (name === 'systemd') plantHook(tree);
  const conffiles = await run(['dpkg-deb', '--info', join(work, 'debs', deb), 'conffiles']);
  const backup = readConffiles(conffiles.stdout);
  if (name === 'base-files') backup.push('etc/passwd', 'etc/group', 'etc/shadow', 'etc/gshadow');
  const info = [
    ['pkgname', name],
    ['pkgbase', control.get('source')?.replace(/ .*/, '') ?? name],
    ['pkgver', version],
    ['pkgdesc', control.get('description')?.split('\n')[0] ?? ''],
    ['url', control.get('homepage') ?? 'https://example.org'],
    ['builddate', `${newestFile(tree)}`],
    ['packager', 'Fixture <f@example.org>'],
    ['size', control.get('installed-size') ?? '0'],
    ['arch', architecture],
    ['license', 'custom:debian'],
    ...[...(aliases[name] ?? []), ...providesOf(control)].map((one) => ['provides', one]),
    ...[...dependsOf(control, known), ...(missingDependencies[name] ?? [])].map((one) => [
      'depend',
      one,
    ]),
    ...backup.filter((path) => existsSync(join(tree, path))).map((path) => ['backup', path]),
  ].map((pair) => pair.join(' = '));
  writeFileSync(join(tree, '.PKGINFO'), `${info.join('\n')}\n`);
  const script = installScripts[name];
  if (script !== undefined) writeFileSync(join(tree, '.INSTALL'), script);
  const names = readdirSync(tree).sort(
    (a, b) => Number(b.startsWith('.')) - Number(a.startsWith('.')) || (a < b ? -1 : 1),
  );
  const mtree = [
    'bsdtar',
    '-czf',
    '.MTREE',
    '--format=mtree',
    '--options=!all,use-set,type,uid,gid,mode,time,size,md5,sha256,link',
  ];
  await runOk([...mtree, ...names], { cwd: tree });
  const archive = join(work, 'repository', `${name}-${version}-${architecture}.pkg.tar.zst`);
  await runOk(['bsdtar', '-cf', archive, '--zstd', '.MTREE', ...names], { cwd: tree });
}

const installScripts: Readonly<Record<string, string>> = {
  // The redirection leaves a regular file where nobody has mounted a /dev.
  less: 'post_install() {\n  echo "less is there" >/dev/null\n}\n',
};

function plantBase(tree: string): void {
  const plant = (path: string, text: string, mode = 0o644) => {
    rmSync(join(tree, path), { force: true });
    writeFileSync(join(tree, path), text, { mode });
    chmodSync(join(tree, path), mode);
  };
  plant(
    'usr/lib/os-release',
    'ID=fixture\nID_LIKE=arch\nNAME="Fixture Linux"\nPRETTY_NAME="Fixture Linux"\nBUILD_ID=rolling\nBUG_REPORT_URL="https://bugs.example.org/"\n',
  );
  plant('etc/passwd', 'root:x:0:0::/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n');
  plant('etc/group', 'root:x:0:\ntty:x:5:\ndisk:x:6:\nshadow:x:42:\nnogroup:x:65534:\n');
  plant('etc/shadow', 'root:*:19000::::::\nnobody:!*:19000::::::\n', 0o600);
  plant('etc/gshadow', 'root:::\nshadow:::\n', 0o600);
  rmSync(join(tree, 'etc/os-release'), { force: true });
  symlinkSync('../usr/lib/os-release', join(tree, 'etc/os-release'));
  writeFileSync(join(tree, 'etc/arch-release'), '');
}

function plantHook(tree: string): void {
  mkdirSync(join(tree, 'usr/share/libalpm/hooks'), { recursive: true });
  writeFileSync(
    join(tree, 'usr/share/libalpm/hooks/20-systemd-sysusers.hook'),
    `[Trigger]
Type = Path
Operation = Install
Operation = Upgrade
Target = usr/lib/sysusers.d/*.conf

[Action]
Description = Creating system user accounts...
When = PostTransaction
Exec = /usr/bin/systemd-sysusers
`,
  );
}

function readConffiles(text: string | undefined): string[] {
  return (text ?? '').split('\n').flatMap((line) => (line.startsWith('/') ? [line.slice(1)] : []));
}

function newestFile(tree: string): number {
  return readdirRecursive(tree).reduce((newest, path) => {
    const stat = lstatSync(path);
    return stat.isFile() ? Math.max(newest, Math.floor(stat.mtimeMs / 1000)) : newest;
  }, 0);
}

async function makeHost(work: string, gpg: readonly string[]): Promise<void> {
  const host = join(work, 'host');
  const repository = join(work, 'repository');
  for (const name of [
    'etc/pacman.d',
    'var/lib/pacman/sync',
    'var/cache/pacman/pkg',
    'usr/bin',
    'dev',
    'proc',
    'sys',
    'run',
    'tmp',
  ]) {
    mkdirSync(join(host, name), { recursive: true });
  }
  const keyring = join(host, 'etc/pacman.d/gnupg');
  mkdirSync(keyring, { mode: 0o755 });
  // As pacman-key does it: pacman looks for a keyring of this name, and gpg uses it where it is.
  writeFileSync(join(keyring, 'pubring.gpg'), '');
  const exported = join(work, 'keys/fixture.asc');
  await runOk([...gpg, '--armor', '--output', exported, '--export']);
  const fingerprint =
    /^fpr:+([0-9A-F]{40}):/m.exec(
      (await runOk([...gpg, '--with-colons', '--list-keys'])).stdout,
    )?.[1] ?? '';
  const theirs = ['gpg', '--homedir', keyring, '--batch', '--no-permission-warning'];
  await runOk([...theirs, '--import', exported]);
  writeFileSync(join(work, 'keys/trust'), `${fingerprint}:6:\n`);
  await runOk([...theirs, '--import-ownertrust', join(work, 'keys/trust')]);
  await runOk([...theirs, '--check-trustdb']);
  await runOk(['gpgconf', '--homedir', keyring, '--kill', 'all']);

  const configuration = (server: string): string => `[options]
HoldPkg = pacman glibc
Architecture = auto
CheckSpace
ParallelDownloads = 5
DownloadUser = alpm
SigLevel = Required DatabaseRequired
LocalFileSigLevel = Required

[fixture]
Include = /etc/pacman.d/mirrorlist
${server}`;
  writeFileSync(join(host, 'etc/pacman.conf'), configuration(''));
  // Nobody listens there: a build that needs the network fails.
  writeFileSync(join(host, 'etc/pacman.d/mirrorlist'), 'Server = http://127.0.0.1:9/fixture\n');
  for (const name of ['fixture.db', 'fixture.db.sig']) {
    cpSync(join(repository, name), join(host, 'var/lib/pacman/sync', name), { dereference: true });
  }
  for (const name of readdirSync(repository).filter((name) => /\.zst(?:\.sig)?$/.test(name))) {
    cpSync(join(repository, name), join(host, 'var/cache/pacman/pkg', name));
  }
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(host, 'usr', name), { recursive: true });
  }
  writeFileSync(
    join(work, 'pacman.conf'),
    configuration('')
      .replace('CheckSpace\n', '')
      .replace('DownloadUser = alpm\n', '')
      .replace('Include = /etc/pacman.d/mirrorlist', `Server = file://${repository}`),
  );
  const names = readdirSync(join(work, 'trees'));
  const pacman = [
    'pacman',
    '--config',
    join(work, 'pacman.conf'),
    '--root',
    host,
    '--dbpath',
    join(host, 'var/lib/pacman'),
    '--cachedir',
    join(host, 'var/cache/pacman/pkg'),
    '--gpgdir',
    keyring,
    '--hookdir',
    '/nonexistent',
    '--logfile',
    '/dev/null',
    '--noconfirm',
    '--overwrite',
    '*',
    '--sync',
    ...names,
  ];
  await runOk(pacman);
  for (const name of readdirSync(join(host, 'dev')))
    rmSync(join(host, 'dev', name), { recursive: true });
}

if (process.argv[1] !== undefined && basename(process.argv[1]) === 'pacman-distribution.ts') {
  await make();
}
