import { UsageError } from '../model/errors.ts';
import {
  buildFlags,
  otherFlags,
  settingFlags,
  type Flag,
  type OtherCommand,
  type SettingFlag,
} from './flags.ts';
import { commands } from './help.ts';
import { cacheNames } from '../model/invocation.ts';

/** Scripts that complete the command line, made of the tables of commands and flags. */
export function completion(shell: string | undefined, settings: readonly SettingFlag[]): string {
  const flags = [...buildFlags, ...settingFlags(settings)].map((flag) => ({
    ...flag,
    values: valuesOf(flag, settings),
  }));
  switch (shell) {
    case 'bash':
      return bash(flags);
    case 'zsh':
      return zsh(flags);
    case 'fish':
      return fish(flags);
    case undefined:
    default:
      throw new UsageError(
        `Cannot complete for ${shell === undefined ? 'no shell' : `"${shell}"`}: expected bash, zsh or fish`,
        'As in "pkginitrd completion bash >/etc/bash_completion.d/pkginitrd"',
      );
  }
}

interface Completed extends Flag {
  readonly values: Values;
}

type Values =
  | { readonly type: 'none' }
  | { readonly type: 'words'; readonly words: readonly string[] }
  | { readonly type: 'file' | 'directory' | 'kernel' | 'profile' | 'any' };

function valuesOf({ name, argument }: Flag, settings: readonly SettingFlag[]): Values {
  const setting = settings.find(({ flag }) => flag === name);
  if (setting?.values !== undefined) {
    return { type: 'words', words: [...new Set(Object.values(setting.values))] };
  }
  switch (argument) {
    case null:
      return { type: 'none' };
    case 'yes|no':
      return { type: 'words', words: ['yes', 'no'] };
    case 'FILE':
      return { type: 'file' };
    case 'DIR':
      return { type: 'directory' };
    case 'VERSION':
      return { type: 'kernel' };
    default:
      return { type: name === 'profile' ? 'profile' : 'any' };
  }
}

interface SmallCommand {
  readonly command: string;
  readonly flags: readonly Completed[];
  /** What stands where no option does. */
  readonly operand: Values;
}

const operands = {
  status: { type: 'none' },
  clean: { type: 'words', words: cacheNames },
  doctor: { type: 'none' },
  refresh: { type: 'none' },
  rollback: { type: 'kernel' },
  list: { type: 'file' },
  extract: { type: 'file' },
  diff: { type: 'file' },
} satisfies Record<OtherCommand, Values>;

const small: readonly SmallCommand[] = Object.entries(otherFlags).map(([command, flags]) => ({
  command,
  flags: flags.map((flag) => ({ ...flag, values: valuesOf(flag, []) })),
  operand: operandOf(command),
}));

function operandOf(command: string): Values {
  return Object.entries(operands).find(([name]) => name === command)?.[1] ?? { type: 'none' };
}

// Commands that people type; the hooks' are not offered.
const offered = commands.filter((name) => !name.startsWith('kernel-'));

const kernels = 'command ls /usr/lib/modules 2>/dev/null';
const profiles =
  'command ls /usr/lib/pkginitrd/profiles /etc/pkginitrd/profiles 2>/dev/null | grep -v "[:/]"';

function bash(flags: readonly Completed[]): string {
  const cases = flags.flatMap((flag) => {
    const reply = bashReply(flag.values);
    return reply === undefined ? [] : [`        ${options(flag).join('|')}) ${reply}; return ;;\n`];
  });
  return `# bash completion for pkginitrd
_pkginitrd() {
    local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        COMPREPLY=($(compgen -W '${offered.join(' ')} --help --version' -- "$current"))
        return
    fi
    case \${COMP_WORDS[1]} in
        build|why) ;;
        completion) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$current")); return ;;
${small.map(bashSmall).join('')}        *) return ;;
    esac
    case $previous in
${cases.join('')}    esac
    COMPREPLY=($(compgen -W '${flags.map(({ name }) => `--${name}`).join(' ')}' -- "$current"))
}
complete -F _pkginitrd pkginitrd
`;
}

function bashSmall({ command, flags, operand }: SmallCommand): string {
  const words = flags.flatMap(options).join(' ');
  return `        ${command})
            case $current in
                -*) COMPREPLY=($(compgen -W '${words}' -- "$current")) ;;
                *) ${bashReply(operand) ?? ':'} ;;
            esac
            return ;;
`;
}

function bashReply(values: Values): string | undefined {
  switch (values.type) {
    case 'none':
      return undefined;
    case 'words':
      return `COMPREPLY=($(compgen -W '${values.words.join(' ')}' -- "$current"))`;
    case 'file':
      return 'COMPREPLY=($(compgen -f -- "$current"))';
    case 'directory':
      return 'COMPREPLY=($(compgen -d -- "$current"))';
    case 'kernel':
      return `COMPREPLY=($(compgen -W "$(${kernels})" -- "$current"))`;
    case 'profile':
      return `COMPREPLY=($(compgen -W "$(${profiles.replaceAll('"', "'")})" -- "$current"))`;
    case 'any':
      return 'COMPREPLY=()';
    default:
      return values satisfies never;
  }
}

function zsh(flags: readonly Completed[]): string {
  const specs = flags.map((flag) => `        ${zshSpec(flag)}`);
  return `#compdef pkginitrd
_pkginitrd() {
    local -a flags
    flags=(
${specs.join('\n')}
    )
    if (( CURRENT == 2 )); then
        compadd -- ${offered.join(' ')} --help --version
        return
    fi
    case $words[2] in
        build) shift words; (( CURRENT-- )); _arguments -s $flags ;;
        why) shift words; (( CURRENT-- )); _arguments -s $flags '1:name: ' ;;
        completion) compadd -- bash zsh fish ;;
${small.map(zshSmall).join('')}    esac
}
_pkginitrd "$@"
`;
}

function zshSpec(flag: Completed): string {
  const help = flag.help.replaceAll(/[[\]]/g, '\\$&');
  return shellQuoted(`${zshOptions(flag)}[${help}]${zshAction(flag)}`);
}

function zshSmall({ command, flags, operand }: SmallCommand): string {
  const specs = [...flags.map(zshSpec), ...zshOperand(operand)].join(' ');
  return `        ${command}) shift words; (( CURRENT-- )); _arguments -s ${specs} ;;\n`;
}

function zshOperand(operand: Values): readonly string[] {
  const action = zshAction({ name: '', argument: 'operand', help: '', values: operand });
  return action === '' ? [] : [shellQuoted(`*${action}`)];
}

// A flag that may be repeated is offered again.
function zshOptions({ name }: Completed): string {
  return `*--${name}`;
}

function zshAction({ argument, values }: Completed): string {
  switch (values.type) {
    case 'none':
      return '';
    case 'words':
      return `:${argument}:(${values.words.join(' ')})`;
    case 'file':
      return `:${argument}:_files`;
    case 'directory':
      return `:${argument}:_files -/`;
    case 'kernel':
      return `:${argument}:($(${kernels}))`;
    case 'profile':
      return `:${argument}:($(${profiles}))`;
    case 'any':
      return `:${argument}: `;
    default:
      return values satisfies never;
  }
}

function fish(flags: readonly Completed[]): string {
  return [
    '# fish completion for pkginitrd',
    'complete -c pkginitrd -f',
    `complete -c pkginitrd -n __fish_use_subcommand -a '${offered.join(' ')}'`,
    'complete -c pkginitrd -n __fish_use_subcommand -l help -l version',
    "complete -c pkginitrd -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish'",
    ...flags.map((flag) => fishLine('build why', flag)),
    ...small.flatMap(({ command, flags: own, operand }) => [
      ...own.map((flag) => fishLine(command, flag)),
      ...fishOperand(command, operand),
    ]),
    '',
  ].join('\n');
}

function fishLine(commands: string, flag: Completed): string {
  return [
    `complete -c pkginitrd -n '__fish_seen_subcommand_from ${commands}' -l ${flag.name}`,
    ...(flag.short === undefined ? [] : [`-s ${flag.short}`]),
    ...fishAction(flag.values),
    `-d ${shellQuoted(flag.help)}`,
  ].join(' ');
}

function fishOperand(command: string, operand: Values): readonly string[] {
  const action = fishAction(operand).filter((word) => word !== '-r' && word !== '-x');
  if (action.length === 0) return [];
  return [`complete -c pkginitrd -n '__fish_seen_subcommand_from ${command}' ${action.join(' ')}`];
}

function fishAction(values: Values): readonly string[] {
  switch (values.type) {
    case 'none':
      return [];
    case 'words':
      return ['-x', `-a '${values.words.join(' ')}'`];
    case 'file':
      return ['-r', '-F'];
    case 'directory':
      return ['-x', "-a '(__fish_complete_directories)'"];
    case 'kernel':
      return ['-x', `-a '(${kernels})'`];
    case 'profile':
      return ['-x', `-a '(${profiles})'`];
    case 'any':
      return ['-x'];
    default:
      return values satisfies never;
  }
}

function options({ name, short }: Completed): readonly string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
