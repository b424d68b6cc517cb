/** Signs every package, indexes them and signs the index, in the tools' root. Leaves key.asc and the signing key's home. */
export async function signAndIndex(
  inTools: (...argv: readonly string[]) => Promise<string>,
): Promise<void> {
  await inTools('bash', '-euo', 'pipefail', '-c', script);
}

const script = `
export GNUPGHOME=/work/gnupg
mkdir -m 0700 $GNUPGHOME
gpg --batch --pinentry-mode loopback --passphrase '' --quick-generate-key 'Test <test@example.org>' rsa2048 sign never
gpg --armor --export >/work/key.asc
cd /work/repository
rpmsign --addsign -D '_gpg_name Test <test@example.org>' -D '_gpg_path /work/gnupg' Packages/*.rpm >/dev/null
createrepo_c --quiet --general-compress-type=gz .
gpg --batch --detach-sign --armor repodata/repomd.xml
cp /work/key.asc repodata/repomd.xml.key
gpgconf --kill gpg-agent
`;
