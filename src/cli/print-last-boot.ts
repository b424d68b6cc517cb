import {
  describeLeftOut,
  describeObservation,
  type BootRecord,
  type Diagnosis,
  type Observation,
  type SeenDisk,
} from '../model/boot-record.ts';
import { describeRemark } from '../model/explanation.ts';
import { canonicalJson } from './canonical-json.ts';
import { table } from './table.ts';

/** A boot that failed, and what is known of the reasons. */
export interface LastBoot {
  readonly record: BootRecord;
  /** The image where it is remembered. */
  readonly image: string | null;
  /** False where no plan could be made: what was left out is not known then. */
  readonly isCompared: boolean;
  readonly diagnoses: readonly Diagnosis[];
  readonly observations: readonly Observation[];
}

/** For people: what was waited for, what there was, what was left out and why, and the lines of the journal that speak of a failure. */
export function printLastBoot(lastBoot: LastBoot | undefined): string {
  if (lastBoot === undefined) return 'No boot that failed has left a record\n';
  const { record, image, isCompared, diagnoses, observations } = lastBoot;
  const { kernelVersion, time, commandLine, neverCame, failed, disks, journal } = record;
  const when = time === null ? '' : ` at ${time}`;
  const telling = journal.filter((line) => failure.test(line));
  const shown = (telling.length > 0 ? telling : journal).slice(-mostLines);
  const rest = journal.length - shown.length;
  return [
    `A boot of kernel ${kernelVersion} stopped in the initrd${when}\n`,
    ...(image === null ? [] : [`Image: ${image}\n`]),
    `Command line: ${commandLine}\n`,
    ...section('Never came', neverCame),
    ...section(
      'Failed',
      failed.map(
        ({ unit, result, program }) => `${unit}: ${result}${program ? `, ${program}` : ''}`,
      ),
    ),
    'Block devices\n',
    disks.length === 0 ? '  none\n' : table(disks.map(diskRow), { rightAligned: [1] }),
    ...(isCompared ? reasons(diagnoses, observations) : []),
    ...section('Journal', shown),
    ...(rest > 0 ? [`  ${rest} other lines: --json\n`] : []),
  ].join('');
}

/** For programs: the same with each sentence beside its data; null where there is no record. */
export function printLastBootJson(lastBoot: LastBoot | undefined): string {
  if (lastBoot === undefined) return canonicalJson({ version: 1, lastBoot: null });
  const { record, image, isCompared, diagnoses, observations } = lastBoot;
  return canonicalJson({
    version: 1,
    lastBoot: {
      record,
      image,
      isCompared,
      leftOut: diagnoses.map(({ leftOut, isTakenNow, lines }) => ({
        ...leftOut,
        isTakenNow,
        text: describeLeftOut(leftOut),
        lines: lines.map((line) => ({ ...line, text: describeRemark(line.remark) })),
      })),
      observations: observations.map((each) => ({ ...each, text: describeObservation(each) })),
    },
  });
}

// A screen; the rest is in the JSON.
const mostLines = 20;

// The kernel goes on to tell of devices that come, while units fail.
const failure =
  /\b(?:fail(?:ed|ure|s)?|errors?|time[d ]*out|cannot|can't|unable|missing|no such|not found|denied|refused)\b/i;

function reasons(
  diagnoses: readonly Diagnosis[],
  observations: readonly Observation[],
): readonly string[] {
  const leftOut = diagnoses.flatMap(({ leftOut, isTakenNow, lines }) => [
    `  ${describeLeftOut(leftOut)}\n`,
    ...(isTakenNow ? ['    a build now takes it; "pkginitrd status" says what has changed\n'] : []),
    ...lines.map(
      ({ of, remark }) => `    ${of === null ? '' : `${of}: `}${describeRemark(remark)}\n`,
    ),
  ]);
  return [
    ...(leftOut.length === 0 ? [] : ['Left out of that image\n', ...leftOut]),
    ...section('Besides', observations.map(describeObservation)),
    ...(leftOut.length + observations.length === 0
      ? ['Nothing is seen that was left out: the journal and the command line may tell\n']
      : []),
  ];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}\n`, ...lines.map((line) => `  ${line}\n`)];
}

function diskRow({ name, mebibytes, type, uuid, label }: SeenDisk): readonly string[] {
  const names = [
    ...(uuid === null ? [] : [`UUID=${uuid}`]),
    ...(label === null ? [] : [`LABEL=${label}`]),
  ];
  return [name, `${mebibytes} MiB`, [type ?? '', ...names].join(' ').trim()];
}
