import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFailedFetches, parseUnauthenticated } from '../../../src/packages/apt/fetching.ts';
import { parseUntrusted } from '../../../src/packages/apt/lists.ts';
import { parsePrintedUris, parseUnknown } from '../../../src/packages/apt/print-uris.ts';

test('parsePrintedUris() reads archives and passes over the rest', () => {
  const output = [
    'Reading package lists...',
    'The following NEW packages will be installed:',
    '  libcap2 less',
    "'http://deb.debian.org/debian/pool/main/libc/libcap2/libcap2_2.66-4%2bdeb12u3_amd64.deb' libcap2_1%3a2.66-4+deb12u3_amd64.deb 27708 SHA256:0123abcd",
    "'file:/srv/less_590_amd64.deb' less_590_amd64.deb 652 ",
    '',
  ].join('\n');
  assert.deepEqual(parsePrintedUris(output), [
    {
      name: 'libcap2',
      version: '1:2.66-4+deb12u3',
      architecture: 'amd64',
      file: 'libcap2_1%3a2.66-4+deb12u3_amd64.deb',
      from: {
        type: 'repository',
        id: 'http://deb.debian.org/debian',
        uri: 'http://deb.debian.org/debian/pool/main/libc/libcap2/libcap2_2.66-4%2bdeb12u3_amd64.deb',
      },
      size: 27708,
      digest: { algorithm: 'sha256', hex: '0123abcd' },
    },
    {
      name: 'less',
      version: '590',
      architecture: 'amd64',
      file: 'less_590_amd64.deb',
      from: { type: 'superseded', path: '/srv/less_590_amd64.deb' },
      size: 652,
      digest: undefined,
    },
  ]);
});

test('parsePrintedUris() knows neither size nor repository of what only the installed system has', () => {
  const [archive] = parsePrintedUris(
    "'file:/run/pkginitrd/./installed/less_590_amd64.deb' less_590_amd64.deb 1 ",
  );
  assert.deepEqual(archive?.from, { type: 'installed only' });
  assert.equal(archive.size, undefined);
});

test('parsePrintedUris() does not take MD5 for a digest', () => {
  const [archive] = parsePrintedUris("'http://x/a_1_all.deb' a_1_all.deb 1 MD5Sum:00");
  assert.equal(archive?.digest, undefined);
});

test('parseUntrusted() names the lists that are not signed', () => {
  assert.deepEqual(parseUntrusted('yes /lists/a\nno /lists/b\n /lists/c\n'), [
    '/lists/b',
    '/lists/c',
  ]);
});

test('parseUnknown() reads every way in which apt misses a package, each once', () => {
  const stderr = [
    'E: Unable to locate package nosuch',
    'E: Unable to locate package ^no-[0-9]+$',
    "E: Couldn't find any package by glob '^no-[0-9]+$'",
    "E: Couldn't find any package by regex '^no-[0-9]+$'",
    "E: Package 'mail-transport-agent' has no installation candidate",
    "E: Version '999' for 'systemd' was not found",
    'E: Something else',
  ].join('\n');
  assert.deepEqual(parseUnknown(stderr), [
    'nosuch',
    '^no-[0-9]+$',
    'mail-transport-agent',
    'systemd=999',
  ]);
});

test('parseUnauthenticated() reads the names below the warning', () => {
  const output =
    'Need to get 1 B.\nWARNING: The following packages cannot be authenticated!\n  a b\n  c\nE: no\n';
  assert.deepEqual(parseUnauthenticated(output), ['a', 'b', 'c']);
  assert.deepEqual(parseUnauthenticated('fine\n'), []);
});

test('parseFailedFetches() reads location and reason', () => {
  assert.deepEqual(
    parseFailedFetches(
      'E: Failed to fetch http://x/a.deb  404  Not Found [IP: 1]\nE: Unable to fetch some archives',
    ),
    [{ location: 'http://x/a.deb', reason: '404  Not Found [IP: 1]' }],
  );
});
