import assert from 'node:assert/strict';
import test from 'node:test';
import { parseDropIn } from '../../../src/formats/drop-in.ts';
import { fileMatches, type MatchContext } from '../../../src/config/match.ts';
import { debian13 } from './load-fixture.ts';

const context: MatchContext = {
  facts: debian13,
  generic: false,
  profiles: ['lvm'],
  format: 'cpio',
  exists: (path) => path === '/etc/mdadm',
};

const ubuntu: MatchContext = {
  ...context,
  facts: {
    ...debian13,
    distribution: 'ubuntu',
    distributionLike: ['debian'],
    release: ['24.04', 'noble'],
    architecture: 'arm64',
    systemdVersion: '255',
  },
};

const sid: MatchContext = {
  ...context,
  facts: { ...debian13, release: ['forky'], systemdVersion: undefined },
};

function matches(text: string, seen: MatchContext): boolean {
  return fileMatches(parseDropIn(text, 'x.conf'), 'x.conf', seen);
}

const single: readonly (readonly [condition: string, expected: boolean, seen?: MatchContext])[] = [
  ['Distribution=debian', true],
  ['Distribution=Debian', false],
  ['Distribution=!debian', false],
  ['Distribution=debian', false, ubuntu],
  ['DistributionLike=debian', true],
  ['DistributionLike=debian', true, ubuntu],
  ['DistributionLike=fedora', false, ubuntu],
  ['Release=13', true],
  ['Release=trixie', true],
  ['Release=!bookworm', true],
  ['Release=!trixie', false],
  ['Release=>=13', true],
  ['Release=>13', false],
  ['Release=>12', true],
  ['Release=<=13', true],
  ['Release=<13', false],
  ['Release=< 14', true],
  ['Release===13', true],
  ['Release=!=13', false],
  ['Release=!=12', true],
  ['Release=>=9', true],
  ['Release=<24.10', true, ubuntu],
  ['Release=>=24.04', true, ubuntu],
  ['Release=>=13', false, sid],
  ['Release=!bookworm', true, sid],
  ['Architecture=x86-64', true],
  ['Architecture=arm64', false],
  ['Architecture=uefi', true, ubuntu],
  ['HostArchitecture=arm64', true, ubuntu],
  ['SystemdVersion=>=257', true],
  ['SystemdVersion=257', true],
  ['SystemdVersion=>=258', false],
  ['SystemdVersion=<256', true, ubuntu],
  ['SystemdVersion=>=1', false, sid],
  ['Format=cpio', true],
  ['Format=uki', false],
  ['Profiles=lvm', true],
  ['Profiles=raid', false],
  ['Profiles=', false],
  ['Profiles=', true, { ...context, profiles: [] }],
  ['Generic=no', true],
  ['Generic=yes', false],
  ['Generic=yes', true, { ...context, generic: true }],
  ['PathExists=/etc/mdadm', true],
  ['PathExists=/etc/lvm', false],
  ['PathExists=!/etc/lvm', true],
  ['Bootable=no', true],
  ['Bootable=yes', false],
  ['Repositories=epel', false],
  ['Repositories=!epel', true],
];

for (const [condition, expected, seen = context] of single) {
  const where = `${seen.facts.distribution} ${seen.facts.release[0]}`;
  test(`[Match] ${condition} is ${expected} on ${where}`, () => {
    assert.equal(matches(`[Match]\n${condition}\n`, seen), expected);
  });
}

const T = 'Distribution=debian\n';
const F = 'Distribution=arch\n';
const orT = 'Distribution=|debian\n';
const orF = 'Distribution=|arch\n';
const combined: readonly (readonly [name: string, text: string, expected: boolean])[] = [
  ['no section', '[Content]\nPackages=a\n', true],
  ['an empty section', '[Match]\n', true],
  ['all of one section', `[Match]\n${T}${F}`, false],
  ['one trigger of several', `[Match]\n${orF}${orT}`, true],
  ['no trigger of several', `[Match]\n${orF}${orF}`, false],
  ['a negated trigger', '[Match]\nDistribution=|!arch\n', true],
  ['a trigger does not make up for a plain one', `[Match]\n${F}${orT}`, false],
  ['a plain one does not make up for triggers', `[Match]\n${T}${orF}`, false],
  ['triggers count within their section', `[Match]\n${orT}[Match]\n${orF}`, false],
  ['several sections', `[Match]\n${T}[Match]\n${F}`, false],
  ['a section at the end of the file', `[Content]\nPackages=a\n[Match]\n${F}`, false],
  ['one TriggerMatch of several', `[TriggerMatch]\n${F}[TriggerMatch]\n${T}`, true],
  ['no TriggerMatch of several', `[TriggerMatch]\n${F}[TriggerMatch]\n${T}${F}`, false],
  ['Match and TriggerMatch', `[Match]\n${F}[TriggerMatch]\n${T}`, false],
  ['Match and failing TriggerMatch', `[Match]\n${T}[TriggerMatch]\n${F}`, false],
];

for (const [name, text, expected] of combined) {
  test(`fileMatches: ${name}`, () => assert.equal(matches(text, context), expected));
}

test('an [Assert] that fails is an error, unless [Match] fails before', () => {
  assert.throws(() => matches(`[Assert]\n${F}`, context), {
    name: 'UsageError',
    message: 'x.conf:1: Cannot use this file: [Assert] fails',
  });
  assert.throws(() => matches(`[TriggerAssert]\n${F}`, context), /no \[TriggerAssert\] section/);
  assert.equal(matches(`[Assert]\n${F}[Match]\n${F}`, context), false);
  assert.equal(matches(`[Assert]\n${T}[TriggerAssert]\n${F}[TriggerAssert]\n${T}`, context), true);
});

test('a condition with a bad value is an error with its line', () => {
  assert.throws(() => matches('[Match]\n\nGeneric=maybe\n', context), {
    message: 'x.conf:3: Cannot take "maybe" as a boolean: expected "yes" or "no"',
  });
});
