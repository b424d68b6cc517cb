// The record of a boot that failed, as dropins/extra/usr/lib/pkginitrd/keep-record writes it: a line for each fact with its kind
// first, then the journal. It was in the firmware's memory or on the ESP, where others can write.
import { gunzipSync } from 'node:zlib';
import type { BootRecord, FailedUnit, SeenDisk, UndrivenDevice } from '../model/boot-record.ts';
import { normalizeModuleName } from './module-name.ts';
import { decodeUdevName } from './udev-name.ts';

/** Undefined where it is no whole record of a form that we know. */
export function parseBootRecord(packed: Uint8Array): BootRecord | undefined {
  const text = unpacked(packed);
  const [first, ...lines] = (text ?? '').split('\n').map(harmless);
  if (first !== 'pkginitrd boot record 1') return undefined;
  const end = lines.indexOf('journal');
  const facts = (end === -1 ? lines : lines.slice(0, end)).map((line) => {
    const at = line.indexOf(' ');
    return at === -1 ? ([line, ''] as const) : ([line.slice(0, at), line.slice(at + 1)] as const);
  });
  const all = (kind: string): readonly string[] =>
    facts.flatMap(([each, rest]) => (each === kind ? [rest.trim()] : [])).slice(0, mostOfAKind);
  const one = (kind: string): string | null => all(kind).find((rest) => rest !== '') ?? null;
  const list = (kind: string): readonly string[] | null => {
    const [line] = all(kind);
    return line === undefined ? null : words(line);
  };
  const kernelVersion = one('kernel');
  if (kernelVersion === null) return undefined;
  return {
    kernelVersion,
    imageKernel: one('image-kernel'),
    time: one('time'),
    image: one('image'),
    commandLine: one('command-line') ?? '',
    isGeneric: isGeneric(one('image-for')),
    // An image that says nothing of itself had a kernel's modules nonetheless.
    profiles: one('image') === null ? null : list('profiles'),
    modules: one('modules') === null ? null : (list('modules')?.map(normalizeModuleName) ?? null),
    neverCame: all('never-came'),
    failed: all('failed').flatMap(failedUnit),
    disks: all('disk').flatMap(seenDisk),
    undriven: all('device').flatMap(undrivenDevice),
    journal:
      end === -1
        ? []
        : lines
            .slice(end + 1)
            .filter((line) => line !== '')
            .slice(-mostOfJournal),
  };
}

function isGeneric(word: string | null): boolean | null {
  return word === 'any' ? true : word === 'host' ? false : null;
}

// Some ten times what a record has: each of a kind is held against all of another.
const most = 2 ** 20;
const mostOfAKind = 200;
const mostOfJournal = 2000;

function unpacked(packed: Uint8Array): string | undefined {
  try {
    return gunzipSync(packed, { maxOutputLength: most }).toString('utf8');
  } catch {
    return undefined;
  }
}

/** Nothing that would move a reader's cursor. */
function harmless(line: string): string {
  return line.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

function words(line: string): readonly string[] {
  return line.split(' ').filter((word) => word !== '');
}

function failedUnit(line: string): readonly FailedUnit[] {
  const [unit, result = '', status = '', program] = words(line);
  if (unit === undefined) return [];
  return [
    {
      unit,
      result,
      status: Number(status) || 0,
      program: program?.startsWith('/') ? program : null,
    },
  ];
}

function seenDisk(line: string): readonly SeenDisk[] {
  const [name, size = '', type = '-', ...properties] = words(line);
  if (name === undefined) return [];
  const property = (key: string): string | null =>
    decoded(properties.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1));
  return [
    {
      name,
      mebibytes: Number(size) || 0,
      type: type === '-' ? null : type,
      uuid: property('FS_UUID_ENC'),
      label: property('FS_LABEL_ENC'),
      partitionUuid: property('PART_ENTRY_UUID'),
      partitionLabel: property('PART_ENTRY_NAME'),
    },
  ];
}

function decoded(value: string | undefined): string | null {
  return value === undefined ? null : harmless(decodeUdevName(value));
}

function undrivenDevice(line: string): readonly UndrivenDevice[] {
  const [bus, name, modalias, ...modules] = words(line);
  if (bus === undefined || name === undefined || modalias === undefined) return [];
  return [{ bus, name, modalias, modules: modules.map(normalizeModuleName) }];
}
