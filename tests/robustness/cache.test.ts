import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { deploy } from '../helpers/kernel-install.ts';
import { explain } from '../helpers/run.ts';
import { throwAwayHost, type ThrowAwayHost } from '../helpers/throw-away-host.ts';

// npm run kills asks for fifty.
const kills = Number(process.env['KILLS'] ?? 2);
const parts = '/var/cache/pkginitrd/parts';

test(
  'an image of cached parts has the bytes of one made from nothing, whatever ended the builds before it',
  { timeout: 1_800_000 },
  async (t) => {
    const host = throwAwayHost(t, 'machine');
    if (host === undefined) return;
    await deploy(host, {});
    // What earlier builds on this machine have left.
    await shell(host, `rm -rf ${parts} /var/lib/pkginitrd/images`);

    // A build that is killed while its base part is written leaves nothing that counts.
    await killedAt(host, 'Writing the base part');
    // Two at once: the second waits, and takes what the first has made. Each mount of an overlay numbers its
    // directories anew, so the third is in the same.
    const three = await shell(
      host,
      `${command(host, 'one')} & ${command(host, 'two')}; wait; ${command(host, 'again')}`,
    );
    assert.equal(three.match(/base .* made: nothing like it is cached\n/g)?.length, 1, three);
    assert.equal(three.match(/base .* from the cache\n/g)?.length, 2, three);
    assert.match(three.slice(three.indexOf('/var/tmp/again')), /kernel .* from the cache\n/);

    host.write('/etc/apt/apt.conf.d/99-other', 'APT::Sandbox::Seccomp "false";\n');
    assert.match(await build(host, 'chosen'), /base .* from the cache: the same packages\n/);

    // Any moment of making and keeping the kernel part.
    for (const seconds of [0.6, 0.9, 1.2, 1.5, 1.8, 2.1]) {
      await shell(host, killedAfter(host, seconds, 'kernel-*'));
    }
    await build(host, 'after');

    assert.match(await build(host, 'nothing', '--no-cache'), /base .* made: the cache is off\n/);
    const nothing = image(host, 'nothing');
    for (const name of ['one', 'two', 'again', 'chosen', 'after']) {
      assert.ok(image(host, name).equals(nothing), `the image "${name}" is another`);
    }
    const kept = readdirSync(join(host.upper, parts)).map((name) => name.replace(/-.*/, ''));
    assert.deepEqual([...new Set(kept)].sort(), ['base', 'inputs', 'kernel', 'plan', 'verdict']);

    // status looks closer here: see above for the overlay.
    await shell(host, 'rm /var/tmp/one /var/tmp/two /var/tmp/again /var/tmp/chosen /var/tmp/after');
    const same = await host.enter(['pkginitrd', 'status']);
    assert.equal(same.code, 0, explain(['status'], same));
    assert.match(same.stdout, /^\/var\/tmp\/nothing \(.*\): up to date\n$/);
    host.write('/etc/pkginitrd/50-other.conf', '[Content]\nLocale=C\nPackages=nano\n');
    host.write('/etc/pkginitrd/extra/usr/lib/other', '');
    const other = await host.enter(['pkginitrd', 'status']);
    assert.equal(other.code, 3, explain(['status'], other));
    assert.match(other.stdout, /^ {2}drop-in \/etc\/pkginitrd\/50-other.conf: new$/m);
    assert.match(other.stdout, /^ {2}setting Locale: changed$/m);
    assert.match(other.stdout, /^ {2}setting ExtraTrees: changed$/m);
    assert.match(other.stdout, /^ {2}package nano new, /m);
    assert.match(await shell(host, 'pkginitrd clean parts'), /^ {2}parts {2}.* MiB removed\n$/);
    assert.deepEqual(readdirSync(join(host.upper, parts)), []);
  },
);

test(
  'a base part of installed files is used again without making archives of them, as long as they are what they were',
  { timeout: 3_600_000 },
  async (t) => {
    const host = throwAwayHost(t, 'machine');
    if (host === undefined) return;
    await deploy(host, {});
    await shell(host, `rm -rf ${parts} /var/lib/pkginitrd/images`);
    const sources = 'installed,cache,network';
    // All in one mount: another one numbers the inodes of an overlay anew.
    const story = await shell(
      host,
      [
        command(host, 'first', sources),
        `echo '=== unchanged'; ${command(host, 'unchanged', sources)}`,
        ...installing('linux-image-0', 'boot usr/share/doc/linux-image-0 usr/bin'),
        `echo '=== kernel'; ${command(host, 'kernel', sources)}`,
        ...installing('another', 'usr/share/doc/another', 'Provides: kmod'),
        `echo '=== provider'; ${command(host, 'provider', sources)}`,
        `chmod 0711 /usr/bin/ls`,
        `echo '=== mode'; ${command(host, 'mode', sources)}`,
        `echo '=== nothing'; ${command(host, 'nothing', sources)} --no-cache`,
      ].join('\n'),
    );
    const [first = '', unchanged = '', kernel = '', provider = '', mode = ''] =
      story.split(/^=== \w+$/m);
    assert.match(first, /base .* made: nothing like it is cached\n/);
    assert.match(unchanged, /base .* from the cache/);
    // A kernel's package changes dpkg's database and directories that all packages share, and nothing that counts.
    assert.match(kernel, /base .* from the cache\n/);
    assert.doesNotMatch(kernel, / choose$/m);
    assert.match(provider, /base .* from the cache: the same packages\n/);
    assert.doesNotMatch(provider, / fetch$/m);
    assert.match(mode, /base .* made: "\/(?:usr\/)?bin\/ls" has changed\n/);
    assert.ok(image(host, 'unchanged').equals(image(host, 'first')));
    assert.ok(image(host, 'kernel').equals(image(host, 'first')));
    assert.ok(image(host, 'provider').equals(image(host, 'first')));
    assert.ok(image(host, 'mode').equals(image(host, 'nothing')));
    assert.ok(!image(host, 'mode').equals(image(host, 'first')));
  },
);

test(
  `builds that are killed at ${kills} moments leave nothing that a later one wrongly uses`,
  { timeout: 14_400_000 },
  async (t) => {
    const host = throwAwayHost(t, 'machine');
    if (host === undefined) return;
    await deploy(host, {});
    await shell(host, `rm -rf ${parts} /var/lib/pkginitrd/images`);
    const whole = await seconds(host, command(host, 'nothing'));
    const upgrade = await seconds(host, `rm -f ${parts}/kernel-*; ${command(host, 'upgrade')}`);
    const nothing = image(host, 'nothing');
    assert.ok(image(host, 'upgrade').equals(nothing));
    for (let index = 0; index < kills; index += 1) {
      const share = (index + 0.5) / kills;
      const killed =
        index % 2 === 0
          ? killedAfter(host, share * whole, '*')
          : killedAfter(host, share * upgrade, 'kernel-*');
      await shell(host, `${killed}; ${command(host, 'after')}`);
      assert.ok(image(host, 'after').equals(nothing), `killed at ${share} of it`);
    }
  },
);

/** Lines of a shell that remove parts of the cache and kill the build that makes them anew. */
function killedAfter(host: ThrowAwayHost, time: number, removed: string): string {
  return `rm -f ${parts}/${removed}; timeout --signal KILL ${time.toFixed(2)} ${command(host, 'killed')} || true`;
}

async function seconds(host: ThrowAwayHost, script: string): Promise<number> {
  const ran = await host.enter(['sh', '-c', `: >/var/tmp/loaded-modules; ${script}`]);
  assert.equal(ran.code, 0, explain([script], ran));
  return ran.milliseconds / 1000;
}

/** Lines of a shell that install a package with a file in each directory. */
function installing(name: string, directories: string, ...fields: readonly string[]): string[] {
  const control = [`Package: ${name}`, 'Version: 1', 'Architecture: all', ...fields];
  const lines = [...control, 'Maintainer: nobody', 'Description: a package'];
  return [
    `mkdir -p /var/tmp/${name}/DEBIAN`,
    `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >/var/tmp/${name}/DEBIAN/control`,
    `for each in ${directories}; do install -D -m 0644 /dev/null /var/tmp/${name}/$each/${name}.file; done`,
    `dpkg-deb --build /var/tmp/${name} /var/tmp/${name}.deb >/dev/null`,
    `dpkg --install /var/tmp/${name}.deb >/dev/null 2>&1`,
  ];
}

function command(
  { kernel }: ThrowAwayHost,
  name: string,
  sources: string = 'cache,network',
): string {
  const modules = '/var/tmp/loaded-modules';
  return `pkginitrd build -k ${kernel.version} --loaded-modules ${modules} -O /var/tmp -o ${name} --sources ${sources}`;
}

async function build(host: ThrowAwayHost, name: string, ...options: string[]): Promise<string> {
  return shell(host, [command(host, name), ...options].join(' '));
}

async function killedAt(host: ThrowAwayHost, sentence: string): Promise<void> {
  await shell(
    host,
    [
      `${command(host, 'killed')} --verbose >/dev/null 2>/var/tmp/story &`,
      `until grep -q '${sentence}' /var/tmp/story; do kill -0 $! && sleep 0.05; done`,
      'kill -KILL $!',
    ].join('\n'),
  );
}

async function shell(host: ThrowAwayHost, script: string): Promise<string> {
  const ran = await host.enter(['sh', '-c', `: >/var/tmp/loaded-modules; ${script}`]);
  assert.equal(ran.code, 0, explain([script], ran));
  return ran.stdout;
}

function image(host: ThrowAwayHost, name: string): Buffer {
  return readFileSync(join(host.upper, 'var/tmp', name));
}
