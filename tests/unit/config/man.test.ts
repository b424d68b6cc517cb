import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { buildFlags, otherFlags, settingFlags, type Flag } from '../../../src/cli/flags.ts';
import { conditionNames, unanswerable } from '../../../src/config/match.ts';
import { settings } from '../../../src/config/settings.ts';

const page = (name: string): string =>
  readFileSync(new URL(`../../../src/man/${name}.md`, import.meta.url), 'utf8');

const conf = page('pkginitrd.conf.5');
const tool = page('pkginitrd.8');

/** From the section's title to the next one. */
function section(text: string, title: string): string {
  const start = text.indexOf(`## ${title}`);
  assert.notEqual(start, -1, title);
  const end = text.indexOf('\n## ', start + 1);
  return `${text.slice(start, end === -1 ? undefined : end)}\n\n`;
}

/** "`Key=`" and the text below it. */
function entry(text: string, name: string): string {
  const match = new RegExp(`^(?:.*, )?\`${name}=\`.*\n: ((?:.*\n)*?)(?=\n)`, 'm').exec(text);
  assert.ok(match, `${name}= has no entry`);
  return match[1] ?? '';
}

for (const setting of settings) {
  test(`pkginitrd.conf(5) describes ${setting.key}= in its section, with merge rule and default`, () => {
    const text = entry(section(conf, `[${setting.section.toUpperCase()}] SECTION`), setting.key);
    const flat = text.replaceAll(/\s+/g, ' ');
    assert.match(flat, new RegExp(`Merge: ${setting.merge}`));
    const expected = setting.default === '' ? 'Default: none' : `Default: \`${setting.default}\``;
    assert.ok(flat.includes(expected), `expected ${expected} in ${flat}`);
  });
}

test('pkginitrd.conf(5) describes every condition', () => {
  const text = section(conf, '[MATCH] AND [TRIGGERMATCH] SECTIONS');
  for (const name of [...conditionNames, ...unanswerable])
    assert.ok(text.includes(`\`${name}=\``), name);
});

test('pkginitrd(8) describes every flag with its argument, and no other', () => {
  const text = section(tool, 'OPTIONS');
  const all: readonly Flag[] = [
    ...buildFlags,
    ...settingFlags(settings),
    ...Object.values(otherFlags).flat(),
  ];
  // One that several commands have is described once.
  const flags = [...new Map(all.toReversed().map((flag) => [flag.name, flag])).values()];
  const heads = text.split('\n').filter((line) => line.startsWith('`'));
  const expected = flags.map(({ name, argument, short: letter }) => {
    const short = letter === undefined ? '' : `\`-${letter}\`, `;
    return `${short}\`--${name}\`${argument === null ? '' : ` ${argument}`}`;
  });
  assert.deepEqual([...heads].sort(), [...expected, '`--version`'].sort());
});

test('both pages have the usual sections in the usual order', () => {
  const titles = (text: string): string[] => text.match(/^## .*$/gm) ?? [];
  assert.deepEqual(
    titles(tool).map((title) => title.slice(3)),
    [
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'COMMANDS',
      'OPTIONS',
      'EXIT STATUS',
      'ENVIRONMENT',
      'FILES',
      'NOTES',
      'EXAMPLES',
      'SEE ALSO',
    ],
  );
  assert.equal(titles(conf).at(0), '## NAME');
  assert.equal(titles(conf).at(-1), '## SEE ALSO');
  assert.match(section(conf, 'THE EMERGENCY SHELL'), /systemd\.setenv=SYSTEMD_SULOGIN_FORCE=1/);
});
