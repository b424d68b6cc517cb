import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageOrigin } from '../../../src/model/packages.ts';
import { installPackages } from '../../../src/packages/install.ts';
import { failureOf } from '../apt/support.ts';
import { checkout } from '../../helpers/paths.ts';
import { killGroup, start } from '../../helpers/run.ts';
import { rpmBench } from '../../helpers/rpm/bench.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import { rpmRequest, sys, temporary } from '../../helpers/rpm/request.ts';

// Other tests show how the installed system stands in for a cache.
const sources: readonly PackageOrigin[] = ['cache', 'network'];

/** A package that is missing, damaged or in the way: nothing is installed, the message names it and the way out. */
export function failsWell(facts: ManagerFacts): void {
  const { check, host, files, install, failure, inHost, aside, withServer } = rpmBench(
    facts,
    'recorded',
  );

  check('a name that nobody knows is refused with its place', async () => {
    const error = await failure({ names: ['less', 'systemdd', 'no-such'] });
    assert.match(error.message, /"systemdd" \(test\.conf:2\)/);
    assert.match(error.message, /"no-such" \(test\.conf:3\)/);
    assert.ok(error.message.endsWith(`: ${facts.program} knows no such package`));
    assert.ok(error.hint?.includes(facts.refresh));
  });

  check('a package whose key the host does not have is refused', async () => {
    const text = readFileSync(join(host().root, facts.repositoryFile), 'utf8');
    const backup = temporary('rpmdb');
    cpSync(join(host().root, 'var/lib/rpm'), join(backup, 'rpm'), {
      recursive: true,
      preserveTimestamps: true,
    });
    await aside('etc/pki/rpm-gpg/RPM-GPG-KEY-test', async () => {
      await withServer(async () => {
        await inHost('rpm', '--erase', '--allmatches', 'gpg-pubkey');
        if (facts.manager === 'zypper')
          appendFileSync(join(host().root, facts.repositoryFile), 'pkg_gpgcheck=1\n');
        const error = await failure({ names: ['intruder'], sources, offline: false });
        assert.match(error.message, /^Cannot check the signature/);
        assert.match(error.hint ?? '', /key/);
      });
    });
    files().write(facts.repositoryFile, text, 0o644);
    rmSync(join(host().root, 'var/lib/rpm'), { recursive: true });
    cpSync(join(backup, 'rpm'), join(host().root, 'var/lib/rpm'), {
      recursive: true,
      preserveTimestamps: true,
    });
  });

  check('without the network a missing archive is named, and nothing is installed', async () => {
    await aside(`${facts.packages}/less-668-1.x86_64.rpm`, async () => {
      const request = rpmRequest(host(), { names: ['less'], sources });
      const error = await failureOf(installPackages(sys, request));
      assert.equal(error.message, 'Cannot install without the network: no cache has less 668-1');
      assert.match(error.hint ?? '', /--offline/);
      assert.deepEqual(sys.root(request.workspace).list('root'), []);
    });
  });

  check('without the network a damaged archive is named, and nothing is installed', async () => {
    const path = `${facts.packages}/less-668-1.x86_64.rpm`;
    const good = readFileSync(join(host().root, path));
    for (const bad of [good.subarray(0, 5000), Buffer.from(good).fill(0, good.length - 90)]) {
      await aside(path, async () => {
        files().write(path, bad, 0o644);
        const request = rpmRequest(host(), { names: ['less'], sources });
        const error = await failureOf(installPackages(sys, request));
        assert.match(
          error.message,
          /^Cannot install "less" without the network: .*less-668-1\S* in the cache is damaged$/,
        );
        assert.deepEqual(sys.root(request.workspace).list('root'), []);
        rmSync(join(host().root, path));
      });
    }
  });

  check('with the network both are fetched, and kept for the next time', async () => {
    await withServer(async () => {
      await aside(`${facts.packages}/less-668-1.x86_64.rpm`, async () => {
        files().write(`${facts.packages}/less-668-1.x86_64.rpm`, 'half', 0o644);
        const tree = await install({ names: ['less', 'documented'], sources, offline: false });
        const fetched = tree.packages.filter(({ origin }) => origin === 'network');
        assert.deepEqual(fetched.map(({ name }) => name).sort(), ['documented', 'less']);
        rmSync(join(host().root, facts.packages, 'less-668-1.x86_64.rpm'));
      });
    });
    const again = await install({ names: ['documented', 'less'] });
    assert.ok(again.packages.every(({ origin }) => origin === 'cache'));
  });

  check('missing metadata is said to be missing, and of which repository', async () => {
    await aside(facts.metadata, async () => {
      const error = await failure({ names: ['less'], sources });
      assert.match(error.message, /has no metadata of "test" in its cache$/i);
      assert.equal(error.hint, `Run "${facts.refresh}"`);
    });
  });

  check('a transaction of the host that holds its locks does not block', async () => {
    const lock = `import fcntl,time
f=open('/var/lib/rpm/.rpm.lock','w'); fcntl.lockf(f, fcntl.LOCK_EX); print(1, flush=True); time.sleep(60)`;
    const enter = join(checkout, 'tests/helpers/enter-root.sh');
    const holder = start([enter, host().root, 'python3', '-c', lock], { timeout: 60_000 });
    for (const path of facts.locks) files().write(path, `${holder.pid}\n`, 0o644);
    const { packages } = await install({ names: ['less'] });
    assert.ok(packages.length > 0);
    killGroup(holder.pid);
    await holder.done;
    for (const path of facts.locks) files().remove(path);
  });
}
