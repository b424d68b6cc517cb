import assert from 'node:assert/strict';
import test from 'node:test';
import { file, goodImage, put, verifyTrees } from './build-image.ts';

async function findingsOf(path: string, text: string): Promise<readonly string[]> {
  const image = goodImage();
  put(image.base, file(path, text));
  const { findings } = await verifyTrees(image);
  return findings.map(({ severity, message }) => `${severity}: ${message}`);
}

// As mdadm ships it.
const raid = `SUBSYSTEM!="block", GOTO="md_end"
ACTION!="add|change", \\
  GOTO="md_end"
KERNEL!="md*", GOTO="md_end"
# LABEL="md_end"
TEST!="md/array_state", ENV{SYSTEMD_READY}="0", GOTO="md_end"
`;
const shipped = 'usr/lib/udev/rules.d/63-md-raid-arrays.rules';

test('verifyImage takes rules of udev whose jumps end', async () => {
  assert.deepEqual(await findingsOf(shipped, `${raid}LABEL="md_end"\n`), []);
});

test('verifyImage refuses rules that hide every disk once they are cut off', async () => {
  const found = await findingsOf(shipped, raid);
  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /^error: .*"63-md-raid-arrays\.rules".*"md_end".*hides all disks/);
});

test('verifyImage warns of other jumps without their label', async () => {
  const text = 'SUBSYSTEM!="block", GOTO="end"\nENV{X}=="0", ENV{SYSTEMD_READY}="0"\n';
  const found = await findingsOf('etc/udev/rules.d/70-own.rules', text);
  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /^warning: .*"70-own\.rules".*"end"/);
});

test('verifyImage looks at rules that are masked no further', async () => {
  const image = goodImage();
  put(image.base, file(shipped, raid));
  put(image.base, file('etc/udev/rules.d/63-md-raid-arrays.rules', ''));
  assert.deepEqual((await verifyTrees(image)).findings, []);
});
