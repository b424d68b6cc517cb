import type { Sys } from '../../model/sys.ts';
import type { PackageRequest } from '../driver.ts';
import { checkCommand } from './commands.ts';
import { inside } from './layout.ts';

/** signed: by a key that the host trusts. intact: by another key, or by nobody. */
export type Verdict = 'signed' | 'intact' | 'damaged';

/** What rpm says of archives, by their paths in the cache of this build. */
export async function checkRpms(
  sys: Sys,
  request: PackageRequest,
  files: readonly string[],
): Promise<ReadonlyMap<string, Verdict>> {
  if (files.length === 0) return new Map();
  const ran = await sys.run(checkCommand(request, files));
  const verdicts = parseChecked(ran.stdout);
  return new Map(files.map((file) => [file, verdicts.get(`${inside.cache}/${file}`) ?? 'damaged']));
}

/** Reads "FILE:" and below it a line for each digest and signature that ends in OK, NOKEY, BAD and the like. */
export function parseChecked(output: string): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const block of output.split(/^(?=\S)/m)) {
    const [head = '', ...lines] = block.split('\n');
    const items = lines.flatMap((line) => {
      const [, what, status] = /^\s+(.*?): ([A-Z]+)\b/.exec(line) ?? [];
      return what === undefined || status === undefined ? [] : [{ what, status }];
    });
    const has = (status: string, pattern: RegExp): boolean =>
      items.some((item) => item.status === status && pattern.test(item.what));
    const isIntact = has('OK', /digest$/i) && !has('BAD', /./);
    const isSigned = has('OK', /signature/i) && !has('NOKEY', /./) && !has('NOTTRUSTED', /./);
    verdicts.set(head.replace(/:$/, ''), !isIntact ? 'damaged' : isSigned ? 'signed' : 'intact');
  }
  return verdicts;
}
