/** The fields of a setting that the command line needs; the settings table has more. */
export interface SettingFlag {
  readonly key: string;
  readonly section: string;
  readonly type: string;
  readonly flag: string | null;
  /** Words that it takes, where they are a fixed set: what is written to what it means. */
  readonly values?: Readonly<Record<string, string>>;
  readonly help: string;
}

export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Name of the value that follows the flag; null for a switch. */
  readonly argument: string | null;
  readonly help: string;
}

/** Flags of `pkginitrd build` that are not settings. */
export const buildFlags = [
  {
    name: 'kernel-version',
    short: 'k',
    argument: 'VERSION',
    help: "Kernel to build for; the host's newest by default",
  },
  {
    name: 'output',
    short: 'o',
    argument: 'FILE',
    help: 'Name of the image, with or without a path',
  },
  { name: 'output-dir', short: 'O', argument: 'DIR', help: 'Where it goes; here by default' },
  { name: 'profile', argument: 'NAME', help: 'Use a profile as well, or none with -NAME' },
  {
    name: 'generic',
    short: 'g',
    argument: null,
    help: 'For any machine: leave out what is special to this one',
  },
  {
    name: 'offline',
    argument: null,
    help: 'Take packages from caches and the installed system only',
  },
  { name: 'no-cache', argument: null, help: 'Build from nothing: Cache=no' },
  { name: 'host-root', argument: 'DIR', help: 'Build for the system in this directory' },
  { name: 'kernel-root', argument: 'DIR', help: 'Take modules and firmware from this root' },
  { name: 'kernel-image', argument: 'FILE', help: 'The kernel that the initrd goes with' },
  { name: 'loaded-modules', argument: 'FILE', help: 'Read this instead of /proc/modules' },
  { name: 'dry-run', argument: null, help: 'Print the plan and stop' },
  { name: 'json', argument: null, help: 'Print JSON: the result, and each step as it is done' },
  { name: 'verbose', short: 'v', argument: null, help: 'Say what is being done' },
  { name: 'quiet', short: 'q', argument: null, help: 'Say nothing but problems' },
  { name: 'debug', argument: null, help: 'Trace for developers' },
  { name: 'help', short: 'h', argument: null, help: 'Show this text' },
] as const satisfies readonly Flag[];

export type BuildFlagName = (typeof buildFlags)[number]['name'];

const json = { name: 'json', argument: null, help: 'Print it as JSON' } as const;
const common = [
  { name: 'debug', argument: null, help: 'Trace for developers' },
  { name: 'help', short: 'h', argument: null, help: 'Show this text' },
] as const;

/** Flags of the commands that speak of no image to be built. */
export const otherFlags = {
  status: [json, ...common],
  clean: [
    {
      name: 'host-root',
      argument: 'DIR',
      help: 'Clean the caches of the system in this directory',
    },
    ...common,
  ],
  doctor: [
    {
      name: 'last-boot',
      argument: null,
      help: 'Read the record of the last boot that stopped in the initrd',
    },
    { name: 'host-root', argument: 'DIR', help: 'Look at the system in this directory' },
    json,
    ...common,
  ],
  refresh: common,
  rollback: common,
  list: [
    { name: 'packages', argument: null, help: 'The packages, with their sizes in the image' },
    { name: 'modules', argument: null, help: 'The kernel modules' },
    {
      name: 'host-owners',
      argument: null,
      help: "Ask this machine's package database for owners that the image does not tell",
    },
    json,
    ...common,
  ],
  extract: [
    { name: 'owners', argument: null, help: 'Keep owners, setuid and setgid; needs root' },
    { name: 'devices', argument: null, help: 'Make device nodes; needs root' },
    ...common,
  ],
  diff: [json, ...common],
} as const satisfies Readonly<Record<string, readonly Flag[]>>;

export type OtherCommand = keyof typeof otherFlags;

/** The settings' flags in the same form. */
export function settingFlags(settings: readonly SettingFlag[]): readonly Flag[] {
  return settings.flatMap(({ flag, type, help }) =>
    flag === null ? [] : [{ name: flag, ...shortOf(flag), argument: argumentOf(type), help }],
  );
}

/** mkosi-initrd has the same one. */
function shortOf(flag: string): { short?: string } {
  return flag === 'format' ? { short: 't' } : {};
}

function argumentOf(type: string): string {
  const names: Readonly<Record<string, string>> = {
    boolean: 'yes|no',
    integer: 'NUMBER',
    size: 'BYTES',
    pairs: 'NAME=VALUE',
    'host files': 'LIST',
    packages: 'LIST',
    patterns: 'LIST',
    'removed packages': 'LIST',
    scripts: 'LIST',
    sources: 'LIST',
    trees: 'LIST',
    words: 'LIST',
  };
  return names[type] ?? 'WORD';
}
