import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import test from 'node:test';
import { printStorage } from '../../src/cli/print-storage.ts';
import { describeReason, type Reason } from '../../src/model/reason.ts';
import { bothKernels } from '../helpers/kernel.ts';
import { need } from '../helpers/need.ts';
import { hosts } from '../hosts/hosts.ts';
import { select } from '../hosts/select.ts';

// UPDATE_GOLDEN=1 writes it anew. What the host asks for alone, without the portable list.
const golden = new URL('hosts.golden.txt', import.meta.url);

test('every synthetic host gets what it needs of both kernels', (t) => {
  const kernels = bothKernels().filter((each) => each !== undefined);
  if (!need(t, kernels.length === 2, 'no kernels: run tests/helpers/setup.sh')) return;
  const text = Object.entries(hosts)
    .map(([name, tree]) => {
      const lists = kernels.map((kernel) => {
        const { facts, config, modules } = select(t, tree, kernel, { kernelModules: [''] });
        const rows = modules.files
          .map((module) => `  ${module.name.padEnd(24)} ${originText(module.from)}\n`)
          .sort();
        return { kernel, facts, config, rows };
      });
      const first = lists[0];
      return [
        `# ${name}\n`,
        printStorage(first?.facts.storage ?? []),
        'profiles:\n',
        ...(first?.config.profiles ?? []).map(
          ({ value, from }) => `  ${value.padEnd(24)} ${originText(from)}\n`,
        ),
        ...lists.flatMap(({ kernel, rows }) => [`${series(kernel.version)}:\n`, ...rows]),
      ].join('');
    })
    .join('\n');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
});

/** Without the place of the checkout. */
function originText(reason: Reason): string {
  return describeReason(reason).replace(/^.*\/dropins\//, 'dropins/');
}

/** `6.12.117+deb13-amd64` → `6.12`: updates of a stable kernel keep its modules. */
function series(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
