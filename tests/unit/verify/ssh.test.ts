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
    if (server !== undefined) put(image.base, program(`usr/sbin/${server}`, { type: 2 }));
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
