import { basename } from 'node:path';
import { absolutePath, type AbsolutePath } from '../model/brands.ts';
import type { EntryInvocation } from '../model/invocation.ts';
import type { Sys } from '../model/sys.ts';
import { areSame } from '../place/digest.ts';
import { makeEntryRoom } from '../place/entry-room.ts';
import { keepEntry, planKeeping } from '../place/keep-entry.ts';
import { keepFile, keptBytes } from '../place/previous-file.ts';
import { settleEntry } from '../place/settle-entry.ts';
import { ukiOf } from '../place/uki.ts';
import { ownSettings } from './own-settings.ts';
import type { Answer, Surroundings } from './verb.ts';

/** What our plugins around kernel-install's own one do, which writes over the entry's files. */
export async function entry(
  sys: Sys,
  invocation: EntryInvocation,
  surroundings: Surroundings,
): Promise<Answer> {
  const { keepPrevious } = ownSettings(sys, surroundings);
  const steps = {
    bls: { before: beforeEntry, after: afterEntry },
    uki: { before: beforeUki, after: afterUki },
  };
  const said = await steps[invocation.layout][invocation.step](sys, invocation, keepPrevious);
  return { result: '', remarks: said.map((sentence) => `pkginitrd: ${sentence}`) };
}

async function beforeEntry(
  sys: Sys,
  { entry, staging, kernelImage, initrds }: EntryInvocation,
  keepPrevious: boolean,
): Promise<readonly string[]> {
  const keeping = keepPrevious
    ? planKeeping(sys, entry, absolutePath(`${staging}/initrd`))
    : undefined;
  const to = (name: string): AbsolutePath => absolutePath(`${entry.directory}/${name}`);
  const sources = [
    { from: kernelImage, to: to('linux') },
    ...[...stagedInitrds(sys, staging), ...initrds].map((from) => ({
      from,
      to: to(basename(from)),
    })),
  ];
  const dropped = await makeEntryRoom(sys, entry, { sources, keptBytes: keeping?.bytes ?? 0 });
  if (keeping !== undefined) await keepEntry(sys, entry, keeping);
  return dropped;
}

async function afterEntry(
  sys: Sys,
  { entry }: EntryInvocation,
  keepPrevious: boolean,
): Promise<readonly string[]> {
  await settleEntry(sys, entry, { keepPrevious });
  return [];
}

async function beforeUki(
  sys: Sys,
  { entry, staging }: EntryInvocation,
  keepPrevious: boolean,
): Promise<readonly string[]> {
  const uki = ukiOf(sys, entry);
  const from = absolutePath(`${staging}/uki.efi`);
  const dropped = await makeEntryRoom(sys, entry, {
    sources: [{ from, to: uki.path }],
    keptBytes: keepPrevious ? keptBytes(sys, uki) : 0,
  });
  if (keepPrevious && !areSame(sys, from, uki.path)) keepFile(sys, uki);
  return dropped;
}

async function afterUki(
  sys: Sys,
  { entry }: EntryInvocation,
  keepPrevious: boolean,
): Promise<readonly string[]> {
  const { path, previous } = ukiOf(sys, entry);
  if (!keepPrevious || areSame(sys, path, previous)) sys.root(absolutePath('/')).remove(previous);
  await sys.run({ argv: ['sync', '-f', entry.bootRoot], purpose: 'Write the image to its disk' });
  return [];
}

// As 90-loaderentry takes them.
function stagedInitrds(sys: Sys, staging: AbsolutePath): readonly AbsolutePath[] {
  return sys
    .root(staging)
    .list('/')
    .filter((name) => /^(?:initrd|microcode)/.test(name))
    .map((name) => absolutePath(`${staging}/${name}`));
}
