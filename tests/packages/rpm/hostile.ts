import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import assert from 'node:assert/strict';
import {
  attemptsIn,
  hostileHome,
  plantSurroundings,
  writeHostileTools,
  type Surroundings,
} from '../../helpers/hostile/hostile.ts';
import { cache } from '../../helpers/paths.ts';
import { rpmBench, withRepository, type RpmBench } from '../../helpers/rpm/bench.ts';
import type { ManagerFacts } from '../../helpers/rpm/managers.ts';
import { needsRpm } from '../../helpers/rpm/request.ts';

/** Every kind of script that rpm has sees the root under construction and nothing else. */
export function refusesHostile(facts: ManagerFacts): void {
  const bench = rpmBench(facts, 'recorded');
  const { host, install } = bench;

  test(`${facts.manager}: nothing that a hostile package tries works`, async (t) => {
    if (!needsRpm(t, facts.manager)) return;
    const surroundings = await plantSurroundings(host().root);
    t.after(() => surroundings.remove());
    const fill = async (directory: string): Promise<void> => build(bench, surroundings, directory);
    await withRepository(bench, { fill, isChecked: false }, async () => {
      const { root, warnings } = await install({
        names: ['hostile', 'hostile-gone', 'hostile-tools'],
        without: ['hostile-gone'],
      });
      assert.deepEqual(warnings, []);
      surroundings.judge(t, root, scripts);
      judgeLua(root);
    });
  });
}

const scripts = ['pre', 'post', 'posttrans', 'filetrigger', 'preun', 'postun'];

/** Builds three packages in the host and moves them to `directory`: programs, scripts, and scripts of a removal. */
async function build(
  { host, inHost, files }: RpmBench,
  surroundings: Surroundings,
  directory: string,
): Promise<void> {
  const work = join(host().root, 'srv/local/work');
  mkdirSync(work, { recursive: true });
  writeHostileTools(join(work, 'tree'), surroundings, join(cache, 'rpm-tools'));
  writeFileSync(join(work, 'hostile.spec'), spec(surroundings));
  const definitions = ['_topdir /srv/local/work/build', '_rpmdir /srv/local/Packages'].flatMap(
    (definition) => ['--define', definition],
  );
  const flat = ['--define', '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm'];
  await inHost(
    'rpmbuild',
    '-bb',
    '--quiet',
    ...definitions,
    ...flat,
    '/srv/local/work/hostile.spec',
  );
  assert.equal(files().glob(`srv/local/Packages/*.rpm`).length, 3, directory);
  files().remove('srv/local/work');
}

function spec(surroundings: Surroundings): string {
  const section = (name: string, script: string) =>
    `%${name} -p /bin/bash\n${attemptsIn(script)}\n`;
  const lua = `%pretrans -p <lua>\n${luaAttempts(surroundings, 'pretrans')}\n`;
  return `%global __os_install_post %{nil}
%global debug_package %{nil}
%global _build_id_links none
%global __requires_exclude .*
Name: hostile
Version: 1
Release: 1
Summary: Hostile
License: MIT
Requires: bash coreutils hostile-tools
Requires(pre): bash coreutils hostile-tools
%description
Hostile.
%package -n hostile-tools
Summary: Programs of hostile
Requires: bash coreutils
%description -n hostile-tools
Programs of hostile.
%package -n hostile-gone
Summary: Hostile when it goes
Requires: bash coreutils hostile-tools
Requires(pre): bash coreutils hostile-tools
Requires(postun): hostile-tools
%description -n hostile-gone
Hostile when it goes.
%install
mkdir -p %{buildroot}/usr/share/hostile-more
cp -a /srv/local/work/tree/. %{buildroot}/
touch %{buildroot}/usr/share/hostile-more/file
${lua}
${section('pre', 'pre')}
${section('post', 'post')}
${section('posttrans', 'posttrans')}
%transfiletriggerin -p /bin/bash -- /usr/share/hostile-more
${attemptsIn('filetrigger')}
exit 0

${section('preun -n hostile-gone', 'preun')}
${section('postun -n hostile-gone', 'postun')}
%post -n hostile-gone -p <lua>
${luaAttempts(surroundings, 'post')}

%files
%attr(0644, root, root) /usr/share/hostile-more/file
%files -n hostile-tools
%attr(-, root, root) /${hostileHome}
%files -n hostile-gone
`;
}

/** rpm runs these inside of its own process, with its open files. */
function luaAttempts({ marker, secrets }: Surroundings, script: string): string {
  const paths = [...secrets, 'etc/shadow'].map((path) => `"/${path}"`).join(', ');
  return `
local found = {}
local function try(path)
  local file = io.open(path, "r")
  if file == nil then return end
  local text = file:read(65536)
  file:close()
  if text ~= nil and string.find(text, "${marker}", 1, true) then table.insert(found, path) end
end
if posix.chroot ~= nil then posix.chroot(".") end
local ways = { "", "/proc/1/root", "/proc/self/root", "/proc/self/cwd" }
for number = 0, 63 do
  for _, up in ipairs({ "", "/..", "/../../../.." }) do
    table.insert(ways, "/proc/self/fd/" .. number .. up)
  end
end
for _, way in ipairs(ways) do
  for _, path in ipairs({ ${paths} }) do try(way .. path) end
end
for _, path in ipairs({ "/proc/sys/kernel/core_pattern", "/proc/1/root/etc/hostile", "/proc/sysrq-trigger" }) do
  local file = io.open(path, "w")
  if file ~= nil then
    file:close()
    table.insert(found, path .. " for writing")
  end
end
local out = io.open("/hostile-lua-${script}", "w")
out:write("ways " .. #ways .. "\\n" .. table.concat(found, "\\n"))
out:close()`;
}

function judgeLua(root: string): void {
  for (const script of ['pretrans', 'post']) {
    assert.equal(readReport(root, script), 'ways 196\n', `<lua> of %${script}`);
  }
}

function readReport(root: string, script: string): string {
  return readFileSync(join(root, `hostile-lua-${script}`), 'utf8');
}
