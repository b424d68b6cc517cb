// What a rules file does with one event, as far as rules of ours go.
import { fnmatch } from '../../src/formats/fnmatch.ts';
import { parseUdevRules, type RuleWord } from '../../src/formats/udev-rules.ts';

export interface UdevEvent {
  readonly action: string;
  readonly subsystem: string;
  readonly kernel: string;
  readonly properties: Readonly<Record<string, string>>;
  /** Words of the kernel's command line. */
  readonly commandLine?: Readonly<Record<string, string>>;
  /** Paths that there are. */
  readonly paths?: readonly string[];
}

export interface UdevOutcome {
  readonly properties: ReadonlyMap<string, string>;
  /** Values of RUN and SYMLINK, with properties in the place of `$env{NAME}`. */
  readonly run: readonly string[];
  readonly links: readonly string[];
}

export function handled(rules: string, event: UdevEvent): UdevOutcome {
  const properties = new Map(Object.entries(event.properties));
  const run: string[] = [];
  const links: string[] = [];
  const holds = (word: RuleWord): boolean => {
    const [, kind = '', name = ''] = /^([A-Z]+)(?:\{(.*)\})?$/.exec(word.key) ?? [];
    switch (kind) {
      case 'ACTION':
        return matches(word, event.action);
      case 'SUBSYSTEM':
        return matches(word, event.subsystem);
      case 'KERNEL':
        return matches(word, event.kernel);
      case 'ENV':
        if (/^[!=]=$/.test(word.operator)) return matches(word, properties.get(name) ?? '');
        properties.set(name, word.value);
        return true;
      case 'TEST':
        return (event.paths ?? []).includes(word.value) === (word.operator === '==');
      case 'IMPORT': {
        const value = event.commandLine?.[word.value];
        if (name === 'cmdline' && value !== undefined) properties.set(word.value, value);
        return name !== 'cmdline' || value !== undefined;
      }
      case 'RUN':
        return run.push(word.value) > 0;
      case 'SYMLINK':
        return links.push(filled(word.value, properties)) > 0;
      default:
        return true;
    }
  };
  let wanted: string | undefined;
  for (const rule of parseUdevRules(rules)) {
    if (wanted !== undefined) {
      if (!rule.some(({ key, value }) => key === 'LABEL' && value === wanted)) continue;
      wanted = undefined;
    }
    if (rule.every(holds)) wanted = rule.find(({ key }) => key === 'GOTO')?.value;
  }
  return { properties, run, links };
}

function matches({ operator, value }: RuleWord, text: string): boolean {
  return value.split('|').some((pattern) => fnmatch(pattern, text)) === (operator === '==');
}

function filled(value: string, properties: ReadonlyMap<string, string>): string {
  return value.replaceAll(/\$env\{([^}]*)\}/g, (_, name: string) => properties.get(name) ?? '');
}
