import { MODULE_SUFFIX, moduleName } from './module-name.ts';

export interface ModulePath {
  readonly kernelVersion: string;
  /** From the directory of the kernel's modules, without the suffix of a compression. */
  readonly place: string;
  readonly name: string;
}

/** Takes the path of a kernel module in an image apart; undefined where it is none. */
export function parseModulePath(path: string): ModulePath | undefined {
  const [, kernelVersion, below] = /^(?:usr\/)?lib\/modules\/([^/]+)\/(.+)$/s.exec(path) ?? [];
  if (kernelVersion === undefined || below === undefined) return undefined;
  if (!MODULE_SUFFIX.test(below)) return undefined;
  const place = below.replace(MODULE_SUFFIX, '.ko');
  return { kernelVersion, place, name: moduleName(below) };
}
