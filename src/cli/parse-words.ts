import { nearestName } from '../formats/nearest-name.ts';
import { UsageError } from '../model/errors.ts';
import { otherFlags, type Flag, type OtherCommand } from './flags.ts';

export interface Words {
  readonly words: readonly string[];
  /** By the flag's name, with the value of those that take one. */
  readonly flags: ReadonlyMap<string, string>;
}

/** Takes the arguments of a small command apart: loading yargs takes as long as these commands take. */
export function parseWords(args: readonly string[], command: OtherCommand): Words {
  const known: readonly Flag[] = otherFlags[command];
  const words: string[] = [];
  const flags = new Map<string, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      words.push(...rest);
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg);
      continue;
    }
    const [name = '', ...values] = arg.split('=');
    const flag = known.find((each) => name === `--${each.name}` || name === `-${each.short}`);
    const isSwitch = flag?.argument === null;
    if (flag === undefined || (isSwitch && values.length > 0)) throw unknownFlag(arg, command);
    const value = isSwitch ? 'true' : values.length > 0 ? values.join('=') : rest.shift();
    if (value === undefined || value === '') {
      throw new UsageError(`Cannot use "${name}" without a value: expected ${flag.argument}`);
    }
    flags.set(flag.name, value);
  }
  return { words, flags };
}

function unknownFlag(arg: string, command: OtherCommand): UsageError {
  const near = nearestName(
    arg,
    otherFlags[command].map(({ name }) => `--${name}`),
  );
  return new UsageError(
    `Cannot use "${arg}": unknown option`,
    near ? `Did you mean "${near}"?` : `See "pkginitrd ${command} --help"`,
  );
}
