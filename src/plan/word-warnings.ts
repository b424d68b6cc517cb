import { matchesModule } from '../formats/module-pattern.ts';
import { describeOrigin, type Sourced } from '../model/origin.ts';
import type { Config } from '../model/config.ts';
import type { ModuleIndex } from '../model/facts.ts';

/** Words of the user's KernelModules= that stand for nothing in this kernel: mostly misspelt. The tool's own are for all kernels. */
export function unknownModuleWords(config: Config, index: ModuleIndex): readonly string[] {
  const own = new Set(config.defaultKernelModules.map(identity));
  const paths = [...index.paths.keys()];
  return config.kernelModules
    .filter((word) => !own.has(identity(word)) && !/^-|^(?:host|default)$/.test(word.value))
    .filter(({ value }) => !index.builtin.has(value.replaceAll('-', '_')))
    .filter(({ value }) => !paths.some((path) => matchesModule(value, path)))
    .map(
      ({ value, from }) =>
        `${describeOrigin(from)}: This kernel has no module "${value}", ignoring the word`,
    );
}

function identity({ value, from }: Sourced<string>): string {
  return `${describeOrigin(from)} ${value}`;
}
