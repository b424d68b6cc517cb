import { posix } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { Plan, ScriptPlan } from '../model/plan.ts';
import type { Command, Sys } from '../model/sys.ts';
import { inRoot } from './tools.ts';

/** Facts that scripts are told. None depends on the kernel, so that one base fits all kernels. */
export interface ScriptFacts {
  readonly hostRoot: AbsolutePath;
  readonly distribution: Plan['distribution'];
  readonly architecture: Plan['architecture'];
  /** Seconds since 1970. */
  readonly epoch: number;
}

export interface ScriptContext extends ScriptFacts {
  readonly root: AbsolutePath;
  /** Environment=; overrides the variables that every program in the root gets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs a drop-in's executable on the root under construction, without network and with nothing else to write to. */
export async function runScript(
  sys: Sys,
  script: ScriptPlan,
  stage: 'postinst' | 'finalize',
  context: ScriptContext,
): Promise<void> {
  await sys.run(scriptCommand(script, stage, context));
}

/** The environment is mkosi's, so that a script can be moved over: BUILDROOT, DISTRIBUTION, RELEASE, ARCHITECTURE. */
export function scriptCommand(
  script: ScriptPlan,
  stage: 'postinst' | 'finalize',
  context: ScriptContext,
): Command {
  const { root, hostRoot, distribution, architecture, epoch } = context;
  const file = absolutePath(script.path);
  const target = `/tmp/scripts/${posix.basename(script.path)}`;
  const bind = { source: file, target, writable: false };
  const common = inRoot(root, epoch, [bind]);
  const env = {
    ...common.env,
    ...context.environment,
    BUILDROOT: script.insideRoot ? '/' : '/tmp/buildroot',
    DISTRIBUTION: distribution.id,
    RELEASE: distribution.version ?? '',
    ARCHITECTURE: architecture,
  };
  const purpose = `Run the ${stage} script "${script.path}"`;
  const argv = [target, stage === 'postinst' ? 'final' : 'finalize'] as const;
  if (script.insideRoot) return { ...common, env, argv, purpose };
  return {
    env,
    argv,
    purpose,
    sandbox: {
      root: hostRoot,
      rootWritable: false,
      binds: [bind, { source: root, target: '/tmp/buildroot', writable: true }],
      network: false,
      suppressSync: true,
    },
  };
}
