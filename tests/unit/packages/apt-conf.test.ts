import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { aptDriver } from '../../../src/packages/apt/apt.ts';
import { plant, scratch, type Tree } from '../../helpers/scratch.ts';
import { requestFor } from '../../helpers/package-request.ts';
import { countingSys } from './counting-sys.ts';

const usual = {
  configuration: 'etc/apt',
  preferences: 'etc/apt/preferences',
  lists: 'var/lib/apt/lists',
  archives: 'var/cache/apt/archives',
};

const status = 'Package: dpkg\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n';

async function openWith(t: TestContext, tree: Tree, printed: string) {
  const hostRoot = plant(scratch(t), { 'var/lib/dpkg/status': status, ...tree });
  const commands: string[] = [];
  const { sys } = countingSys(hostRoot, ({ argv }) => {
    commands.push(argv.join(' '));
    return printed;
  });
  const job = await aptDriver.open(sys, requestFor({}, { hostRoot }));
  return { job, commands, witnesses: aptDriver.witnesses(job) };
}

test('apt is not asked where its files are unless its configuration moves directories', async (t) => {
  const tree = { 'etc/apt/apt.conf.d/70debconf': 'DPkg::Pre-Install-Pkgs {"x";};\n' };
  const { job, commands } = await openWith(t, tree, '');
  assert.deepEqual(commands, []);
  assert.deepEqual(job.host.places, usual);
});

test('lists, preferences and archives are looked for where apt has them', async (t) => {
  const { job, commands, witnesses } = await openWith(
    t,
    {
      'etc/apt/apt.conf': 'Dir::Cache "/srv/cache";\ndir::state "/srv/state";\n',
      'srv/state/lists/x_Packages.lz4': '',
      'srv/cache/archives/a_1_all.deb': '',
      'etc/other/preferences': 'Package: *\n',
    },
    "configuration='/etc/other/'\npreferences='/etc/other/preferences'\n" +
      "lists='/srv/state/lists/'\narchives='/srv/cache/archives/'\n",
  );
  assert.deepEqual(commands, [
    'apt-config shell configuration Dir::Etc/d preferences Dir::Etc::preferences/f lists Dir::State::lists/d archives Dir::Cache::archives/d',
  ]);
  assert.equal(job.host.hasLists, true);
  assert.equal(job.host.preferences, 'Package: *\n');
  assert.deepEqual(job.host.cached.get('a_1_all.deb'), ['srv/cache/archives/a_1_all.deb']);
  for (const path of ['srv/state/lists/x_Packages.lz4', 'srv/cache/archives', 'etc/apt/apt.conf']) {
    assert.ok(witnesses.includes(path), path);
  }
});

test('what apt does not say stays where it usually is', async (t) => {
  const tree = { 'etc/apt/apt.conf.d/00moved': 'Dir { Cache "/x"; };\n' };
  const { job } = await openWith(t, tree, "archives='/x/archives/'\n");
  assert.deepEqual(job.host.places, { ...usual, archives: 'x/archives' });
});
