import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absolutePath } from '../../../src/model/brands.ts';
import type { Command } from '../../../src/model/sys.ts';
import { launch } from '../../../src/sys/launch.ts';
import { proxyVariables } from '../../../src/sys/proxies.ts';

const proxies = { http_proxy: 'http://user:secret@proxy:3128', NO_PROXY: '.example' };

function command(network: boolean | undefined): Command {
  const sandbox =
    network === undefined
      ? {}
      : {
          sandbox: {
            ...{ root: absolutePath('/'), rootWritable: false, binds: [] },
            ...{ network, suppressSync: false },
          },
        };
  return { argv: ['x'], purpose: 'Test', ...sandbox };
}

test('proxyVariables() takes the proxies of both cases, and nothing else', () => {
  const names = ['http', 'https', 'ftp', 'all', 'no'].map((name) => `${name}_proxy`);
  const all = Object.fromEntries(
    [...names, ...names.map((name) => name.toUpperCase())].map((name) => [name, `${name}!`]),
  );
  assert.deepEqual(
    proxyVariables({ ...all, PATH: '/bin', LD_PRELOAD: 'x', rsync_proxy: 'y' }),
    all,
  );
  assert.deepEqual(proxyVariables({ http_proxy: '', https_proxy: undefined }), { http_proxy: '' });
});

test('launch() gives proxies to what has the network alone', () => {
  const { env } = launch(command(true), proxies);
  assert.equal(env['http_proxy'], proxies.http_proxy);
  assert.equal(env['NO_PROXY'], proxies.NO_PROXY);
  for (const network of [false, undefined]) {
    const names = Object.keys(launch(command(network), proxies).env);
    assert.deepEqual(names.toSorted(), ['HOME', 'LANG', 'PATH']);
  }
  const own = { ...command(true), env: { http_proxy: 'of the command' } };
  assert.equal(launch(own, proxies).env['http_proxy'], 'of the command');
});
