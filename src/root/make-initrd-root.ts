import type { RootTree } from '../model/packages.ts';
import type { RootPlan } from '../model/plan.ts';
import type { Sys } from '../model/sys.ts';
import { absolutePath } from '../model/brands.ts';
import { logger } from '../log.ts';
import { writeBasics } from './basics.ts';
import { removeLeftovers } from './leftovers.ts';
import { runScript, type ScriptFacts } from './scripts.ts';
import { toolCommands } from './tools.ts';

const debug = logger('root');

/**
 * Makes an initrd of a root in which the packages are installed: drop-in trees and scripts, what systemd wants to
 * find in an initrd, users, temporary files, presets and indexes by the root's own tools; then takes away what a
 * booting machine does not need. Knows neither the kernel nor this host's secrets.
 */
export async function makeInitrdRoot(
  sys: Sys,
  tree: RootTree,
  plan: RootPlan,
  facts: ScriptFacts,
): Promise<void> {
  const root = sys.root(tree.root);
  const context = { ...facts, root: tree.root, environment: plan.environment };
  for (const extra of plan.extraTrees) {
    debug('tree %s', extra.source);
    root.copyIn(absolutePath(extra.source), extra.target);
  }
  for (const script of plan.postinst) await runScript(sys, script, 'postinst', context);
  writeBasics(root, plan);
  for (const { program, command } of toolCommands(tree.root, facts.epoch)) {
    if (root.stat(program) === undefined) debug('no %s in the root', program);
    else await sys.run(command);
  }
  for (const script of plan.finalize) await runScript(sys, script, 'finalize', context);
  removeLeftovers(sys, tree, plan);
}
