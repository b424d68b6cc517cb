import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import { dpkgFailure } from '../../../src/packages/apt/dpkg-problems.ts';

const root = absolutePath('/work/root');

test('dpkgFailure() names the package whose script failed, with what it printed', () => {
  const { message } = dpkgFailure(
    'Configure the packages',
    {
      exitCode: 1,
      stdout:
        'Setting up before (1) ...\nSetting up a:amd64 (1) ...\nno mood today\nSetting up after (1) ...\n',
      stderr:
        'dpkg: error processing package a:amd64 (--configure):\n installed a package post-installation script subprocess returned error exit status 3\nErrors were encountered while processing:\n a:amd64\n',
    },
    root,
  );
  assert.equal(
    message,
    [
      'Cannot configure "a": its post-installation script subprocess returned error exit status 3',
      '  Setting up a:amd64 (1) ...',
      '  no mood today',
      '  dpkg: error processing package a:amd64 (--configure):',
      '   installed a package post-installation script subprocess returned error exit status 3',
    ].join('\n'),
  );
});

test('dpkgFailure() names an archive that cannot be unpacked', () => {
  const stderr =
    'dpkg: error processing archive /run/pkginitrd-archives/a_1_all.deb (--unpack):\n cannot access archive\n';
  const { message } = dpkgFailure('Unpack the packages', { exitCode: 1, stdout: '', stderr }, root);
  assert.match(message, /^Cannot unpack "a_1_all.deb": cannot access archive\n/);
});

test('dpkgFailure() says when the disk is full', () => {
  const stderr = 'dpkg: error: failed to write: No space left on device\n';
  const error = dpkgFailure('Unpack the packages', { exitCode: 2, stdout: '', stderr }, root);
  assert.equal(
    error.message,
    'Cannot unpack the packages in "/work/root": no space left on the device',
  );
  assert.match(error.hint ?? '', /^Free some space/);
});

test('dpkgFailure() gives the exit code of what it does not understand', () => {
  const ran = { exitCode: 2, stdout: '', stderr: 'dpkg: error: what\n' };
  assert.equal(
    dpkgFailure('Unpack the packages', ran, root).message,
    'Cannot unpack the packages: exit code 2\n  dpkg: error: what',
  );
});
