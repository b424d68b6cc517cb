// Checks modules.dep.bin, by which modprobe finds each module and what it needs. modules.dep has the same lines as text, which
// nothing in an image reads: where it says more, the index has lost something; where it says less, only the text has.
import { normalizeModuleName, moduleName } from '../formats/module-name.ts';
import { parseModulesBin } from '../formats/modules-bin.ts';
import { parseModulesDep } from '../formats/modules-dep.ts';
import { BuildError } from '../model/errors.ts';
import type { ModuleRecord } from '../model/facts.ts';
import { keptBytes, type ImageFiles, type ModuleFacts } from './file-facts.ts';
import type { Finding, Report } from './report.ts';

/**
 * Gives the records of the index by their paths, none where it cannot be read. `directory` is that of the modules, and `present`
 * are paths below it.
 */
export function checkDependencies(
  files: ImageFiles,
  directory: string,
  present: ReadonlyMap<string, ModuleFacts | undefined>,
  report: Report,
): ReadonlyMap<string, ModuleRecord> {
  const records = read('modules.dep.bin', 'error', 'without which modprobe finds no module', index);
  if (records === undefined) return new Map();
  for (const { path, dependencies } of records.values()) {
    if (!present.has(path)) {
      tell('error', path, `modules.dep.bin names "${path}", which is missing`);
      continue;
    }
    for (const dependency of dependencies) {
      if (present.has(dependency)) continue;
      tell('error', path, `Module "${path}" needs "${dependency}", which is missing`);
    }
  }
  for (const path of present.keys()) {
    if (records.has(path)) continue;
    const message = `Module "${path}" is not in modules.dep.bin, modprobe will not find it`;
    tell('error', path, message);
  }
  const text = read('modules.dep', 'warning', 'by which modules.dep.bin is judged', (bytes) =>
    parseModulesDep(bytes.toString()),
  );
  if (text !== undefined) compare(records, text);
  return records;

  function compare(
    own: ReadonlyMap<string, ModuleRecord>,
    other: ReadonlyMap<string, ModuleRecord>,
  ): void {
    for (const { name, path, dependencies } of other.values()) {
      const record = own.get(path);
      // Told above, where the module is there.
      if (record === undefined) continue;
      const lost = dependencies.filter((each) => !record.dependencies.includes(each));
      if (lost.length === 0) continue;
      const message = `modules.dep.bin does not say that module "${name}" needs "${lost.join('", "')}", modules.dep does`;
      tell('error', 'modules.dep.bin', message);
    }
    const more = [...own.values()].filter(
      ({ path, dependencies }) =>
        !dependencies.every((each) => other.get(path)?.dependencies.includes(each) ?? false) ||
        !other.has(path),
    );
    const [first] = more;
    if (first === undefined) return;
    const message = `modules.dep.bin says more than modules.dep of ${more.length} modules, of "${first.name}" first`;
    tell('warning', 'modules.dep', message);
  }

  function read<T>(
    name: string,
    severity: Finding['severity'],
    purpose: string,
    parse: (bytes: Buffer) => T,
  ): T | undefined {
    const bytes = keptBytes(files, `${directory}/${name}`);
    if (bytes === undefined) {
      tell(severity, name, `Missing "${name}", ${purpose}`);
      return undefined;
    }
    try {
      return parse(bytes);
    } catch (caught) {
      if (!(caught instanceof BuildError)) throw caught;
      tell(severity, name, caught.message);
      return undefined;
    }
  }

  function tell(severity: Finding['severity'], path: string, message: string): void {
    const hint = 'Run depmod over the modules of the image';
    report({ severity, check: 'modules', path: `${directory}/${path}`, message, hint });
  }
}

/** Its values are the lines of modules.dep, by the name of the module. */
function index(bytes: Buffer): Map<string, ModuleRecord> {
  const records = new Map<string, ModuleRecord>();
  for (const [name, values] of parseModulesBin(bytes)) {
    for (const [path, record] of parseModulesDep(values.join('\n'))) {
      // A module is asked for by its name, and is not found by another one's.
      if (moduleName(path) === normalizeModuleName(name)) records.set(path, record);
    }
  }
  return records;
}
