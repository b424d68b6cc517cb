import assert from 'node:assert/strict';
import test from 'node:test';
import { file, goodImage, program, put, verifyTrees } from './build-image.ts';

const unit = 'usr/lib/systemd/system/pkginitrd-ssh.service';
const own = 'etc/pkginitrd/ssh';
const theirs = 'etc/dropbear/initramfs';
const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKvT me@desk\n';
const header = '-----BEGIN OPENSSH PRIVATE KEY-----';
const openKey = `${header}\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n`;
const closedKey = `${header}\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAA\n`;

const noServer = 'there is neither "dropbear" nor "sshd"';
const nobody = 'there is no public key that may log in';
const unknown = 'the initrd has no key of its own without a passphrase, by which clients know it';

const keyOf = (kind: string): string => `-----BEGIN ${kind}PRIVATE KEY-----\nMC4CAQAw\n`;
const reading = (publicKeys: string, key: string): Readonly<Record<string, string>> => ({
  [`${own}/authorized_keys`]: publicKeys,
  [`${own}/ssh_host_ed25519_key`]: key,
});

const rows: readonly (readonly [
  name: string,
  server: string | undefined,
  files: Readonly<Record<string, string>>,
  faults: readonly string[],
])[] = [
  [
    'all of it',
    'dropbear',
    { [`${own}/authorized_keys`]: publicKey, [`${own}/ssh_host_ed25519_key`]: openKey },
    [],
  ],
  [
    "dropbear-initramfs's files",
    'dropbear',
    {
      [`${theirs}/id_rsa.pub`]: `restrict ${publicKey}`,
      [`${theirs}/dropbear_rsa_host_key`]: '\0',
    },
    [],
  ],
  [
    'a key that OpenSSH cannot read',
    'sshd',
    { [`${own}/authorized_keys`]: publicKey, [`${theirs}/dropbear_rsa_host_key`]: '\0' },
    [unknown],
  ],
  ['nothing', undefined, {}, [noServer, nobody, unknown]],
  [
    'files without what they are for',
    'sshd',
    { [`${own}/authorized_keys`]: `# ${publicKey}`, [`${own}/ssh_host_ed25519_key`]: closedKey },
    [nobody, unknown],
  ],
  ...['dropbear', 'sshd'].flatMap(
    (server) =>
      [
        [
          `a key behind a passphrase as PKCS#8, for ${server}`,
          server,
          reading(publicKey, keyOf('ENCRYPTED ')),
          [unknown],
        ],
        [`a key of PEM, for ${server}`, server, reading(publicKey, keyOf('EC ')), []],
        [
          `keys of names of their own, for ${server}`,
          server,
          {
            'etc/dropbear/initramfs/id_ed25519-laptop.pub': publicKey,
            [`${own}/ssh_host_ed25519-initrd_key`]: openKey,
          },
          [],
        ],
        [
          `a public key where nobody looks for it, for ${server}`,
          server,
          { 'etc/dropbear-initramfs/id_rsa.pub': publicKey, [`${own}/ssh_host_rsa_key`]: openKey },
          [nobody],
        ],
      ] as const,
  ),
  ['a key of PKCS#8 that OpenSSH reads', 'sshd', reading(publicKey, keyOf('')), []],
  [
    'a key of PKCS#8 that dropbear does not read',
    'dropbear',
    reading(publicKey, keyOf('')),
    ['dropbear cannot read the key of the initrd, which has the form PKCS#8'],
  ],
  [
    'a key that nobody converts',
    'dropbear alone',
    reading(publicKey, openKey),
    ['there is no "dropbearconvert", without which dropbear cannot read the key of the initrd'],
  ],
  [
    "dropbear's own key, which nobody has to convert",
    'dropbear alone',
    { [`${own}/authorized_keys`]: publicKey, [`${theirs}/dropbear_ed25519-x_host_key`]: '\0' },
    [],
  ],
  [
    'options that OpenSSH knows',
    'sshd',
    reading(`  from="10.0.0.0/8",no-user-rc ${publicKey}`, openKey),
    [],
  ],
  [
    'options that dropbear does not know',
    'dropbear',
    reading(`from="10.0.0.0/8" ${publicKey}no-pty,no-user-rc ${publicKey}`, openKey),
    ['dropbear takes no key with the option "from", "no-user-rc"'],
  ],
  [
    'an option that dropbear does not know at one key of two',
    'dropbear',
    reading(`from="10.0.0.0/8" ${publicKey}${publicKey}`, openKey),
    [],
  ],
  [
    'a key behind blanks that dropbear does not read',
    'dropbear',
    reading(` ${publicKey}`, openKey),
    ['dropbear takes no key behind blanks, or behind more than one'],
  ],
  [
    'empty files',
    'dropbear',
    { [`${own}/authorized_keys`]: '', [`${theirs}/dropbear_rsa_host_key`]: '' },
    [nobody, unknown],
  ],
];

for (const [name, server, files, faults] of rows) {
  test(`verifyImage of an image that is unlocked by ssh, with ${name}`, async () => {
    const image = goodImage();
    put(image.base, file(unit, '[Service]\nExecStart=/bin/sh x\n'));
    const programs =
      server === 'dropbear' ? [server, 'dropbearconvert'] : (server?.split(' ', 1) ?? []);
    for (const each of programs) put(image.base, program(`usr/sbin/${each}`, { type: 2 }));
    put(image.host, ...Object.entries(files).map(([path, text]) => file(path, text)));
    for (const isGeneric of [false, true]) {
      const { findings } = await verifyTrees(image, { expect: { isGeneric } });
      const expected = isGeneric ? 'warning' : 'error';
      assert.deepEqual(
        findings.map(({ check, severity, message }) => [check, severity, message]),
        faults.map((fault) => ['ssh', expected, `Nobody can unlock by ssh: ${fault}`]),
      );
    }
  });
}
